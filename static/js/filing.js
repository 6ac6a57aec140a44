/* The filing page: a category shows its items; an item that is usually a personal matter turns that switch on. */
(function () {
  "use strict";
  var mc = window.mc;

  mc.each("[data-picks]", function (area) {
    var form = area.closest("form");
    var groups = mc.all("[data-group]", area);
    var none = area.querySelector(".pick.none");
    var personal = form.querySelector("[data-personal-switch]");
    var touched = false;
    area.classList.add("by-script");

    function chosen() { return form.querySelector("[data-category]:checked"); }

    function show() {
      var radio = chosen();
      var wanted = radio ? radio.getAttribute("data-category") : "";
      groups.forEach(function (group) {
        var on = group.getAttribute("data-group") === wanted;
        group.hidden = !on;
        group.open = on;
      });
      if (none) { none.hidden = !wanted; }
    }

    function settle(e) {
      var item = form.querySelector("[name=service_item]:checked");
      var group = item && item.closest("[data-group]");
      if (group && group.hidden && none) {
        none.querySelector("input").checked = true;
        none.querySelector("input").dispatchEvent(new Event("change", { bubbles: true }));
      } else if (item && personal && !touched && e && e.target.name === "service_item") {
        personal.checked = item.hasAttribute("data-personal");
      }
    }

    if (personal) { personal.addEventListener("change", function () { touched = true; }); }
    mc.all("[data-category]", form).forEach(function (radio) {
      radio.addEventListener("change", function () { show(); settle(); });
    });
    area.addEventListener("change", settle);
    show();
  });
})();
