"""Absences as they are reported on a page: whole days, no two of one post at a time, ended early when somebody is back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

import audit
from community.appointments import report_absence
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.models import Absence, Post
from community.posts import held
from wording.errors import FactsMissing, NotFound
from workdays import midnight

if TYPE_CHECKING:
    from accounts.models import User

#: Posts whose work goes to somebody else meanwhile.
KINDS = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS)
LONGEST_DAYS = 180


def reportable(user: User, at: datetime) -> QuerySet[Post]:
    """Posts whose absence this person reports: his own; for a leader everybody's of the community."""
    led = {post.community_id for post in held(user, PostKind.LEADER)}
    own = {post.pk for post in held(user, *KINDS)}
    rows = Post.objects.visible_to(user).in_force(at).filter(kind__in=KINDS)
    return (rows.filter(pk__in=own) | rows.filter(community__in=led)).select_related("user", "unit", "grid").order_by("kind", "pk")


def deputies(user: User, at: datetime) -> QuerySet[Post]:
    rows = Post.objects.visible_to(user).in_force(at).filter(kind__in=KINDS, user__is_active=True)
    communities = {post.community_id for post in held(user, *KINDS)}
    return rows.filter(community__in=communities).select_related("user", "unit", "grid").order_by("kind", "pk")


def report(raw: Any, *, by: User, at: datetime) -> Absence:
    """`post`, `from_on` and `until_on` (both days included), `deputy` (a post, or empty), `reason`. Raises FactsMissing."""
    today = timezone.localtime(at).date()
    post, first, last = _post(reportable(by, at), raw.get("post")), _day(raw.get("from_on", "")), _day(raw.get("until_on", ""))
    deputy = _post(deputies(by, at), raw.get("deputy"))
    problems = {} if post is not None else {"post": "请选是谁缺勤"}
    if first is None or first < today:
        problems["from_on"] = "请选今天或以后的日期"
    if last is None or (first is not None and not first <= last <= first + timedelta(days=LONGEST_DAYS)):
        problems["until_on"] = f"请选起始日或以后的日期，一次最多 {LONGEST_DAYS} 天"
    if raw.get("deputy") and (deputy is None or (post is not None and deputy.user_id == post.user_id)):
        problems["deputy"] = "请选同社区的另一个人，或不指定"
    if problems or post is None or first is None or last is None:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    from_at = at if first == today else midnight(first)
    with transaction.atomic():
        Post.objects.select_for_update(no_key=True).get(pk=post.pk)  # two reports at once see each other
        _refuse_overlap(post, deputy, from_at, midnight(last + timedelta(days=1)))
        try:
            return report_absence(
                post,
                from_at=from_at,
                until_at=midnight(last + timedelta(days=1)),
                deputy=deputy,
                by=by,
                at=at,
                reason=raw.get("reason", ""),
            )
        except ValidationError as error:
            raise FactsMissing("；".join(error.messages), fields=error.message_dict) from None


def end(pk: int, *, by: User, at: datetime) -> None:
    """Back early: a running one ends now, one that has not begun is taken away. Twice does nothing more. Raises NotFound."""
    with transaction.atomic():
        rows = Absence.objects.visible_to(by).filter(post__in=reportable(by, at)).select_for_update(of=("self",), no_key=True)
        row = rows.filter(pk=pk).first()
        if row is None:
            raise NotFound("没有这条缺勤登记，或您无权更改。")
        if row.until_at <= at:
            return
        detail = {"absence": row.pk, "from": row.until_at.isoformat()}
        if row.from_at >= at:
            row.delete()
        else:
            row.until_at = at
            row.save(update_fields=["until_at"])
        audit.record("absence_ended", by=by, at=at, target=f"post:{row.post_id}", detail=detail)


def _refuse_overlap(post: Post, deputy: Post | None, from_at: datetime, until_at: datetime) -> None:
    meanwhile = Absence.objects.filter(from_at__lt=until_at, until_at__gt=from_at)
    if meanwhile.filter(post=post).exists():
        raise FactsMissing("还有内容需要更正。", fields={"from_on": "这段时间里已经登记过缺勤，请先结束那一条，或换个日期"})
    if deputy is not None and meanwhile.filter(post__user=deputy.user_id).exists():
        raise FactsMissing("还有内容需要更正。", fields={"deputy": "这位同事那几天也缺勤，请换一位"})


def _post(rows: QuerySet[Post], key: Any) -> Post | None:
    text = str(key or "")
    return rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 18 else None


def _day(text: str) -> date | None:
    try:
        return parse_date(str(text))
    except ValueError:
        return None
