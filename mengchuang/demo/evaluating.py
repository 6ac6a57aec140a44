"""园区评价 of the demo: a scheme since before the history began, the last quarter but one published, the last one shown and under objection.

The story: a park whose grade one indicator would change. 「梦想天地」, of the account `park`, objects; left: `leader` answers it.
"""

from datetime import date, datetime, time, timedelta

from accounts.models import User
from community.kinds import PostKind
from enterprises.metrics import days_of
from evaluations import objections, rounds, schemes
from evaluations.defaults import usual
from evaluations.models import Result, Round, Value
from mengchuang.demo.history import Stage
from workdays import SHANGHAI

STORY = "梦想天地"
#: What the operators say, by indicator; the first is that of the story and waits, the other is answered.
WAITING = ("vacancy", "8 月底已签下两间、合计 380 平方米的租约，起租日在季度内，测算时没有登记进来，请核对租约。")
SETTLED = ("cluster", "园区以软件企业为主，有几家的行业代码登记成了批发业，请按实际经营更正。")


def judge(stage: Stage) -> None:
    town, now = stage.town, stage.town.now
    leader = town.holders(PostKind.LEADER)[0]
    begun = (now - timedelta(days=400)).replace(hour=10, minute=0, second=0, microsecond=0)
    raw = usual() | {"community": town.community.code, "from_on": begun.date()}
    schemes.save(schemes.draft(raw, by=leader, at=begun), by=leader, at=begun)
    over = [period for period in schemes.periods(now.date()) if "Q" in period]
    _published(stage, over[1], leader)
    _shown(stage, over[0], leader)


def _published(stage: Stage, period: str, leader: User) -> None:
    """Three weeks after the end of the quarter, with an objection that was not upheld."""
    at = min(_morning(days_of(period)[1], 20), stage.town.now - timedelta(days=20))
    round_ = _begun(stage, period, leader, at)
    park = stage.town.parks[STORY]
    result = Result.objects.select_related("round", "park").get(round=round_, park=park)
    operator = stage.town.acting("park")
    asked = objections.file(result, {"indicator": SETTLED[0], "reason": SETTLED[1]}, by=operator, at=at + timedelta(hours=3))
    said = {"upheld": "no", "answer": "行业以登记为准，已请网格员上门核对；登记更正后从下一期起计入。"}
    objections.answer(asked, said, by=leader, at=at + timedelta(hours=5))
    round_.refresh_from_db()
    assert round_.objections_until_at is not None
    rounds.publish(round_, by=leader, at=round_.objections_until_at + timedelta(minutes=1))


def _shown(stage: Stage, period: str, leader: User) -> None:
    """Since yesterday; the objection of the story waits for its answer."""
    now = stage.town.now
    at = min(max(now - timedelta(days=1), _morning(days_of(period)[1], 1)), now - timedelta(minutes=10))
    round_ = _begun(stage, period, leader, at)
    result = Result.objects.select_related("round", "park").get(round=round_, park=stage.town.parks[STORY])
    code = WAITING[0]
    known = Value.objects.filter(result=result, indicator__code=code).exists()
    filed = max(at, now - timedelta(hours=2))
    objections.file(result, {"indicator": code if known else "", "reason": WAITING[1]}, by=stage.town.acting("park"), at=filed)


def _begun(stage: Stage, period: str, leader: User, at: datetime) -> Round:
    drawn = rounds.begin({"community": stage.town.community.code, "period": period}, by=leader, at=at)
    return rounds.show(drawn, by=leader, at=at + timedelta(minutes=5))


def _morning(day: date, later: int) -> datetime:
    return datetime.combine(day + timedelta(days=later), time(10), SHANGHAI)
