"""风险 in the demo: a few dozen flags of two months, some lowered or cleared by two people, one waiting for the second, and signs beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from community.kinds import PostKind
from enterprises.models import Enterprise
from mengchuang.demo.chance import stream
from mengchuang.demo.history import Stage
from mengchuang.demo.play import DAY, HOUR
from risks import flags, people, signs
from risks.kinds import CLEARED, Level, Source, Verdict
from risks.models import Flag

DAYS = 60
#: One flag per so many enterprises, and no more than a person can look through.
EVERY, FEWEST, MOST = 5, 3, 44


@dataclass(frozen=True)
class Script:
    """What was seen, how grave it is by turns, and what settled it."""

    kind: str
    weight: int
    levels: tuple[Level, ...]
    seen: str
    settled: str


SCRIPTS = (
    Script("wages", 4, (Level.RED, Level.RED, Level.ORANGE), "3 名员工到窗口反映连续两个月未足额发工资，涉及约 8.6 万元，负责人称回款未到。", "工资已补发，员工书面确认，附银行流水。"),
    Script("hazard", 4, (Level.ORANGE, Level.YELLOW), "走访发现配电箱无防护、临时线路拖地，上次要求整改已过期 10 天。", "复查已换配电箱、撤除临时线路，有照片。"),
    Script("fire", 4, (Level.RED, Level.ORANGE, Level.ORANGE), "疏散通道堆放包装材料，安全出口一侧上锁。", "通道已清空，安全出口恢复，网格员复查。"),
    Script("abnormal", 3, (Level.YELLOW,), "公示系统显示未按期报送年报，列入经营异常名录。", "已补报年报并移出名录。"),
    Script("enforcement", 3, (Level.ORANGE, Level.RED), "执行信息公开网显示新增被执行 126 万元。", "已与申请人达成和解并履行完毕，有结案通知。"),
    Script("rent", 4, (Level.YELLOW, Level.ORANGE), "园区运营方反映租金逾期两个季度，约 21 万元。", "已分期补缴并签订补充协议。"),
    Script("downturn", 3, (Level.YELLOW,), "前三季度营收同比下降四成，主要客户停单。", "新签订单已排产，四季度环比回升。"),
    Script("staff", 3, (Level.YELLOW, Level.ORANGE), "社保人数由 46 人降到 25 人，正在协商解除劳动合同。", "裁减手续已备案，经济补偿已支付。"),
    Script("lost", 2, (Level.ORANGE,), "两次上门无人，电话停机，室内物品已搬空。", "已联系上负责人，登记地址已变更。"),
    Script("governance", 2, (Level.YELLOW,), "未签订书面劳动合同 7 人，没有考勤和加班审批制度。", "合同已补签，制度已公示。"),
)  # fmt: skip
HEARD = {
    "wages": "楼上邻居说听到员工在门口争执工资", "fire": "物业巡查时看到充电电瓶停在楼道", "rent": "房东来问这家还续不续租",
    "lost": "快递员说这家已经两周没人收件", "staff": "招聘启事撤下，工位空了一半",
}  # fmt: skip


def mark(stage: Stage) -> None:
    """Flags of the last two months, oldest first; every fourth has been lowered or cleared, and the last graver one waits for a second person."""
    town, dice = stage.town, stream(f"risks:{stage.town.community.code}")
    there = Enterprise.objects.filter(community=town.community, status="active", risk_flags=None).select_related("community__street")
    chosen = list(there.order_by("uscc"))
    count = min(MOST, max(FEWEST, len(chosen) // EVERY))
    chosen = dice.sample(chosen, count)
    moments = sorted(stage.work.after(town.now - timedelta(days=dice.uniform(1, DAYS)), dice.uniform(0, HOUR)) for _ in chosen)
    raised = list(_raise(stage, dice, zip(chosen, moments, strict=True)))
    waiting = next(
        (flag for flag, _ in reversed(raised) if flag.level > Level.YELLOW and flag.raised_at < town.now - timedelta(days=1)), None
    )
    for place, (flag, script) in enumerate(raised):
        if flag == waiting:
            flags.ask_to_lower(flag, Level.YELLOW, script.settled, by=_asker(stage, flag), at=_later(stage, dice, flag))
        elif place % 4 == 1:
            _settle(stage, dice, flag, script)


def _raise(stage: Stage, dice: Random, wanted: Iterable[tuple[Enterprise, datetime]]) -> Iterator[tuple[Flag, Script]]:
    deck = [script for script in SCRIPTS for _ in range(script.weight)]
    dice.shuffle(deck)
    for place, (enterprise, at) in enumerate(wanted):
        if at >= stage.town.now:
            continue
        # the first one is a red one that stays; the others come as the cards lie
        script = SCRIPTS[0] if place == 0 else deck[place % len(deck)]
        by = dice.choice(_watchers(stage, enterprise, at))
        if place % 3 == 0 and script.kind in HEARD:
            note = HEARD[script.kind]
            signs.record_sign(
                enterprise,
                script.kind,
                source=Source.MANUAL,
                key=f"demo:{enterprise.uscc}",
                at=at - timedelta(hours=2),
                recorded_at=at,
                note=note,
                by=by,
            )
        yield flags.raise_flag(enterprise, script.kind, script.levels[place % len(script.levels)], script.seen, by=by, at=at), script


def _watchers(stage: Stage, enterprise: Enterprise, at: datetime) -> list[User]:
    """Specialists of 综合治理 and the staff of the grid, of whom there is always somebody."""
    office = stage.town.holders(PostKind.SPECIALIST, unit=people.WINDOW)
    grid = people.posts_for(enterprise, at).filter(kind=PostKind.GRID_STAFF).select_related("user").order_by("pk")
    there = [*office, *(stage.town.acting(post.user.username) for post in grid)]
    # Who held the post then may have left it since, and acts with the posts of today.
    return [user for user in there if people.in_sight(user, enterprise)] or stage.town.holders(PostKind.LEADER)


def _asker(stage: Stage, flag: Flag) -> User:
    assert flag.raised_by is not None
    return stage.town.acting(flag.raised_by.username)


def _later(stage: Stage, dice: Random, flag: Flag) -> datetime:
    """Some days after it was raised, or just before the demo was made."""
    at = stage.work.after(flag.level_since_at, dice.uniform(2 * DAY, 9 * DAY))
    return min(at, max(flag.level_since_at, stage.work.ago(2 * HOUR)))


def _settle(stage: Stage, dice: Random, flag: Flag, script: Script) -> None:
    by, at = _asker(stage, flag), _later(stage, dice, flag)
    leaders = [person for person in stage.town.holders(PostKind.LEADER) if person.pk != by.pk]
    if not leaders or at >= stage.town.now:
        return
    if flag.level == Level.RED:
        lowering = flags.ask_to_lower(flag, Level.YELLOW, script.settled, by=by, at=at)
    else:
        verdict = Verdict.FALSE_ALARM if dice.random() < 0.25 else Verdict.RESOLVED
        evidence = "上门核对，情况与反映不符，系误报。" if verdict == Verdict.FALSE_ALARM else script.settled
        lowering = flags.ask_to_lower(flag, CLEARED, evidence, by=by, at=at, verdict=verdict)
    flags.decide_lowering(lowering, True, by=leaders[0], at=min(at + timedelta(hours=1), stage.town.now))
