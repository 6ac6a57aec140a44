"""上手五步: the path on a page of its own, and a strip on the page one's day begins with. It blocks nothing and can be put away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import GuideProgress
from community import held
from portal.accounts import way_on
from portal.guide_table import Guide, Step, guide_for

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Walked:
    """A path with how far somebody has come."""

    guide: Guide
    done: frozenset[str]
    dismissed: bool

    @property
    def rows(self) -> list[tuple[Step, bool]]:
        return [(step, step.code in self.done) for step in self.guide.steps]

    @property
    def next(self) -> Step | None:
        return next((step for step in self.guide.steps if step.code not in self.done), None)

    @property
    def number(self) -> int:
        """Of the next step, from 1."""
        return self.guide.steps.index(self.next) + 1 if self.next is not None else len(self.guide.steps)

    @property
    def count(self) -> int:
        return sum(done for _, done in self.rows)

    @property
    def shown(self) -> bool:
        """Whether the strip is drawn: not put away, not walked to the end."""
        return not self.dismissed and self.next is not None


def walked(user: User) -> Walked | None:
    """None for somebody without a post. One query."""
    guide = guide_for({post.kind for post in held(user)})
    if guide is None:
        return None
    row = GuideProgress.objects.filter(user=user, guide=guide.code).first()
    return Walked(guide, frozenset(row.done if row else ()), bool(row and row.dismissed_at))


KEPT = "guide"


def strip_of(request: HttpRequest) -> Walked | None:
    """What `walked` says, read once a session: the pages a day begins with are opened all day and pay no query for it."""
    guide = guide_for({post.kind for post in held(request.user)})
    if guide is None:
        return None
    kept = request.session.get(KEPT)
    if kept is None or kept[0] != guide.code:
        found = walked(request.user)
        kept = [guide.code, sorted(found.done), found.dismissed] if found else [guide.code, [], True]
        request.session[KEPT] = kept
    return Walked(guide, frozenset(kept[1]), kept[2])


def _mine(request: HttpRequest) -> Walked:
    found = walked(request.user)
    if found is None:
        raise Http404("您还没有岗位，没有适合的上手指引。")
    return found


def _keep(request: HttpRequest, guide: Guide, *, done: str = "", dismissed_at: datetime | None = None) -> None:
    user = request.user
    request.session.pop(KEPT, None)
    with transaction.atomic():
        GuideProgress.objects.get_or_create(user=user, guide=guide.code)
        row = GuideProgress.objects.select_for_update(no_key=True).get(user=user, guide=guide.code)
        if done and done not in row.done:
            row.done = [*row.done, done]
        row.dismissed_at = dismissed_at
        row.save(update_fields=["done", "dismissed_at"])


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    return render(request, "guide/guide.html", {"walked": _mine(request)})


@require_POST
def step(request: HttpRequest, code: str) -> HttpResponse:
    """One step is taken by going there; its own page says the rest."""
    mine = _mine(request)
    found = next((each for each in mine.guide.steps if each.code == code), None)
    if found is None:
        raise Http404("没有这一步。")
    # Going on after it was put away does not bring the strip back.
    _keep(request, mine.guide, done=code, dismissed_at=timezone.now() if mine.dismissed else None)
    return HttpResponseRedirect(reverse(found.page) + (f"?{found.query}" if found.query else ""))


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    _keep(request, _mine(request).guide, dismissed_at=timezone.now())
    return HttpResponseRedirect(way_on(request))


@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """From the start: the strip is back and no step is done."""
    request.session.pop(KEPT, None)
    GuideProgress.objects.filter(user=request.user, guide=_mine(request).guide.code).delete()
    return HttpResponseRedirect(reverse("guide"))
