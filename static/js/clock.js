/* Countdowns: working seconds run down each minute until the end of this stretch of working time; then they stand. */
(function () {
  "use strict";
  var mc = window.mc;
  var began = Date.now();

  function words(seconds, day) {
    var days = Math.floor(seconds / day);
    var hours = Math.floor((seconds % day) / 3600);
    var minutes = Math.floor(((seconds % day) % 3600) / 60);
    if (days) { return days + " 天" + (hours ? " " + hours + " 小时" : ""); }
    if (hours) { return hours + " 小时" + (minutes ? " " + minutes + " 分" : ""); }
    return minutes + " 分";
  }

  function show(node) {
    var span = node.querySelector("[data-clock]");
    var stop = Date.parse(node.getAttribute("data-stop"));
    var day = Number(node.getAttribute("data-day")) || 25200;
    if (!span || !stop) { return; }
    node.mcBegan = node.mcBegan || Date.now();
    var run = Math.max(0, Math.min(Date.now(), stop) - node.mcBegan) / 1000;
    var left = Number(node.getAttribute("data-left")) - run;
    var today = /^今日/.test(span.textContent) ? "今日 · " : "";
    if (left >= 60) { span.textContent = today + "剩 " + words(left, day); }
    else if (left >= 0) { span.textContent = today + "剩不足 1 分钟"; }
    else if (left > -60) { span.textContent = "已超期"; turn(node); }
    else { span.textContent = "超期 " + words(-left, day); turn(node); }
  }

  /* The lamp turns red here as it would on the server. */
  function turn(node) {
    var tag = node.classList.contains("tag");
    var from = tag ? /tag-(green|amber|orange)/ : /sla-(green|amber|orange)/;
    var box = tag ? node : node.closest(".sla");
    if (!box || !from.test(box.className)) { return; }
    box.className = box.className.replace(from, tag ? "tag-over" : "sla-red");
    var use = box.querySelector("use");
    if (use) { use.setAttribute("href", use.getAttribute("href").split("#")[0] + "#alert-circle"); }
  }

  mc.each("[data-left][data-stop]", function (node) { node.mcBegan = Date.now(); });
  setInterval(function () { mc.all("[data-left][data-stop]").forEach(show); }, 60000);

  /* A tab that slept shows the right time as soon as it is looked at. */
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden && Date.now() - began > 60000) { mc.all("[data-left][data-stop]").forEach(show); }
  });
})();
