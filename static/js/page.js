/* Every page: menus, messages in passing, text size, sending once, secrets that hide again. No eval, no inline code, ES2019. */
(function () {
  "use strict";
  var doc = document;
  var mc = (window.mc = window.mc || {});

  mc.all = function (selector, root) { return Array.prototype.slice.call((root || doc).querySelectorAll(selector)); };

  /* Runs now and again for whatever htmx puts in later. */
  mc.each = function (selector, work) {
    function run(root) {
      var found = mc.all(selector, root);
      if (root.matches && root.matches(selector)) { found.unshift(root); }
      found.forEach(function (node) {
        node.mcDone = node.mcDone || {};
        if (!node.mcDone[selector]) { node.mcDone[selector] = true; work(node); }
      });
    }
    run(doc);
    doc.addEventListener("htmx:load", function (e) { run(e.detail.elt); });
  };

  mc.typing = function (e) {
    var at = e.target;
    if (e.isComposing || e.keyCode === 229) { return true; }
    return at.isContentEditable || /^(TEXTAREA|SELECT)$/.test(at.tagName) ||
      (at.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(at.type));
  };

  mc.icon = function (name) {
    var any = doc.querySelector("svg.i use");
    var sprite = any ? any.getAttribute("href").split("#")[0] : "/static/icons.svg";
    var svg = doc.createElementNS("http://www.w3.org/2000/svg", "svg");
    var use = doc.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "i");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", sprite + "#" + name);
    svg.appendChild(use);
    return svg;
  };

  mc.make = function (tag, css, text) {
    var node = doc.createElement(tag);
    if (css) { node.className = css; }
    if (text !== undefined) { node.textContent = text; }
    return node;
  };

  mc.token = function () {
    var header = doc.body.getAttribute("hx-headers");
    return header ? JSON.parse(header)["X-CSRFToken"] : "";
  };

  /* kind: "", "green", "amber", "red" */
  mc.say = function (words, kind) {
    var box = doc.getElementById("toasts");
    if (!box) { return; }
    var note = mc.make("div", "note" + (kind ? " note-" + kind : ""));
    note.appendChild(mc.icon(kind === "green" ? "circle-check" : kind ? "alert-triangle" : "info-circle"));
    note.appendChild(mc.make("span", "", words));
    var close = mc.make("button", "xbtn");
    close.type = "button";
    close.setAttribute("aria-label", "关闭");
    close.appendChild(mc.icon("x"));
    close.addEventListener("click", function () { note.remove(); });
    note.appendChild(close);
    box.appendChild(note);
    if (kind !== "red") { setTimeout(function () { note.remove(); }, 6000); }
  };

  /* A menu closes when one clicks elsewhere or presses Escape. */
  doc.addEventListener("click", function (e) {
    mc.all("details[data-menu][open]").forEach(function (menu) {
      if (!menu.contains(e.target)) { menu.removeAttribute("open"); }
    });
  });
  doc.addEventListener("keydown", function (e) {
    if (e.key !== "Escape") { return; }
    mc.all("details[data-menu][open]").forEach(function (menu) {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
  });

  /* 大字版 at once; the server remembers it. */
  mc.each("form[data-text-size]", function (form) {
    form.addEventListener("submit", function (e) {
      if (!window.fetch || !window.URLSearchParams) { return; }
      e.preventDefault();
      var button = form.querySelector("button");
      var large = button.value === "lg";
      var body = new URLSearchParams(new FormData(form));
      body.set("size", large ? "lg" : "");
      fetch(form.action, { method: "POST", body: body, credentials: "same-origin", headers: { "HX-Request": "true" } })
        .then(function (answer) { if (!answer.ok) { mc.say("字号已切换，但没有记住。请刷新页面后再试。", "amber"); } })
        .catch(function () { mc.say("网络不通，字号只在本页有效。", "amber"); });
      if (large) { doc.documentElement.setAttribute("data-size", "lg"); } else { doc.documentElement.removeAttribute("data-size"); }
      button.value = large ? "" : "lg";
      button.setAttribute("aria-pressed", String(large));
      button.querySelector("span").textContent = large ? "标准字号" : "大字版";
    });
  });

  /* Sent once: the button says so and does nothing until the answer is here. */
  doc.addEventListener("submit", function (e) {
    var form = e.target;
    if (e.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) { return; }
    if (form.getAttribute("data-sent")) { e.preventDefault(); return; }
    form.setAttribute("data-sent", "1");
    mc.all("button[type=submit], button:not([type])", form).forEach(function (button) { button.setAttribute("aria-disabled", "true"); });
    var busy = doc.getElementById("busy");
    if (busy) { busy.classList.add("on"); }
  });
  window.addEventListener("pageshow", function () {
    mc.all("form[data-sent]").forEach(function (form) {
      form.removeAttribute("data-sent");
      mc.all("[aria-disabled]", form).forEach(function (button) { button.removeAttribute("aria-disabled"); });
    });
  });

  /* Shown for a moment, then masked again. */
  mc.each("[data-hide-after]", function (node) {
    setTimeout(function () {
      node.textContent = node.getAttribute("data-masked") || "********";
    }, Number(node.getAttribute("data-hide-after")) * 1000);
  });

  /* Nobody is signed in, or somebody leaves: what was kept of visits for the one before goes. */
  function forget() { if (window.caches) { window.caches.delete("mc-visits-pages"); } }
  if (/^\/sign-in\//.test(location.pathname)) { forget(); }
  doc.addEventListener("submit", function (e) { if (/\/sign-out\//.test(e.target.action || "") && !e.defaultPrevented) { forget(); } });

  mc.each("[data-focus]", function (node) { node.focus(); });
  mc.each("[data-print]", function (node) { node.addEventListener("click", function () { window.print(); }); });
  mc.each("[data-back]", function (node) {
    if (history.length > 1) { node.hidden = false; }
    node.addEventListener("click", function () { history.back(); });
  });
  mc.each("form[data-confirm], button[data-confirm]", function (node) {
    node.addEventListener(node.tagName === "FORM" ? "submit" : "click", function (e) {
      if (!window.confirm(node.getAttribute("data-confirm"))) { e.preventDefault(); e.stopPropagation(); }
    }, true);
  });
  mc.each("[data-autosubmit]", function (node) {
    node.addEventListener("change", function () { if (node.form.requestSubmit) { node.form.requestSubmit(); } else { node.form.submit(); } });
  });
  mc.each("[data-copy]", function (node) {
    if (!navigator.clipboard) { node.hidden = true; return; }
    node.addEventListener("click", function () {
      navigator.clipboard.writeText(node.getAttribute("data-copy")).then(function () { mc.say("已复制。", "green"); });
    });
  });

  /* Answers that are not the fragment asked for. */
  doc.addEventListener("htmx:beforeSwap", function (e) {
    var answer = e.detail.xhr;
    var whole = /^\s*<!doctype html/i.test(answer.responseText || "");
    if (/\/sign-in\//.test(answer.responseURL || "") || answer.status === 401) {
      e.detail.shouldSwap = false;
      mc.leaving = true;
      location.reload();
    } else if (whole && answer.status >= 400) {
      e.detail.shouldSwap = false;
      e.detail.isError = false;
      mc.say(mc.reason(answer.responseText), "red");
    }
  });
  doc.addEventListener("htmx:responseError", function (e) {
    if (e.detail.xhr.status !== 401) { mc.say(mc.reason(e.detail.xhr.responseText), "red"); }
  });
  doc.addEventListener("htmx:sendError", function (e) {
    if (!e.detail.elt.hasAttribute("data-quiet")) { mc.say("网络不通，这一步没有送出。请检查网络后再试。", "red"); }
  });
  mc.reason = function (html) {
    var page = new DOMParser().parseFromString(html || "", "text/html");
    var what = page.querySelector("#fault h1");
    var why = page.querySelector("[data-fault]");
    var number = page.querySelector("#fault-number");
    if (!what) { return "这一步没有办成，请刷新页面后再试。"; }
    return what.textContent.trim() + "：" + (why ? why.textContent.trim() : "") + (number ? "（错误编号 " + number.textContent.trim().slice(0, 8) + "）" : "");
  };
})();
