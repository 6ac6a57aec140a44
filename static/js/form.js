/* Forms: words left, drafts kept (by the server where the form says so, else in this browser), a warning before leaving. */
(function () {
  "use strict";
  var mc = window.mc;
  var KEEP = "mc-draft:";
  var SECRET = /password|csrfmiddlewaretoken|idempotency_key|^version$/;

  mc.each("[data-count]", function (box) {
    var most = Number(box.getAttribute("data-count"));
    var sign = document.querySelector('[data-counter-for="' + box.id + '"]');
    if (!sign) { return; }
    function tell() {
      var used = Array.from(box.value).length;
      sign.textContent = used + " / " + most;
      sign.classList.toggle("over", used > most);
    }
    box.addEventListener("input", tell);
    tell();
  });

  /* <a data-fill="id of a box" data-words="…"> puts the words into the box, behind what is there; without a script the link loads the form with them. */
  document.addEventListener("click", function (e) {
    var link = e.target.closest ? e.target.closest("[data-fill]") : null;
    var box = link && document.getElementById(link.getAttribute("data-fill"));
    if (!box || e.ctrlKey || e.metaKey || e.shiftKey) { return; }
    e.preventDefault();
    var words = link.getAttribute("data-words");
    box.value = box.value.trim() ? box.value.replace(/\s+$/, "") + "\n" + words : words;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });

  /* [data-shown-for="A B"] is for a form one of whose lists stands at one of these values; without a script it is always there. */
  mc.each("[data-shown-for]", function (part) {
    var wanted = part.getAttribute("data-shown-for").split(" ");
    var form = part.closest("form");
    function tell() {
      part.hidden = !mc.all("select", form).some(function (list) { return wanted.indexOf(list.value) > -1; });
    }
    form.addEventListener("change", tell);
    tell();
  });

  function values(form) {
    return mc.all("input, textarea, select", form).filter(function (field) {
      return field.name && field.type !== "file" && !SECRET.test(field.name) && field.type !== "submit";
    });
  }

  function snapshot(form) {
    return JSON.stringify(values(form).map(function (field) {
      return [field.name, /checkbox|radio/.test(field.type) ? field.value + ":" + field.checked : field.value];
    }));
  }

  function restore(form, text) {
    var kept = JSON.parse(text);
    values(form).forEach(function (field, index) {
      if (!kept[index] || kept[index][0] !== field.name) { return; }
      var value = kept[index][1];
      if (/checkbox|radio/.test(field.type)) { field.checked = value === field.value + ":true"; }
      else if (field.type !== "hidden") { field.value = value; }
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  function state(form, words) {
    mc.all("[data-draft-state]", form).forEach(function (node) { node.textContent = words; });
  }

  /* <form data-draft="name"> keeps in this browser; data-draft-url saves to the server by the form's own fields plus draft=1. */
  mc.each("form[data-draft]", function (form) {
    var key = KEEP + location.pathname + ":" + form.getAttribute("data-draft");
    var url = form.getAttribute("data-draft-url");
    var timer = 0;
    var before = snapshot(form);
    var store = null;
    try { store = window.localStorage; } catch (refused) { store = null; }
    if (form.hasAttribute("data-draft-nowhere-else")) { store = null; }

    function keep() {
      if (store) { store.setItem(key, JSON.stringify({ at: Date.now(), text: snapshot(form) })); }
    }
    function send() {
      timer = 0;
      if (snapshot(form) === before) { return; }
      keep();
      if (!url) { state(form, "已暂存在本机 " + clock()); return; }
      var body = new FormData(form);
      body.set("draft", "1");
      body.delete("idempotency_key");
      mc.all("input[type=file]", form).forEach(function (field) { body.delete(field.name); });
      var now = snapshot(form);
      fetch(url, { method: "POST", body: body, credentials: "same-origin", headers: { "HX-Request": "true", "X-CSRFToken": mc.token() } })
        .then(function (answer) {
          if (!answer.ok || /\/sign-in\//.test(answer.url)) { throw new Error(String(answer.status)); }
          before = now;
          form.mcSaved = true;
          var at = answer.headers.get("X-Draft");
          if (at) { mc.all('input[name="number"]', form).forEach(function (field) { field.value = at; }); }
          state(form, (form.getAttribute("data-draft-said") || "草稿已保存") + " " + clock());
        })
        .catch(function () { state(form, store ? "暂时连不上，内容已存在本机" : "暂时连不上，还没有保存"); });
    }
    function later() { clearTimeout(timer); timer = setTimeout(send, 3000); }

    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", function () { clearTimeout(timer); keep(); });
    window.addEventListener("pagehide", function () { if (snapshot(form) !== before) { keep(); } });

    var kept = store && store.getItem(key);
    if (form.hasAttribute("data-draft-done")) { if (store) { store.removeItem(key); } return; }
    if (!kept) { return; }
    kept = JSON.parse(kept);
    if (Date.now() - kept.at > 7 * 86400000 || kept.text === before) { store.removeItem(key); return; }
    offer(form, kept, function () { store.removeItem(key); });
  });

  function offer(form, kept, forget) {
    var note = mc.make("div", "note note-amber");
    note.appendChild(mc.icon("history"));
    note.appendChild(mc.make("span", "", "这台设备上有未提交的内容。"));
    [["恢复", function () { restore(form, kept.text); note.remove(); }], ["不要了", function () { forget(); note.remove(); }]].forEach(function (pair) {
      var button = mc.make("button", "linkbtn ms-2", pair[0]);
      button.type = "button";
      button.addEventListener("click", pair[1]);
      note.appendChild(button);
    });
    form.insertBefore(note, form.firstChild);
  }

  function clock() {
    var now = new Date();
    return ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2);
  }

  /* Kept drafts of a form that went through: the page after it says which. <i data-draft-sent="/grievances/new/:file"> */
  mc.each("[data-draft-sent]", function (node) {
    try { window.localStorage.removeItem(KEEP + node.getAttribute("data-draft-sent")); } catch (refused) { node.hidden = true; }
  });

  /* <form data-send="ctrl-enter">: sent without leaving the keyboard. */
  mc.each('form[data-send="ctrl-enter"]', function (form) {
    form.addEventListener("keydown", function (e) {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && !e.isComposing) { e.preventDefault(); form.querySelector("[type=submit]").click(); }
    });
  });

  mc.each("form[data-unsaved]", function (form) {
    var before = snapshot(form);
    form.addEventListener("submit", function () { form.mcSent = true; });
    window.addEventListener("beforeunload", function (e) {
      if (mc.leaving || form.mcSent || form.mcSaved || !document.contains(form) || snapshot(form) === before) { return; }
      e.preventDefault();
      e.returnValue = "";
    });
  });
})();
