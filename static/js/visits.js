/* Visits on a phone. What is typed is kept on it, a form that finds no network waits there and is sent once when there is one: its key
   is made here, so that what was sent twice is recorded once. Rows belong to who wrote them and are sent by nobody else. ES2019. */
(function () {
  "use strict";
  var mc = window.mc, bar = document.getElementById("pending");
  if (!bar || !window.indexedDB || !window.fetch || !window.Promise) { return; }
  var user = bar.getAttribute("data-user");
  var PAGES = "mc-visits-pages", FILES = "mc-visits-files";
  var SIDE = 1600, NEAR = 12;

  function uuid() {
    var b = window.crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    var h = Array.from(b, function (n) { return ("0" + n.toString(16)).slice(-2); }).join("");
    return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-");
  }

  /* Stores: drafts (a form being filled in, by user and page) and queue (forms to be sent, by key). */
  var opened = new Promise(function (done, failed) {
    var asked = window.indexedDB.open("mc-visits", 1);
    asked.onupgradeneeded = function () {
      asked.result.createObjectStore("drafts", { keyPath: "id" });
      asked.result.createObjectStore("queue", { keyPath: "key" });
      asked.result.createObjectStore("facts", { keyPath: "id" });
    };
    asked.onsuccess = function () { done(asked.result); };
    asked.onerror = function () { failed(asked.error); };
  });

  function store(name, mode, work) {
    return opened.then(function (base) {
      return new Promise(function (done, failed) {
        var deal = base.transaction(name, mode);
        var asked = work(deal.objectStore(name));
        deal.oncomplete = function () { done(asked.result); };
        deal.onerror = deal.onabort = function () { failed(deal.error); };
      });
    });
  }
  function put(name, row) { return store(name, "readwrite", function (rows) { return rows.put(row); }); }
  function get(name, key) { return store(name, "readonly", function (rows) { return rows.get(key); }); }
  function drop(name, key) { return store(name, "readwrite", function (rows) { return rows.delete(key); }); }
  function mine() {
    return store("queue", "readonly", function (rows) { return rows.getAll(); }).then(function (rows) {
      return rows.filter(function (row) { return row.user === user; }).sort(function (a, b) { return a.at - b.at; });
    });
  }

  /* Somebody else signed in on this phone: the pages kept for the one before go. */
  var settled = get("facts", "user").then(function (row) {
    if (row && row.value === user) { return null; }
    return (window.caches ? window.caches.delete(PAGES) : Promise.resolve()).then(function () { return put("facts", { id: "user", value: user }); });
  });

  /* ---- the service worker, and what it is to have at hand */
  function warm() {
    if (!window.caches) { return; }
    var files = mc.all("link[rel=stylesheet], link[rel=icon]").map(function (node) { return node.href; })
      .concat(mc.all("script[src]").map(function (node) { return node.src; }))
      .concat(mc.all("svg.i use").slice(0, 1).map(function (node) { return new URL(node.getAttribute("href").split("#")[0], location.href).href; }));
    window.caches.open(FILES).then(function (kept) {
      files.forEach(function (url) { kept.match(url).then(function (found) { if (!found) { kept.add(url).catch(function () { return null; }); } }); });
    });
    var pages = [location.href].concat(mc.all("a[data-keep]").slice(0, NEAR).map(function (node) { return node.href; }));
    window.caches.open(PAGES).then(function (kept) {
      pages.reduce(function (chain, url) { return chain.then(function () { return fetchInto(kept, url); }); }, Promise.resolve());
    });
  }
  function fetchInto(kept, url) {
    return fetch(url, { credentials: "same-origin", headers: { "Accept": "text/html" } }).then(function (answer) {
      return answer.ok && !answer.redirected ? kept.put(url, answer) : null;
    }).catch(function () { return null; });
  }
  if (navigator.serviceWorker) {
    settled.then(function () { return navigator.serviceWorker.register(bar.getAttribute("data-worker"), { scope: "/visits/" }); })
      .then(function () { return navigator.serviceWorker.ready; })
      .then(function () { if (navigator.onLine) { warm(); } document.documentElement.setAttribute("data-offline-ready", "1"); })
      .catch(function () { return null; });
  }

  /* ---- sending */
  function whoami() {
    return fetch(bar.getAttribute("data-whoami"), { credentials: "same-origin", headers: { "Accept": "application/json" }, cache: "no-store" })
      .then(function (answer) {
        if (/\/sign-in\//.test(answer.url) || answer.status === 401 || answer.status === 403) { return { signedOut: true }; }
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.json();
      });
  }

  function body(row, token) {
    var form = new FormData();
    row.fields.forEach(function (pair) { form.append(pair[0], pair[1]); });
    row.files.forEach(function (file) { form.append("photos_new", file.blob, file.name); });
    form.set("key", row.key);
    form.set("idempotency_key", row.key);
    form.set("csrfmiddlewaretoken", token);
    return form;
  }

  /* What became of it: {done: url}, {refused: words, fields, code}, {signedOut}, or thrown where the network gave out. */
  function send(row) {
    return whoami().then(function (me) {
      if (me.signedOut || me.user !== row.user) { return { signedOut: true }; }
      return fetch(row.url, {
        method: "POST", body: body(row, me.token), credentials: "same-origin", headers: { "Accept": "application/json", "X-CSRFToken": me.token },
      }).then(function (answer) {
        if (/\/sign-in\//.test(answer.url) || answer.status === 401) { return { signedOut: true }; }
        if (answer.status >= 500 || answer.status === 429) { throw new Error(String(answer.status)); }
        return answer.json().catch(function () { return {}; }).then(function (facts) {
          if (answer.ok && facts.url) { return { done: facts.url, tickets: facts.tickets }; }
          return { refused: facts.message || "没有登记成，请打开核对后再发。", fields: facts.fields || {}, code: facts.code || "" };
        });
      });
    });
  }

  var busy = null;
  /* One after another, in one tab at a time; what is refused stays with its reason until somebody has looked at it. */
  function flush() {
    if (busy) { return busy; }
    function run() {
      return mine().then(function (rows) {
        return rows.filter(function (row) { return !row.refused; }).reduce(function (chain, row) {
          return chain.then(function (why) {
            if (why) { return why; }
            return send(row).then(function (outcome) { return after(row, outcome); }).catch(function () { return "没有网络，恢复后自动发送"; });
          });
        }, Promise.resolve(""));
      });
    }
    busy = (navigator.locks ? navigator.locks.request("mc-visits", run) : run()).catch(function () { return ""; }).then(function (why) {
      busy = null;
      return show(why);
    });
    return busy;
  }
  function after(row, outcome) {
    if (outcome.signedOut) { return "登录已过期，重新登录后自动发送"; }
    if (outcome.refused) {
      row.refused = outcome.refused;
      row.code = outcome.code;
      row.wrong = outcome.fields;
      return put("queue", row).then(function () { return ""; });
    }
    return drop("queue", row.key).then(function () {
      mc.say(row.name + " 的走访已登记" + (outcome.tickets && outcome.tickets.length ? "，" + outcome.tickets.length + " 条需求已成诉求。" : "。"), "green");
      return "";
    });
  }

  function button(words, work) {
    var made = mc.make("button", "linkbtn", words);
    made.type = "button";
    made.addEventListener("click", work);
    return made;
  }

  function show(why) {
    return mine().then(function (rows) {
      bar.hidden = !rows.length;
      bar.querySelector("[data-n]").textContent = String(rows.length);
      var words = bar.querySelector("[data-why]");
      words.textContent = why || (rows.length && !navigator.onLine ? "没有网络，恢复后自动发送" : "");
      if (/登录/.test(words.textContent)) {
        var link = mc.make("a", "ms-2", "去登录");
        link.href = "/sign-in/?next=" + encodeURIComponent(location.pathname);
        words.appendChild(link);
      }
      var list = bar.querySelector("[data-list]");
      list.textContent = "";
      rows.forEach(function (row) {
        var line = mc.make("li");
        var at = new Date(row.at);
        line.appendChild(mc.make("span", "", row.name + " · " + ("0" + at.getHours()).slice(-2) + ":" + ("0" + at.getMinutes()).slice(-2) + (row.refused ? " · " + row.refused : "")));
        if (row.code === "task_over") { line.appendChild(button("仍要登记", function () { again(row, true); })); }
        if (row.refused) { line.appendChild(button("改一改", function () { reopen(row); })); }
        if (row.refused) {
          line.appendChild(button("不要了", function () {
            if (window.confirm("不登记这次走访了？写好的内容会删掉。")) { drop("queue", row.key).then(function () { show(""); }); }
          }));
        }
        list.appendChild(line);
      });
    });
  }
  function again(row, anyway) {
    row.refused = row.code = "";
    if (anyway) { row.fields = row.fields.filter(function (pair) { return pair[0] !== "anyway"; }).concat([["anyway", "1"]]); }
    put("queue", row).then(flush);
  }
  /* Back into its form: the page of the enterprise with everything filled in. */
  function reopen(row) {
    put("drafts", { id: user + ":" + row.page, key: row.key, fields: row.fields, files: row.files, at: row.at, wrong: row.wrong, message: row.refused })
      .then(function () { return drop("queue", row.key); })
      .then(function () { if (location.pathname === row.page) { location.reload(); } else { location.href = row.page; } });
  }

  bar.querySelector("[data-now]").addEventListener("click", flush);
  window.addEventListener("online", flush);
  window.addEventListener("offline", function () { show(""); });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { flush(); } });
  setInterval(function () { if (!document.hidden) { mine().then(function (rows) { if (rows.length) { flush(); } }); } }, 20000);

  /* Before signing out one is told what would stay here unsent. */
  document.addEventListener("submit", function (e) {
    if (!/\/sign-out\//.test(e.target.action || "") || bar.hidden) { return; }
    if (!window.confirm("这台手机上还有没发送的走访。退出后，要等您再次登录才会发送。仍要退出？")) { e.preventDefault(); e.stopPropagation(); }
  }, true);

  /* ---- the form */
  var form = document.querySelector("form[data-doorstep]");
  settled.then(function () { return form ? fill() : null; }).then(function () { return show(""); }).then(flush);
  if (!form) { return; }

  var page = location.pathname;
  var draft = { id: user + ":" + page, key: "", fields: [], files: [], at: 0 };
  var timer = 0;
  var sent = false;
  var shots = form.querySelector("[data-shots]");
  var camera = form.querySelector("input[type=file]");
  var most = Number(shots.getAttribute("data-most"));
  var kept = form.querySelector("[data-kept]");
  var problem = form.querySelector("[data-problem]");

  function fields() {
    var found = [];
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string" && !/^(csrfmiddlewaretoken|idempotency_key|key)$/.test(name)) { found.push([name, value]); }
    });
    return found;
  }

  function fill() {
    return get("drafts", draft.id).then(function (row) {
      if (!row || Date.now() - row.at > 7 * 86400000) { fresh(); return; }
      draft = row;
      var given = {};
      row.fields.forEach(function (pair) { (given[pair[0]] = given[pair[0]] || []).push(pair[1]); });
      mc.all("input, textarea, select", form).forEach(function (field) {
        if (!field.name || field.type === "file" || field.type === "hidden") { return; }
        var values = given[field.name] || [];
        var ticked = /checkbox|radio/.test(field.type);
        if (ticked) { field.checked = values.indexOf(field.value) > -1; }
        else if (values.length) { field.value = values[0]; }
        var said = ticked ? field.checked : field.tagName !== "SELECT" && values.length && field.value;
        if (said && field.closest("details")) { field.closest("details").open = true; }
      });
      row.files.forEach(shot);
      kept.textContent = "接着上次没写完的";
      kept.appendChild(button("清空重写", function () { sent = true; drop("drafts", draft.id).then(function () { location.reload(); }); }));
      if (row.message) { tell(row.message, row.wrong || {}); }
      tune();
    });
  }
  function fresh() {
    draft.key = uuid();
    draft.files = [];
    var at = form.querySelector("[data-now]");
    var now = new Date(Date.now() - new Date().getTimezoneOffset() * 60000);
    if (at && problem.hidden) { at.value = now.toISOString().slice(0, 16); }
    tune();
  }

  function keep() {
    timer = 0;
    if (sent) { return Promise.resolve(); }
    draft.fields = fields();
    draft.at = Date.now();
    return put("drafts", draft).then(function () { kept.textContent = "已存在手机上"; }).catch(function () { kept.textContent = ""; });
  }
  function later() { kept.textContent = "正在保存…"; clearTimeout(timer); timer = setTimeout(keep, 600); }
  form.addEventListener("input", later);
  form.addEventListener("change", function (e) { tune(e.target); later(); });
  window.addEventListener("pagehide", function () { if (timer) { keep(); } });

  /* What an attempt does not ask is put away; a need written down takes back that there was none. */
  function tune(changed) {
    var result = form.querySelector("[name=result]:checked");
    var met = !result || result.value === "met";
    mc.all("[data-met]", form).forEach(function (part) { part.hidden = !met; });
    var none = form.querySelector("[name=no_needs]");
    var wrote = mc.all("textarea[name^=needs-]", form).some(function (box) { return box.value.trim(); });
    if (wrote && none.checked && changed !== none) { none.checked = false; }
  }
  form.addEventListener("input", function (e) { if (/^needs-/.test(e.target.name)) { tune(e.target); } });
  mc.all(".fc .said", form).forEach(function (box) {
    box.parentNode.addEventListener("change", function (e) { if (e.target.value === "differs") { box.focus(); } });
  });

  /* Photos are brought down to 1600 px here and stay with the draft. */
  function smaller(file) {
    if (!window.createImageBitmap) { return Promise.resolve(file); }
    return window.createImageBitmap(file).then(function (picture) {
      var scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", 0.85); });
    }).then(function (blob) { return blob || file; }).catch(function () { return file; });
  }
  function shot(row) {
    var box = mc.make("div", "p");
    var label = mc.make("span", "nm", row.name);
    box.appendChild(label);
    if (window.createImageBitmap) {
      window.createImageBitmap(row.blob).then(function (picture) {
        var side = Math.min(picture.width, picture.height);
        var canvas = document.createElement("canvas");
        canvas.width = canvas.height = 156;
        canvas.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 156, 156);
        box.insertBefore(canvas, box.firstChild);
      }).catch(function () { return null; });
    }
    var off = button("", function () { draft.files.splice(draft.files.indexOf(row), 1); box.remove(); count(); later(); });
    off.className = "rm";
    off.setAttribute("aria-label", "删除 " + row.name);
    var disc = mc.make("span");
    disc.appendChild(mc.icon("x"));
    off.appendChild(disc);
    box.appendChild(off);
    shots.insertBefore(box, shots.querySelector(".add"));
    count();
  }
  function count() {
    var n = draft.files.length;
    form.querySelector("[data-shot]").textContent = n ? n + " 张" : "";
    shots.querySelector(".add").hidden = n >= most;
  }
  camera.removeAttribute("name");
  camera.addEventListener("change", function () {
    Array.from(camera.files).slice(0, Math.max(0, most - draft.files.length)).reduce(function (chain, file) {
      return chain.then(function () { return smaller(file); }).then(function (blob) {
        var row = { name: file.name.replace(/\.\w+$/, "") + (blob.type === "image/png" ? ".png" : ".jpg"), blob: blob };
        draft.files.push(row);
        shot(row);
      });
    }, Promise.resolve()).then(later);
    camera.value = "";
  });

  function tell(words, wrong) {
    problem.textContent = words;
    problem.hidden = false;
    mc.all(".bad1", form).forEach(function (part) { part.classList.remove("bad1"); });
    Object.keys(wrong).forEach(function (name) {
      var part = form.querySelector('[data-field="' + name + '"]') || form.querySelector('[data-field="' + name.split("-")[0] + '"]');
      if (!part) { return; }
      part.classList.add("bad1");
      mc.all("details", part).concat(part.closest("details") || []).forEach(function (fold) { fold.open = true; });
    });
    problem.focus();
    problem.scrollIntoView({ block: "center" });
  }

  form.addEventListener("submit", function (e) {
    e.preventDefault();
    var go = form.querySelector("button[type=submit]");
    if (go.disabled) { return; }
    if (!form.querySelector("[name=result]:checked")) { tell("请先选走访结果。", { result: [] }); return; }
    go.disabled = true;
    clearTimeout(timer);
    var hidden = mc.all("[data-met][hidden] [name]", form).map(function (field) { return field.name; });
    draft.fields = fields().filter(function (pair) { return hidden.indexOf(pair[0]) < 0; });
    var row = {
      key: draft.key, user: user, url: form.getAttribute("action"), page: page, name: form.getAttribute("data-name"), at: Date.now(),
      fields: draft.fields, files: draft.files,
    };
    sent = true;
    put("queue", row).then(function () { return drop("drafts", draft.id); }).then(function () { return send(row); }).then(function (outcome) {
      if (outcome.done) { return drop("queue", row.key).then(function () { location.href = outcome.done; }); }
      if (outcome.signedOut) { return show("登录已过期，重新登录后自动发送").then(function () { bar.scrollIntoView({ block: "center" }); }); }
      return drop("queue", row.key).then(function () {
        sent = false;
        go.disabled = false;
        tell(outcome.refused, outcome.fields);
        if (outcome.code === "task_over") {
          problem.appendChild(button("仍要登记", function () {
            var box = mc.make("input");
            box.type = "hidden";
            box.name = "anyway";
            box.value = "1";
            form.appendChild(box);
            form.requestSubmit ? form.requestSubmit() : go.click();
          }));
        }
        return keep();
      });
    }).catch(function () {
      /* Kept; whether an answer got lost makes no difference, the key is the same. */
      mc.say("没有网络，已存在手机上，恢复后自动发送。", "amber");
      return get("queue", row.key).then(function (there) {
        if (there) { setTimeout(function () { location.href = "/visits/"; }, 600); } else { sent = false; go.disabled = false; }
      });
    });
  }, true);
})();
