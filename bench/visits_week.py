"""The week of 18 people and 8,000 enterprises, planned: `python -m bench visits_week`.

Wanted (issue of the must-visits): under 30 s on two cores; small weeks (≤ 9 visits, ≤ 3 people) within 2 % of the best there is; beside
visiting in order of deadline, fewer trips and a higher share on time. OR-Tools CP-SAT, given the same week and more time, is the peer; it
lives in a virtual environment of its own.
"""

from __future__ import annotations

import json
import subprocess
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from visits.week import AM, PM, Person, Plan, Slot, Visit, plan_week

ENTERPRISES, BUILDINGS, GRIDS, DAYS = 8000, 95, 6, 5
HALF_DAYS_EACH = 6
ORTOOLS = "ortools==9.15.6755"
PEER_SECONDS = 60
#: Owed in a week of 8,000 enterprises (DOMAIN §2): how many, weight, minutes, who may go besides the grid, due in (n) days at most.
CLASSES = {
    "新设": (32, 2, 30, (), 10), "有需求": (45, 6, 45, ("专员1", "专员2", "专员3"), 2), "有风险": (25, 9, 45, ("专员3",), 5),
    "重点": (22, 3, 60, ("专员4", "负责人"), 10), "成长": (33, 3, 45, ("专员4", "专员5"), 10), "异动": (30, 5, 45, ("专员4",), 3),
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """Trips, visits made, and of those due this week how many were on time."""

    trips: int
    made: int
    on_time: int
    due: int


def week(seed: int, load: float = 1.0) -> tuple[list[Visit], list[Person]]:
    """`load`: 1 is an ordinary week with what was left over from the one before; twice it is more than can be done."""
    chance = Random(seed)
    every = [Slot(day, half, (150, 180)[half]) for day in range(DAYS) for half in (AM, PM)]
    grid_staff = [f"网格{grid}{kind}" for grid in range(GRIDS) for kind in ("长", "员")]
    names = [*grid_staff, *(f"专员{n}" for n in range(1, 6)), "负责人"]
    people = [Person(name, name, tuple(sorted(chance.sample(every, HALF_DAYS_EACH)))) for name in names]
    homes = [min(int(chance.expovariate(3 / BUILDINGS)), BUILDINGS - 1) for _ in range(ENTERPRISES)]
    firms = list(range(ENTERPRISES))
    chance.shuffle(firms)
    visits = []
    for count, weight, minutes, others, term in CLASSES.values():
        for _ in range(round(count * load)):
            firm = firms.pop()
            grid = homes[firm] * GRIDS // BUILDINGS
            able = {name: chance.choice((0, 0, 0, 2, 4, 8)) for name in (f"网格{grid}长", f"网格{grid}员", *others)}
            due = chance.randint(-4, DAYS - 1) if chance.random() < 0.5 else chance.randint(0, term - 1 + (term > DAYS) * 2)
            visits.append(Visit(firm, firm, homes[firm], due, weight, minutes, able, grid=grid))
    return visits, people


def by_deadline(visits: Sequence[Visit], people: Sequence[Person], *, join: bool, days: int = DAYS) -> Outcome:
    """What people do without a plan: the list in order of deadline, each at the first half-day of somebody who may. `join`: a trip to the
    same building that still has room is used."""
    free = {(p.key, slot): slot.minutes for p in people for slot in p.slots}
    at: dict[tuple[object, Slot], object] = {}
    made = on_time = 0
    for visit in sorted(visits, key=lambda v: (v.due, -v.weight, v.key)):
        possible = [
            seat
            for seat, minutes in free.items()
            if seat[0] in visit.candidates and minutes >= visit.minutes and (seat not in at or (join and at[seat] == visit.building))
        ]
        if visit.due >= days and not any(seat in at for seat in possible):
            continue
        if not possible:
            continue
        seat = min(possible, key=lambda s: (s not in at, s[1], -visit.candidates[s[0]], str(s[0])))
        at[seat] = visit.building
        free[seat] -= visit.minutes
        made += 1
        on_time += seat[1].day <= visit.due < days
    return Outcome(len(at), made, on_time, sum(0 <= v.due < days for v in visits))


def planned(visits: Sequence[Visit], plan: Plan, days: int = DAYS) -> Outcome:
    lines = [line for trip in plan.trips for line in trip.lines]
    on_time = sum(line.on_time and line.visit.due < days for line in lines)
    return Outcome(len(plan.trips), len(lines), on_time, sum(0 <= v.due < days for v in visits))


def main() -> None:
    for label, load in (("平常的一周", 1.0), ("两倍的一周", 2.0)):
        visits, people = week(8, load)
        begun = time.perf_counter()
        plan = plan_week(visits, people)
        seconds = time.perf_counter() - begun
        print(f"\n{label}：{ENTERPRISES:,} 家企业，{len(people)} 人 × {HALF_DAYS_EACH} 个半天，{len(visits)} 项任务")
        print(f"  排出计划 {seconds:.1f} 秒（要求 < 30）；得分 {plan.score:,}，距上界 {plan.gap:.2%}；还差 {plan.half_days_short} 个半天")
        _say("计划", planned(visits, plan))
        _say("按到期先后，顺路合并", by_deadline(visits, people, join=True))
        _say("按到期先后，一家一趟", by_deadline(visits, people, join=False))
        _peer(load)
    _small()
    _demo()


def _demo() -> None:
    """The demo community's next week, read as the worker reads it on Monday morning."""
    from bench import databases
    from mengchuang import embedded

    embedded.ensure(databases.DATA)
    databases.prepare("visits_demo", "import subprocess, sys; subprocess.run([sys.executable, 'manage.py', 'seed'], check=True)")
    databases.python("visits_demo", "from bench.visits_week import demo_week; demo_week()")
    embedded.stop(databases.DATA)


def demo_week() -> None:
    from django.utils import timezone

    from community.models import Community
    from visits import planning

    now = timezone.localtime()
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=7, minute=0, second=0, microsecond=0)
    reading = planning.read(Community.objects.order_by("pk")[0], monday)
    visits, people, days = reading.visits, reading.people, len(reading.week.days)
    plan = plan_week(visits, people)
    half_days = sum(len(person.slots) for person in people)
    print(f"\n演示社区的下一周：{len(people)} 人，{half_days} 个半天，{len(visits)} 项任务；距上界 {plan.gap:.2%}")
    _say("计划", planned(visits, plan, days))
    _say("按到期先后，顺路合并", by_deadline(visits, people, join=True, days=days))
    _say("按到期先后，一家一趟", by_deadline(visits, people, join=False, days=days))


