"""Eighteen months of tickets, and what comes after them: follow-ups, spot checks, what the clock has brought."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from grievances import follow_up, sweeps
from grievances.clocks import calendar_of
from grievances.hand import in_hand
from grievances.models import FollowUp, ServiceItem, ServiceTerm
from mengchuang.demo import acts
from mengchuang.demo.cases import say
from mengchuang.demo.chance import stream
from mengchuang.demo.plans import OPEN_IN_SMALL, OPEN_PER_WINDOW, Draw, Plan
from mengchuang.demo.play import DAY, HOUR, Play
from mengchuang.demo.town import Town
from mengchuang.demo.worktime import WorkTime
from notices.models import Notice

UNREAD_DAYS = 3
SMALLEST_FULL = 400
# Most of what is open in a window lies on the desk of the person who has a demo account.
DESKS = {
    "JF": ["specialist", "specialist", "jingfa1", "specialist", "jingfa2", "specialist", "jingfa3"],
    "ZL": ["specialist2", "specialist2", "zongzhi1", "specialist2", "specialist2", "zongzhi2"],
    "GS": ["specialist3", "specialist3", "gonggong1", "specialist3", "gonggong2"],
    "DJ": ["specialist4", "specialist4", "dangqun1"],
}
SECOND_DESKS = {"JF": ["other"], "ZL": ["qihuzl"], "GS": ["qihugs"], "DJ": ["qihudj"]}
SECOND_OPEN = {"JF": 4, "GS": 1}
SECOND_OVER = 6
SMALL_DESKS = {"JF": ["specialist"], "ZL": ["specialist2"], "GS": ["specialist3"], "DJ": ["specialist4"]}
RECENT = timedelta(days=70)


class Stage:
    """A community ready for tickets: its catalogue and its calendar at hand."""

    def __init__(self, town: Town, name: str) -> None:
        self.town = town
        town.attach_all()
        town.look_up_places()
        self.draw = Draw(town, name)
        rows = ServiceItem.objects.filter(community=town.community).select_related("window").prefetch_related("terms")
        self.items = {item.code: item for item in rows}
        terms = ServiceTerm.objects.filter(item__community=town.community).values_list("item__code", "workdays")
        self.limits: dict[str, int] = dict(terms)
        self.work = WorkTime(calendar_of(town.community), town.now)

    def play(self, plan: Plan) -> Play:
        play = Play(self.town, self.work, self.items, self.limits, plan)
        with in_hand():
            acts.perform(play)
        return play


@dataclass(frozen=True)
class Course:
    """Plans in the order in which they are wanted: what is under way and the last months first, the older history after it."""

    recent: list[Plan]
    older: list[Plan]


def course(stage: Stage, tickets: int) -> Course:
    """`tickets` of the first community, those under way included; the stories come on top."""
    full = tickets >= SMALLEST_FULL
    per_window = OPEN_PER_WINDOW if full else OPEN_IN_SMALL
    over = list(stage.draw.over(max(0, tickets - sum(per_window.values()))))
    since = stage.town.now - RECENT if full else stage.town.since
    under_way = stage.draw.open(per_window, stage.limits, DESKS if full else SMALL_DESKS)
    return Course([*under_way, *(plan for plan in over if plan.at >= since)], [plan for plan in over if plan.at < since])


def second_course(stage: Stage) -> Course:
    return Course([*stage.draw.open(SECOND_OPEN, stage.limits, SECOND_DESKS), *stage.draw.over(SECOND_OVER)], [])


def follow_up_all(stage: Stage) -> None:
    """差评 and spot checks: each is contacted within a working day and settled some days later, as far as there was time."""
    dice = stream("follow-ups")
    rows = FollowUp.objects.filter(grievance__community=stage.town.community, state=FollowUp.State.TO_CONTACT)
    for row in rows.select_related("owner").order_by("created_at", "pk"):
        by = stage.town.acting(row.owner.username)
        contacted_at = stage.work.after(row.created_at, dice.uniform(HOUR, DAY))
        ended_at = stage.work.after(contacted_at, dice.uniform(HOUR, 3 * DAY))
        if contacted_at > stage.town.now:
            continue
        poor = row.kind == FollowUp.Kind.POOR_RATING
        row = follow_up.contact(row, by=by, at=contacted_at, note=say(dice, "follow_up", "contact" if poor else "spot_check"))
        if ended_at <= stage.town.now:
            result = dice.choice(("fixed", "explained")) if poor else "explained"
            note = say(dice, "follow_up", result if poor else "spot_check")
            follow_up.conclude(row, by=by, at=ended_at, result=result, note=note)


def catch_up(now: datetime) -> None:
    """What the sweeps would do at the first beat, so that it does not begin with a flood."""
    for sweep in sweeps.SWEEPS.values():
        sweep(now)
    put_away(now)


def put_away(now: datetime) -> None:
    """News older than three days is read, rating windows that have run out are closed."""
    while sweeps.end_rating_windows(now):
        pass
    read_at = now - timedelta(days=UNREAD_DAYS)
    Notice.objects.filter(created_at__lt=read_at, read_at__isnull=True).update(read_at=read_at)
