/* Stands before the pages below /visits/: the network first, what was kept when there is none. It keeps static files and visit pages that were
   opened, nothing else, and sends nothing by itself. ES2019. */
"use strict";

var PAGES = "mc-visits-pages";
var FILES = "mc-visits-files";
var PATIENCE = 6000;

self.addEventListener("install", function (e) {
  e.waitUntil(caches.open(PAGES).then(function (kept) {
    return fetch("/visits/offline/", { credentials: "omit" }).then(function (answer) { return answer.ok ? kept.put("/visits/offline/", answer) : null; });
  }).catch(function () { return null; }).then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (e) { e.waitUntil(self.clients.claim()); });

function isPage(url) {
  return url.pathname === "/visits/" || url.pathname === "/visits/offline/" || /^\/visits\/(of\/\w+|paid\/[0-9a-f-]{36}|[0-9a-f-]{36})\/$/.test(url.pathname);
}

/* A hashed name never changes its bytes. */
function isSettled(url) { return /\.[0-9a-f]{8,}\.\w+$/.test(url.pathname); }

self.addEventListener("fetch", function (e) {
  var request = e.request;
  var url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (url.pathname.indexOf("/static/") === 0) { e.respondWith(file(request, url)); return; }
  if (request.mode === "navigate" && isPage(url)) { e.respondWith(page(request, url)); }
});

function file(request, url) {
  return caches.open(FILES).then(function (kept) {
    return kept.match(request).then(function (found) {
      if (found && isSettled(url)) { return found; }
      return fetch(request).then(function (answer) {
        if (answer.ok && answer.type === "basic") { kept.put(request, answer.clone()); }
        return answer;
      }).catch(function (lost) { if (found) { return found; } throw lost; });
    });
  });
}

function page(request, url) {
  var timer = 0;
  return new Promise(function (done) {
    timer = setTimeout(function () { fromKept(url).then(function (found) { if (found) { done(found); } }); }, PATIENCE);
    fetch(request).then(function (answer) {
      clearTimeout(timer);
      if (answer.ok && !answer.redirected && /text\/html/.test(answer.headers.get("Content-Type") || "")) {
        keep(url, answer.clone());
      }
      done(answer);
    }).catch(function () {
      clearTimeout(timer);
      fromKept(url).then(function (found) { return found || caches.match("/visits/offline/"); }).then(function (found) {
        done(found || new Response("没有网络，请稍后再试。", { status: 503, headers: { "Content-Type": "text/plain; charset=utf-8" } }));
      });
    });
  });
}

function keep(url, copy) {
  caches.open(PAGES).then(function (kept) { return kept.put(url.href, copy); }).catch(function () { return null; });
}

/* The list under other filters will do when this one was not kept. */
function fromKept(url) {
  return caches.open(PAGES).then(function (kept) {
    return kept.match(url.href).then(function (found) { return found || kept.match(url.pathname, { ignoreSearch: true }); });
  });
}
