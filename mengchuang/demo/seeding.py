"""Writing the demo community. Places and people are one transaction, each chunk of tickets is one, the stories are one.

A seed that was interrupted goes on where it stopped: what is drawn depends on the stored moment alone, and each chunk leaves a mark.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from community.models import Community
from community.steady import steady
from grievances import catalogue
from mengchuang.demo import (
    accounts,
    alarms,
    door_stories,
    evaluating,
    faces,
    history,
    letting,
    populate,
    published,
    stories,
    town,
    visiting,
    watching,
    workers,
)
from mengchuang.demo.history import Stage
from mengchuang.demo.plans import Plan
from mengchuang.demo.town import Size, Town
from mengchuang.models import Mark

Say = Callable[[str], None]
LOCK = 20_261_121
BEGUN = "seed_begun"
Stages = tuple[Stage, Stage]


class DemoRefused(Exception):
    """Demo data do not belong here; the message says why."""


def seed(size: Size, now: datetime, *, say: Say, processes: int = 1, recent: bool = False) -> bool:
    """Write the demo community; False when it is all there already. Raises DemoRefused outside a demo and beside real data.

    First come places, people, what is under way and the last months: from then on the demo can be shown. The older history follows,
    in this call or, with `recent`, in the next one. An interrupted seed is finished with the size and moment it began with.
    """
    if not settings.DEMO:
        raise DemoRefused("演示数据只能写入演示环境（DEMO=1）；正式环境没有演示账号。")
    with _alone():
        shown = Mark.objects.filter(name=Mark.SEEDED).exists()
        if shown and (recent or not Mark.objects.filter(name=BEGUN).exists()):
            return False
        with _said(say, "园区、人员与企业"):
            size, stages = _begin(size, now)
        courses = (history.course(stages[0], size.tickets), history.second_course(stages[1]))
        if not shown:
            under_way = _work(stages, [course.recent for course in courses])
            with _said(say, f"在办与近期诉求 {len(under_way)} 件"), workers.playing("recent", under_way, processes=processes):
                pass
        older = _work(stages, [course.older for course in courses])
        whole = not recent or not older
        with _said(say, f"故事、回访与提醒，更早的诉求 {len(older) if whole else 0} 件"):
            with workers.playing("older", older if whole else [], processes=processes):
                if not shown:
                    _show(stages, size)
            if whole:
                _complete(stages)
    return True


def is_unfinished() -> bool:
    """Whether older history is still to be written."""
    return Mark.objects.filter(name=BEGUN).exists()


def _work(stages: Stages, plans: list[list[Plan]]) -> workers.Work:
    return [(stage, plan) for stage, course in zip(stages, plans, strict=True) for plan in course]


def _show(stages: Stages, size: Size) -> None:
    with transaction.atomic(), steady():
        _no_limits()
        stories.tell(stages[0])
        for stage in stages:
            history.follow_up_all(stage)
            faces.introduce(stage.town)
            alarms.tell(stage)
            watching.mark(stage)
            visiting.pay(stage)
        letting.furnish(stages[0].town)
        door_stories.tell(stages[0])
        published.tell(stages[0])
        for stage in stages:
            alarms.go_over(stage)
        history.catch_up(stages[0].town.now)
        accounts.apply_passwords(getattr(settings, "DEMO_PASSWORD", "") or accounts.FIXED_PASSWORD)
        facts = {"enterprises": size.enterprises, "tickets": size.tickets}
        Mark.objects.create(name=Mark.SEEDED, made_at=stages[0].town.now, facts=facts)


def _complete(stages: Stages) -> None:
    with transaction.atomic(), steady():
        _no_limits()
        for stage in stages:
            history.follow_up_all(stage)
        history.put_away(stages[0].town.now)
        # once every ticket is there that it counts
        evaluating.judge(stages[0])
        workers.forget()
        Mark.objects.filter(name=BEGUN).delete()


def _begin(size: Size, now: datetime) -> tuple[Size, Stages]:
    begun = Mark.objects.filter(name=BEGUN).first()
    if begun is not None:
        make = town.small if begun.facts["small"] else town.full
        size = make(begun.facts["tickets"])
        return size, _stages(*populate.reload(size, begun.made_at))
    if Community.objects.exists():
        raise DemoRefused("数据库里已有社区，演示数据不与真实数据混放；请换一个空的数据库，或先 make reset。")
    with transaction.atomic():
        _no_limits()
        towns = populate.towns(size, now)
        for each in towns:
            catalogue.load(each.community, in_force_on=each.since.date())
            visiting.set_up(each)
        Mark.objects.create(name=BEGUN, made_at=now, facts={"small": size.is_small, "tickets": size.tickets})
    return size, _stages(*towns)


def _stages(first: Town, second: Town) -> Stages:
    return Stage(first, "history"), Stage(second, "second history")


@contextmanager
def _alone() -> Iterator[None]:
    """Two seeds at once: the second waits for the first and then finds everything done. After a failure the session's end gives the lock back."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("RESET statement_timeout; RESET lock_timeout")
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _no_limits() -> None:
    """What guards the pages would stop a COPY of thousands of rows on a slow machine."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")


@contextmanager
def _said(say: Say, label: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"{label}：{time.monotonic() - began:.1f} 秒")