def _say(label: str, found: Outcome) -> None:
    each = found.made / found.trips if found.trips else 0
    print(
        f"  {label:14}{found.trips:5} 趟 {found.made:5} 家（每趟 {each:.1f} 家）  按期 {found.on_time}/{found.due} = {found.on_time / max(found.due, 1):.1%}"
    )


def _small() -> None:
    """The search alone beside the exact solver, on weeks small enough for it."""
    worst, weeks = 0.0, 200
    for seed in range(weeks):
        chance = Random(seed)
        people = [
            Person(n, str(n), tuple(Slot(d, h, 180) for d in range(DAYS) for h in (AM, PM) if chance.random() < 0.4)) for n in range(3)
        ]
        visits = [
            Visit(n, n, chance.randrange(4), chance.randint(-3, 7), chance.choice((1, 2, 3, 5)), chance.choice((30, 45, 60, 90)),
                  {p.key: chance.randint(0, 8) for p in people if chance.random() < 0.7})
            for n in range(9)
        ]  # fmt: skip
        best = plan_week(visits, people).score
        worst = max(worst, 1 - plan_week(visits, people, exact_up_to=0).score / best if best else 0.0)
    print(f"\n{weeks} 个小案例（9 项任务，3 人）：精确求解即最优；单用搜索时最差低于最优 {worst:.2%}（要求 ≤ 2%）")


def _peer(load: float) -> None:
    from bench.databases import DATA  # not above: the peer imports this module and has no database driver

    home = DATA / "planner"
    python = home / "bin" / "python"
    if not (home / ".ready").exists():
        venv.create(home, with_pip=True, clear=True)
        if subprocess.run([python, "-m", "pip", "install", "-q", ORTOOLS], check=False).returncode:
            print("  OR-Tools 装不上（没有网络？），这次不比。")
            return
        (home / ".ready").touch()
    here = str(Path(__file__).parent.parent)
    code = f"import sys; sys.path.insert(0, {here!r}); from bench.visits_week_peer import solve; solve({load}, {PEER_SECONDS})"
    done = subprocess.run([python, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
    said = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"  OR-Tools CP-SAT（两核 {said['seconds']:.0f} 秒）：得分 {said['score']:,}，上界 {said['bound']:,}")
