/* The box in the top bar: <form data-finder><input role="combobox" hx-get hx-trigger="ask" hx-target="#found"><div id="found">…</div></form>.
   The panel comes from the server as it is typed; without a script the form opens the page of results. On a phone
   <a data-open-search> brings the box down over the bar. */
(function () {
  "use strict";
  var mc = window.mc;
  var WAIT = 150;

  mc.each("form[data-finder]", function (form) {
    var input = form.querySelector("input[type=search]");
    var bar = form.closest(".topbar");
    var timer = 0;
    var at = -1;

    function panel() { return document.getElementById("found"); }
    function rows() { return mc.all("[role=option]", panel()); }
    function text() { return input.value.trim(); }

    function open(yes) {
      panel().hidden = !yes;
      input.setAttribute("aria-expanded", String(yes && rows().length > 0));
      if (!yes) { point(-1); }
    }
    function point(to) {
      at = to;
      rows().forEach(function (row, index) { row.setAttribute("aria-selected", String(index === at)); });
      var row = rows()[at];
      if (row) { input.setAttribute("aria-activedescendant", row.id); row.scrollIntoView({ block: "nearest" }); }
      else { input.removeAttribute("aria-activedescendant"); }
    }
    /* One step further; past either end nothing is chosen, and Enter means all results. */
    function move(by) {
      var count = rows().length;
      if (panel().hidden) { ask(); return; }
      point(at + by >= count ? -1 : at + by < -1 ? count - 1 : at + by);
    }
    function ask() {
      clearTimeout(timer);
      if (!text()) { open(false); return; }
      if (panel().getAttribute("data-asked") === text()) { open(true); return; }
      input.dispatchEvent(new Event("ask"));
    }
    function later() { clearTimeout(timer); timer = setTimeout(ask, WAIT); }
    function down(yes) {
      if (!bar) { return; }
      bar.classList.toggle("finding", yes);
      if (yes) { input.focus(); }
    }

    input.addEventListener("input", function (e) { if (!e.isComposing) { later(); } });
    input.addEventListener("compositionstart", function () { clearTimeout(timer); });
    input.addEventListener("compositionend", later);
    input.addEventListener("focus", function () { if (text()) { later(); } });
    form.addEventListener("focusout", function (e) {
      if (!form.contains(e.relatedTarget)) { clearTimeout(timer); open(false); down(false); }
    });
    /* A press on a line must not take the focus, or the panel would be gone before the click. */
    form.addEventListener("mousedown", function (e) { if (panel().contains(e.target)) { e.preventDefault(); } });

    input.addEventListener("keydown", function (e) {
      if (e.isComposing || e.keyCode === 229) { return; }
      if (e.key === "ArrowDown") { e.preventDefault(); move(1); }
      else if (e.key === "ArrowUp") { e.preventDefault(); move(-1); }
      else if (e.key === "Enter" && !panel().hidden && at >= 0) { e.preventDefault(); rows()[at].click(); }
      else if (e.key === "Escape") {
        e.preventDefault();
        e.stopPropagation();
        if (panel().hidden) { input.blur(); } else { open(false); }
      }
    });
    form.addEventListener("submit", function (e) { if (!text()) { e.preventDefault(); } });

    /* An answer to what is no longer asked, or to somebody who has gone on, is not shown. */
    document.addEventListener("htmx:afterSettle", function (e) {
      if (e.detail.elt.id !== "found" || e.detail.elt !== panel()) { return; }
      open(document.activeElement === input && panel().getAttribute("data-asked") === text() && text() !== "");
    });

    mc.each("[data-open-search]", function (opener) {
      opener.addEventListener("click", function (e) { e.preventDefault(); down(true); });
    });
  });
})();
