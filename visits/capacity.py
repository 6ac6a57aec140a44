"""Who has time for visits in a week: posts, leave, the calendar, working hours, and what other posts take."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

import workdays
from accounts.models import User
from community.kinds import PostKind
from community.models import Absence, Community, Post
from visits.models import Allowance
from visits.states import Half
from visits.week import AM, PM, Person, Slot

#: Half-days a week somebody in such a post has for visits, unless an `Allowance` says otherwise; of several posts the smallest counts.
USUAL = {
    PostKind.GRID_STAFF: 8, PostKind.GRID_LEADER: 5, PostKind.GRID_PART_TIME: 2, PostKind.SPECIALIST: 4, PostKind.LEADER: 2,
}  # fmt: skip
#: Posts that leave one half-day for visits to whoever holds them beside one of those above.
ELSEWHERE = (PostKind.STREET, PostKind.STEWARD, PostKind.OPERATOR, PostKind.PARTNER, PostKind.DEPARTMENT)
#: Way there and back, taken off each half-day.
TRAVEL_MINUTES = 30
NOON = time(12, 30)
HALVES = {AM: Half.AM, PM: Half.PM}


@dataclass(frozen=True)
class Week:
    """`days`: the working days still to be planned, in order; `first_at`: half-days that begin before are over, `open_halves` are not."""

    monday: date
    days: tuple[date, ...]
    first_at: datetime
    open_halves: frozenset[tuple[date, str]]

    def day_names(self) -> list[str]:
        return [f"{'周' + '一二三四五六日'[day.weekday()]}（{day.month}月{day.day}日）" for day in self.days]


def week_of(community: Community, at: datetime) -> Week:
    """The week in which a half-day begins at `at` or next."""
    calendar = workdays.calendar(community.hours())
    day = timezone.localtime(at).date()
    while not calendar.is_workday(day) or not any(start >= at for start, _, _ in halves(community, day)):
        day += timedelta(days=1)
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    ahead = tuple(each for each in days if each >= day and calendar.is_workday(each))
    open_halves = {(each, HALVES[half_of(start)].value) for each in ahead for start, _, _ in halves(community, each) if start >= at}
    return Week(monday, ahead, at, frozenset(open_halves))


def halves(community: Community, day: date) -> list[tuple[datetime, datetime, int]]:
    """Beginning, end and working minutes of each half of a working day."""
    found = []
    for first, last in ((time(), NOON), (NOON, time(23, 59))):
        spans = [
            (max(start, first), min(end, last)) for start, end in community.hours().on(day).spans if max(start, first) < min(end, last)
        ]
        if spans:
            minutes = sum((end.hour - start.hour) * 60 + end.minute - start.minute for start, end in spans)
            found.append((_at(day, spans[0][0]), _at(day, spans[-1][1]), minutes))
    return found


def half_of(at: datetime) -> int:
    return AM if timezone.localtime(at).time() < NOON else PM


def posts_in(community: Community, week: Week) -> list[Post]:
    """Posts of people who pay visits, in force at some time of what is left of the week."""
    end = _at(week.days[-1] + timedelta(days=1), time())
    rows = Post.objects.filter(community=community, kind__in=list(USUAL), user__is_active=True, from_at__lt=end)
    rows = rows.filter(Q(until_at__isnull=True) | Q(until_at__gt=week.first_at))
    return list(rows.select_related("user", "unit", "grid").order_by("pk"))


def people_in(community: Community, week: Week, posts: list[Post], made: Counter[int]) -> list[Person]:
    """Everybody with a post that pays visits; `made`: trips of the week already made or begun, by key of a person."""
    users: dict[int, User] = {post.user_id: post.user for post in posts}
    own: dict[int, list[Post]] = defaultdict(list)
    for post in posts:
        own[post.user_id].append(post)
    away = _away(list(users), week)
    allowed = dict(Allowance.objects.filter(community=community, user__in=users).values_list("user_id", "half_days"))
    beside = set(Post.objects.in_force(week.first_at).filter(user__in=users, kind__in=[*ELSEWHERE]).values_list("user_id", flat=True))
    slots = _slots(community, week)
    people = []
    for key, user in sorted(users.items()):
        most = allowed.get(key)
        if most is None:
            most = min(USUAL[PostKind(post.kind)] for post in own[key])
            most = min(most, 1) if key in beside else most
        free = [
            slot for start, end, slot in slots if any(_holds(post, start, end) for post in own[key]) and not _is_away(away[key], start, end)
        ]
        people.append(Person(key, user.display_name, tuple(free), made[key], max(most - made[key], 0)))
    return people


def _slots(community: Community, week: Week) -> list[tuple[datetime, datetime, Slot]]:
    return [
        (start, end, Slot(number, half_of(start), max(minutes - TRAVEL_MINUTES, 0)))
        for number, day in enumerate(week.days)
        for start, end, minutes in halves(community, day)
        if start >= week.first_at
    ]


def _holds(post: Post, start: datetime, end: datetime) -> bool:
    """For the whole half-day."""
    return post.from_at <= start and (post.until_at is None or post.until_at >= end)


def _is_away(absences: list[Absence], start: datetime, end: datetime) -> bool:
    return any(absence.from_at < end and absence.until_at > start for absence in absences)


def _away(users: list[int], week: Week) -> dict[int, list[Absence]]:
    """Whoever is reported absent from one of his posts does not go out in another."""
    found: dict[int, list[Absence]] = defaultdict(list)
    for absence in Absence.objects.filter(post__user__in=users, until_at__gt=week.first_at).select_related("post"):
        found[absence.post.user_id].append(absence)
    return found


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
