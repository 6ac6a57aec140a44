/* Typed look-up: <input data-lookup="/search/enterprises/?q=" data-into="id-of-hidden"> asks as one types for a name, pinyin or code.
   The answer is JSON {results: [{value, text, note}]}. Without a script the field is free text and the form answers with choices. */
(function () {
  "use strict";
  var mc = window.mc;

  mc.each("input[data-lookup]", function (input) {
    var into = document.getElementById(input.getAttribute("data-into"));
    var list = mc.make("ul", "lookup");
    var id = (input.id || "lookup") + "-list";
    var timer = 0;
    var asked = 0;
    var at = -1;
    list.id = id;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", id], ["aria-expanded", "false"], ["autocomplete", "off"]].forEach(function (pair) {
      input.setAttribute(pair[0], pair[1]);
    });
    var frame = mc.make("div", "lookup-frame");
    var focused = document.activeElement === input || input.autofocus;
    input.parentNode.insertBefore(frame, input);
    frame.appendChild(input);
    frame.appendChild(list);
    if (focused) { input.focus(); }  // moving a field takes the focus off it

    function open(yes) {
      list.hidden = !yes;
      input.setAttribute("aria-expanded", String(yes));
      if (!yes) { at = -1; input.removeAttribute("aria-activedescendant"); }
    }
    function choose(row) {
      input.value = row.getAttribute("data-text");
      if (into) { into.value = row.getAttribute("data-value"); into.dispatchEvent(new Event("change", { bubbles: true })); }
      open(false);
    }
    function move(step) {
      var rows = mc.all("[role=option]", list);
      if (!rows.length) { return; }
      at = (at + step + rows.length) % rows.length;
      rows.forEach(function (row, index) { row.setAttribute("aria-selected", String(index === at)); });
      input.setAttribute("aria-activedescendant", rows[at].id);
      rows[at].scrollIntoView({ block: "nearest" });
    }
    function fill(results) {
      list.textContent = "";
      results.forEach(function (result, index) {
        var row = mc.make("li", "", result.text);
        row.id = id + "-" + index;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        row.setAttribute("data-value", result.value);
        row.setAttribute("data-text", result.text);
        if (result.note) { row.appendChild(mc.make("small", "", result.note)); }
        row.addEventListener("mousedown", function (e) { e.preventDefault(); choose(row); });
        list.appendChild(row);
      });
      if (!results.length) { list.appendChild(mc.make("li", "none", "没有找到，请换个说法，如名称中的一两个字或拼音首字母。")); }
      open(true);
    }
    function ask() {
      var text = input.value.trim();
      if (!text) { open(false); return; }
      var turn = ++asked;
      fetch(input.getAttribute("data-lookup") + encodeURIComponent(text), { credentials: "same-origin", headers: { "Accept": "application/json" } })
        .then(function (answer) { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.json(); })
        .then(function (facts) { if (turn === asked) { fill(facts.results || []); } })
        .catch(function () { if (turn === asked) { open(false); } });
    }
    input.addEventListener("input", function (e) {
      if (into) { into.value = ""; }
      clearTimeout(timer);
      if (!e.isComposing) { timer = setTimeout(ask, 200); }
    });
    input.addEventListener("compositionend", function () { clearTimeout(timer); timer = setTimeout(ask, 200); });
    input.addEventListener("keydown", function (e) {
      if (e.isComposing || e.keyCode === 229) { return; }
      if (e.key === "ArrowDown") { e.preventDefault(); if (list.hidden) { ask(); } else { move(1); } }
      else if (e.key === "ArrowUp") { e.preventDefault(); move(-1); }
      else if (e.key === "Enter" && !list.hidden && mc.all("[role=option]", list).length) { e.preventDefault(); choose(mc.all("[role=option]", list)[Math.max(at, 0)]); }
      else if (e.key === "Escape" && !list.hidden) { e.stopPropagation(); open(false); }
    });
    input.addEventListener("blur", function () { setTimeout(function () { open(false); }, 120); });
  });
})();
