/* The plan of the week: a trip dragged by pointer, or picked up with M and put down with Enter, goes as one form. ES2019, no eval. */
(function () {
  "use strict";
  var mc = window.mc;
  var plan = document.querySelector("[data-plan]");
  var form = document.getElementById("plan-drop");
  if (!plan || !form) { return; }
  var said = plan.querySelector("[data-plan-said]");
  var held = null;
  var aim = null;

  function tell(words) { if (said) { said.textContent = words; } }
  function seat(cell) { return cell && cell.getAttribute("data-seat"); }
  function nameOf(trip) { return trip.querySelector("summary b").textContent; }

  function mark(cell, css) {
    mc.all("." + css, plan).forEach(function (one) { one.classList.remove(css); });
    if (cell) { cell.classList.add(css); }
  }

  function pick(trip) {
    held = trip;
    trip.classList.add("held");
  }

  function letGo() {
    if (held) { held.classList.remove("held"); }
    held = null;
    aim = null;
    mark(null, "aim");
    mark(null, "over");
  }

  function put(cell) {
    var from = held && held.getAttribute("data-trip");
    var to = seat(cell);
    if (!from || !to || from === to) { letGo(); return; }
    form.elements.from.value = from;
    form.elements.to.value = to;
    form.submit();
  }

  plan.addEventListener("dragstart", function (e) {
    var trip = e.target.closest && e.target.closest("[data-trip]");
    if (!trip) { return; }
    pick(trip);
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setData("text/plain", nameOf(trip));
  });
  plan.addEventListener("dragover", function (e) {
    var cell = e.target.closest("[data-seat]");
    if (!held || !cell) { return; }
    e.preventDefault();
    mark(cell, "over");
  });
  plan.addEventListener("drop", function (e) {
    var cell = e.target.closest("[data-seat]");
    if (!held || !cell) { return; }
    e.preventDefault();
    put(cell);
  });
  plan.addEventListener("dragend", letGo);

  /* Rows and columns of the table, wherever a trip may be put. */
  function step(rows, across) {
    var row = aim.parentElement;
    var column = Array.prototype.indexOf.call(row.children, aim);
    var all = mc.all("tbody tr", plan);
    var at = all.indexOf(row);
    for (var tries = 0; tries < 200; tries += 1) {
      if (rows) { at += rows; } else { column += across; }
      if (at < 0 || at >= all.length || column < 1 || column >= all[at].children.length) { return; }
      if (seat(all[at].children[column])) {
        aim = all[at].children[column];
        mark(aim, "aim");
        aim.scrollIntoView({ block: "nearest", inline: "nearest" });
        tell(aim.getAttribute("data-name") + (aim.querySelector(".trip") ? "，放下即对换" : "，空"));
        return;
      }
    }
  }

  plan.addEventListener("keydown", function (e) {
    if (mc.typing(e) || e.ctrlKey || e.altKey || e.metaKey) { return; }
    if (!held) {
      var trip = e.target.closest("[data-trip]");
      if (trip && (e.key === "m" || e.key === "M") && e.target.tagName === "SUMMARY") {
        e.preventDefault();
        pick(trip);
        aim = trip.closest("td");
        mark(aim, "aim");
        tell("已拿起" + nameOf(trip) + "。方向键选格子，回车放下，Esc 取消。");
      }
      return;
    }
    var moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (moves[e.key] && aim) {
      e.preventDefault();
      step(moves[e.key][0], moves[e.key][1]);
    } else if (e.key === "Enter" && aim) {
      e.preventDefault();
      put(aim);
    } else if (e.key === "Escape") {
      e.preventDefault();
      letGo();
      tell("已取消。");
    }
  });
})();
