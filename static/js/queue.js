/* The working list: cursor by keys, drawer, selection, refresh every 30 s that loses neither.
   <section data-queue> … <table class="qt"><tbody id="queue-rows" hx-get hx-trigger="every 30s" data-quiet><tr data-id="MC…" data-open="/queue/MC…/">
   <aside class="drawer" id="drawer">; buttons in it with data-key="a". */
(function () {
  "use strict";
  var mc = window.mc;
  var queue = document.querySelector("[data-queue]");
  var help = document.getElementById("keys-help");
  var current = "";
  var keyed = false;

  function rows() { return queue ? mc.all("tbody tr[data-id]", queue) : []; }
  function drawer() { return document.getElementById("drawer"); }
  function row() { return rows().find(function (one) { return one.getAttribute("data-id") === current; }); }

  function point(to, scroll) {
    if (!to) { return; }
    rows().forEach(function (one) { one.classList.toggle("cur", one === to); });
    current = to.getAttribute("data-id");
    if (scroll) {
      to.scrollIntoView({ block: "nearest" });
      var link = to.querySelector(".tt");
      if (link) { link.focus({ preventScroll: true }); }
    }
  }

  function step(by) {
    var all = rows();
    var index = all.indexOf(row());
    point(all[Math.max(0, Math.min(all.length - 1, index + by))], true);
  }

  /* The list gives up columns while the drawer stands beside it. */
  function stand(open) {
    drawer().classList.toggle("open", open);
    queue.classList.toggle("drawn", open);
  }

  function show(to) {
    var url = to && to.getAttribute("data-open");
    if (!url || !drawer() || !window.htmx) { return null; }
    point(to, false);
    return window.htmx.ajax("GET", url, { target: "#drawer", swap: "innerHTML", source: drawer() }).then(function () {
      drawer().setAttribute("data-shows", to.getAttribute("data-id"));
      to.classList.remove("unread");
    });
  }

  function close() {
    var panel = drawer();
    if (!panel || !panel.classList.contains("open")) { return false; }
    stand(false);
    point(row(), true);
    return true;
  }

  /* Whatever is put into the drawer is to be seen: a ticket, or what became of several at once. */
  document.addEventListener("htmx:afterSwap", function (e) {
    if (!queue || !drawer() || e.detail.target !== drawer()) { return; }
    if (!drawer().querySelector("#actions")) { drawer().removeAttribute("data-shows"); }
    stand(true);
  });

  /* Who opened a form by its key goes on in it by the keyboard; a click leaves the focus, no phone's keyboard comes up by itself. */
  document.addEventListener("htmx:afterSettle", function () {
    var first = keyed && queue && document.querySelector("#drawer #actions form select, #drawer #actions form textarea, #drawer #actions form input:not([type=hidden])");
    if (first) { keyed = false; first.focus(); }
  });

  /* A key presses what is on the screen, so that a key can do no more than the buttons. */
  function press(key) {
    var panel = drawer();
    var shown = panel && panel.classList.contains("open") && panel.getAttribute("data-shows");
    var button = shown === current && panel.querySelector('[data-key="' + key + '"]');
    if (button) { if (/^(TEXTAREA|INPUT)$/.test(button.tagName)) { button.focus(); } else { keyed = true; button.click(); } return; }
    var coming = show(row());
    if (coming) {
      coming.then(function () {
        var late = drawer().querySelector('[data-key="' + key + '"]');
        if (late) { late.focus(); } else { mc.say("这件现在不能办这一步。", "amber"); }
      });
    }
  }

  function search() {
    var box = document.querySelector("[data-search-here]") || document.querySelector("[data-search]");
    var opener = document.querySelector("[data-open-search]");
    if (box && !box.offsetParent && opener) { opener.click(); }
    if (box) { box.focus(); box.select(); }
  }

  function toggle(dialog, yes) {
    if (!dialog) { return; }
    dialog.hidden = !yes;
    if (yes) { dialog.mcFrom = document.activeElement; dialog.querySelector("[data-close]").focus(); }
    else if (dialog.mcFrom) { dialog.mcFrom.focus(); }
  }

  /* Words of one's own in the drawer: the first Escape leaves the field, only the next one the drawer. */
  function halfTyped(field) {
    return /^(TEXTAREA|INPUT)$/.test(field.tagName) && field.value !== field.defaultValue && Boolean(field.closest("#drawer"));
  }

  document.addEventListener("keydown", function (e) {
    if (e.key === "Escape" && !(e.isComposing || e.keyCode === 229)) {
      if (help && !help.hidden) { toggle(help, false); }
      else if (halfTyped(e.target)) { e.target.blur(); }
      else if (!document.querySelector("details[data-menu][open]")) { close(); }
      return;
    }
    if (mc.typing(e) || e.ctrlKey || e.metaKey || e.altKey) { return; }
    if (e.key === "/") { e.preventDefault(); search(); return; }
    if (!queue) { return; }
    if (e.key === "?") { toggle(help, help && help.hidden); return; }
    if (help && !help.hidden) { return; }
    var key = e.key.toLowerCase();
    if (key === "j") { step(1); }
    else if (key === "k") { step(-1); }
    else if (key === "x") { var box = row() && row().querySelector("[data-pick]"); if (box) { box.click(); } }
    else if (key === "enter") { if (!/^(A|BUTTON|SUMMARY)$/.test(e.target.tagName) || (e.target.classList.contains("tt"))) { if (show(row())) { e.preventDefault(); } } }
    else if (/^[atr]$/.test(key) && current) { e.preventDefault(); press(key); }
  });

  document.addEventListener("click", function (e) {
    var opener = e.target.closest("[data-open-dialog]");
    if (opener) { toggle(document.getElementById(opener.getAttribute("data-open-dialog")), true); return; }
    var closer = e.target.closest("[data-close]");
    if (closer) { var box = closer.closest(".dialog"); if (box) { toggle(box, false); } else { close(); } return; }
    if (e.target.classList.contains("dialog")) { toggle(e.target, false); return; }
    var line = queue && e.target.closest("tbody tr[data-id]");
    if (!line || e.ctrlKey || e.metaKey || e.shiftKey || e.button) { return; }
    if (e.target.closest("a:not(.tt), button, input, label, .cb")) { point(line, false); return; }
    if (show(line)) { e.preventDefault(); }
  });

  /* Selection, kept by number across refreshes. */
  var picked = {};
  function count() {
    var numbers = Object.keys(picked);
    mc.all("[data-picked-count]").forEach(function (node) { node.textContent = numbers.length; });
    mc.all("[data-bulk]").forEach(function (bar) { bar.hidden = !numbers.length; });
    var boxes = mc.all("[data-pick]", queue);
    mc.all("[data-pick-all]", queue).forEach(function (all) {
      var on = boxes.filter(function (box) { return box.checked; }).length;
      all.checked = Boolean(on) && on === boxes.length;
      all.indeterminate = on > 0 && on < boxes.length;
    });
  }
  document.addEventListener("change", function (e) {
    if (!queue || !e.target.matches) { return; }
    if (e.target.matches("[data-pick]")) {
      if (e.target.checked) { picked[e.target.value] = true; } else { delete picked[e.target.value]; }
      count();
    } else if (e.target.matches("[data-pick-all]")) {
      mc.all("[data-pick]", queue).forEach(function (box) {
        box.checked = e.target.checked;
        if (box.checked) { picked[box.value] = true; } else { delete picked[box.value]; }
      });
      count();
    }
  });

  function settle() {
    if (!queue) { return; }
    var there = {};
    mc.all("[data-pick]", queue).forEach(function (box) {
      there[box.value] = true;
      if (picked[box.value]) { box.checked = true; }
    });
    Object.keys(picked).forEach(function (number) { if (!there[number]) { delete picked[number]; } });
    rows().forEach(function (one) { one.classList.toggle("cur", one.getAttribute("data-id") === current); });
    count();
  }
  document.addEventListener("htmx:afterSettle", settle);

  /* Nobody's half-typed words are swept away: no refresh of what holds the focus, none in a hidden tab. */
  document.addEventListener("htmx:beforeRequest", function (e) {
    var node = e.detail.elt;
    if (!/every/.test(node.getAttribute("hx-trigger") || "")) { return; }
    var into = e.detail.target || node;
    if (document.hidden || (into.contains(document.activeElement) && mc.typing({ target: document.activeElement }))) { e.preventDefault(); }
  });

  if (queue) {
    var first = queue.querySelector("tr.cur[data-id]") || rows()[0];
    if (first) { current = first.getAttribute("data-id"); first.classList.add("cur"); }
    settle();
  }
})();
