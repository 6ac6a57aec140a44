"""Every address of the site, found in the map of addresses, and what may be put into each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

Arguments = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Endpoint:
    """One line of the map: its route and, by argument, the kind of converter that reads it."""

    route: str
    arguments: tuple[tuple[str, str], ...]

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")

    def addresses(self, known: Arguments) -> Iterator[str]:
        """With each of the `known` values; an argument that is not among them gets one that fits its converter."""
        usual = {"str": ("x",), "slug": ("x",), "int": ("1",), "uuid": ("00000000-0000-4000-8000-000000000000",)}
        values = [known.get(name) or usual[kind] for name, kind in self.arguments]
        for chosen in itertools.product(*values):
            yield self._filled(chosen)

    def _filled(self, values: tuple[str, ...]) -> str:
        route = "/" + self.route
        for (name, kind), value in zip(self.arguments, values, strict=True):
            route = route.replace(f"<{kind}:{name}>", value)
        return route

    def with_odd_arguments(self, known: Arguments, odd: tuple[str, ...]) -> Iterator[str]:
        """Each argument in turn is each of `odd` (already quoted), the others are as usual."""
        usual = {"str": "x", "slug": "x", "int": "1", "uuid": "00000000-0000-4000-8000-000000000000"}
        sound = [known.get(name, (usual[kind],))[0] for name, kind in self.arguments]
        for position in range(len(sound)):
            for value in odd:
                yield self._filled((*sound[:position], value, *sound[position + 1 :]))


def endpoints() -> list[Endpoint]:
    """Every route of the site but Django's own admin pages, which the configuration face has tests of its own for."""
    return sorted(_walk(get_resolver().url_patterns, ""), key=lambda endpoint: endpoint.route)


def _walk(patterns: list[Any], before: str) -> Iterator[Endpoint]:
    for pattern in patterns:
        assert isinstance(pattern.pattern, RoutePattern), f"not a path(): {before}{pattern.pattern}"
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield Endpoint(route, tuple(_arguments(route)))


def _arguments(route: str) -> Iterator[tuple[str, str]]:
    for part in route.split("<")[1:]:
        kind, _, name = part.split(">")[0].rpartition(":")
        yield name, kind or "str"


class Listening(QueryDict):
    """Notes the names a view asks for."""

    def __init__(self, *words: Any, **facts: Any) -> None:
        self.asked: set[str] = set()
        super().__init__(*words, **facts)

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def getlist(self, name: str, default: Any = None) -> list[Any]:
        self.asked.add(name)
        return super().getlist(name, default)


def _heard(given: QueryDict) -> Listening:
    heard = Listening(mutable=True)
    for name, values in given.lists():
        heard.setlist(name, values)
    heard.asked.clear()
    return heard


def listen(get_response: Any) -> Any:
    """Middleware, the last of all: `response.asked` names the fields of query and form that the view looked for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.GET = query = _heard(request.GET)
        form = Listening()
        if request.method == "POST" and not request.path.startswith("/api/"):
            request.POST = form = _heard(request.POST)
        response = get_response(request)
        response.asked = {"query": query.asked, "form": form.asked}
        return response

    return middleware


def quoted(text: str) -> str:
    return quote(text, safe="")
