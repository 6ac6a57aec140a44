/* Photos: <div data-photos data-upload="/attachments/" data-name="attachments" data-most="6"> around a plain file input.
   Without a script the input travels with the form; with it, each file is sent at once and the form carries its id. */
(function () {
  "use strict";
  var mc = window.mc;
  var LARGE = 2 * 1024 * 1024;
  var LIMIT = 10 * 1024 * 1024;
  var SIDE = 1600;
  var KINDS = /\.(jpe?g|png|pdf|docx|xlsx|txt)$/i;

  /* A picture above 2 MB, drawn again at no more than 1600 px; anything else as it is. */
  function smaller(file) {
    if (!/^image\/(jpeg|png)$/.test(file.type) || file.size <= LARGE || !window.createImageBitmap) { return Promise.resolve(file); }
    return createImageBitmap(file).then(function (picture) {
      var scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", 0.85); });
    }).then(function (blob) {
      if (!blob || blob.size >= file.size) { return file; }
      return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
    }).catch(function () { return file; });
  }

  function preview(box, file) {
    if (!/^image\//.test(file.type) || !window.createImageBitmap) { box.insertBefore(mc.icon("file-text"), box.firstChild); return; }
    createImageBitmap(file).then(function (picture) {
      var side = Math.min(picture.width, picture.height);
      var canvas = document.createElement("canvas");
      canvas.width = canvas.height = 156;
      canvas.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 156, 156);
      box.insertBefore(canvas, box.firstChild);
    }).catch(function () { box.insertBefore(mc.icon("photo"), box.firstChild); });
  }

  mc.each("[data-photos]", function (area) {
    var input = area.querySelector("input[type=file]");
    var add = area.querySelector(".add");
    var url = area.getAttribute("data-upload");
    var name = area.getAttribute("data-name") || "attachments";
    var most = Number(area.getAttribute("data-most")) || 10;
    if (!input || !url || !window.fetch || !window.FormData) { return; }
    input.removeAttribute("name");

    function full() { if (add) { add.hidden = mc.all(".p[data-file]", area).length >= most; } }

    function removable(box, label) {
      var button = mc.make("button", "rm");
      button.type = "button";
      button.setAttribute("aria-label", "删除 " + label);
      var disc = mc.make("span");
      disc.appendChild(mc.icon("x"));
      button.appendChild(disc);
      button.addEventListener("click", function () {
        box.remove();
        full();
        area.dispatchEvent(new Event("change", { bubbles: true }));
        input.focus();
      });
      box.appendChild(button);
    }

    function refuse(box, words) {
      box.classList.remove("wait");
      box.classList.add("bad");
      box.setAttribute("title", words);
      mc.say(words, "red");
    }

    function send(file) {
      var box = mc.make("div", "p wait");
      box.setAttribute("data-file", "");
      box.appendChild(mc.make("span", "nm", file.name));
      area.insertBefore(box, add);
      removable(box, file.name);
      full();
      if (!KINDS.test(file.name)) { refuse(box, file.name + "：格式不支持。可用 jpg、png、pdf、docx、xlsx、txt。"); return Promise.resolve(); }
      return smaller(file).then(function (ready) {
        preview(box, ready);
        if (ready.size > LIMIT) { refuse(box, file.name + "：超过 10 MB，请压缩后再传。"); return null; }
        var body = new FormData();
        body.append("file", ready, ready.name);
        return fetch(url, { method: "POST", body: body, credentials: "same-origin", headers: { "X-CSRFToken": mc.token(), "Accept": "application/json" } })
          .then(function (answer) {
            return answer.json().catch(function () { return {}; }).then(function (facts) {
              if (!answer.ok || !facts.id) { refuse(box, file.name + "：" + (facts.message || "没有传上去，请再试一次。")); return; }
              box.classList.remove("wait");
              var carried = mc.make("input");
              carried.type = "hidden";
              carried.name = name;
              carried.value = facts.id;
              box.appendChild(carried);
              area.dispatchEvent(new Event("change", { bubbles: true }));
            });
          })
          .catch(function () { refuse(box, file.name + "：网络不通，没有传上去。"); });
      });
    }

    mc.all(".p[data-file]", area).forEach(function (box) {
      if (!box.querySelector(".rm")) { removable(box, box.getAttribute("data-file") || "附件"); }
    });
    full();
    input.addEventListener("change", function () {
      var room = most - mc.all(".p[data-file]", area).length;
      var files = Array.prototype.slice.call(input.files);
      if (files.length > room) { mc.say("最多 " + most + " 个，多出的没有添加。", "amber"); }
      files.slice(0, room).reduce(function (chain, file) { return chain.then(function () { return send(file); }); }, Promise.resolve());
      input.value = "";
    });
  });
})();
