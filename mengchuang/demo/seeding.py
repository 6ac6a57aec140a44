"""Writing the demo community. Places and people are one transaction, each chunk of tickets is one, the stories are the last.

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
from grievances import catalogue
from mengchuang.demo import accounts, history, populate, stories, town, workers
from mengchuang.demo.history import Stage
from mengchuang.demo.town import Size, Town
from mengchuang.models import Mark

Say = Callable[[str], None]
LOCK = 20_261_121
BEGUN = "seed_begun"


class DemoRefused(Exception):
    """Demo data do not belong here; the message says why."""


def seed(size: Size, now: datetime, *, say: Say, processes: int = 1) -> bool:
    """Write the demo community; False when it is there already. Raises DemoRefused outside a demo and beside real data.

    An interrupted seed is finished with the size and moment it began with. With more than one process the tickets are shared out.
    """
    if not settings.DEMO:
        raise DemoRefused("演示数据只能写入演示环境（DEMO=1）；正式环境没有演示账号。")
    with _alone():
        if Mark.objects.filter(name=Mark.SEEDED).exists():
            return False
        with _said(say, "园区、人员与企业"):
            size, towns = _begin(size, now)
        stages = (Stage(towns[0], "history"), Stage(towns[1], "second history"))
        work = [(stages[0], plan) for plan in history.plans(stages[0], size.tickets)]
        work += [(stages[1], plan) for plan in history.second_plans(stages[1])]
        with _said(say, f"诉求 {len(work)} 件"):
            workers.play_all(work, processes=processes)
        with _said(say, "故事、回访与提醒"):
            _end(stages, size, towns[0].now)
    return True


def _begin(size: Size, now: datetime) -> tuple[Size, tuple[Town, Town]]:
    begun = Mark.objects.filter(name=BEGUN).first()
    if begun is not None:
        make = town.small if begun.facts["small"] else town.full
        size = make(begun.facts["tickets"])
        return size, populate.reload(size, begun.made_at)
    if Community.objects.exists():
        raise DemoRefused("数据库里已有社区，演示数据不与真实数据混放；请换一个空的数据库，或先 make reset。")
    with transaction.atomic():
        _no_limits()
        towns = populate.towns(size, now)
        for each in towns:
            catalogue.load(each.community, in_force_on=each.since.date())
        Mark.objects.create(name=BEGUN, made_at=now, facts={"small": size.is_small, "tickets": size.tickets})
    return size, towns


def _end(stages: tuple[Stage, Stage], size: Size, now: datetime) -> None:
    with transaction.atomic():
        _no_limits()
        stories.tell(stages[0])
        for stage in stages:
            history.follow_up_all(stage)
        history.catch_up(now)
        accounts.apply_passwords(getattr(settings, "DEMO_PASSWORD", "") or accounts.FIXED_PASSWORD)
        workers.forget()
        Mark.objects.filter(name=BEGUN).delete()
        Mark.objects.create(name=Mark.SEEDED, made_at=now, facts={"enterprises": size.enterprises, "tickets": size.tickets})


@contextmanager
def _alone() -> Iterator[None]:
    """Two seeds at once: the second waits for the first and then finds everything done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
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
