"""The life of a flag."""

from datetime import timedelta

import pytest

import community
from audit.models import Entry
from notices.models import Notice
from risks import flags, signs
from risks.kinds import CLEARED, KINDS, Dimension, Level, LoweringState, Source, Verdict
from risks.models import Flag, FlagLevel, Lowering, Sign
from tests import make
from wording.errors import FactsMissing, NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def scene():
    return make.scene()


def test_every_dimension_has_a_kind_and_every_kind_a_basis():
    assert {kind.dimension for kind in KINDS.values()} == set(Dimension)
    assert all(kind.basis and kind.label and len(code) <= 20 for code, kind in KINDS.items())


def test_a_flag_is_raised_at_once_by_one_person_and_the_same_again_changes_nothing(scene):
    flag = flags.raise_flag(scene.enterprise, "wages", Level.ORANGE, " 员工反映欠薪 ", by=scene.grid_staff, at=AT)

    again = flags.raise_flag(scene.enterprise, "wages", Level.ORANGE, "员工反映欠薪", by=scene.grid_staff, at=AT + HOUR)

    assert again == flag
    assert (flag.owner, flag.evidence, flag.level_since_at) == (scene.grid_staff, "员工反映欠薪", AT)
    assert [(row.from_level, row.level, row.by) for row in flag.levels.all()] == [(0, Level.ORANGE, scene.grid_staff)]
    assert Entry.objects.filter(action="risk_raised").count() == 1
    assert set(Notice.objects.filter(kind="risk", channel="app").values_list("recipient", flat=True)) == {
        person.pk for person in (scene.leader, scene.specialist_zl, scene.colleague)
    }


def test_only_a_graver_level_is_raised_and_it_makes_a_pending_lowering_lapse(scene):
    flag = make.flag(enterprise=scene.enterprise, level=Level.ORANGE, by=scene.specialist_jf)
    asked = make.lowering(flag)

    for level, says in ((Level.ORANGE, "登记为线索"), (Level.YELLOW, "第二人复核")):
        with pytest.raises(StateConflict, match=says):
            flags.raise_flag(scene.enterprise, "wages", level, "又有人说", by=scene.leader, at=AT + HOUR)
    flags.raise_flag(scene.enterprise, "wages", Level.RED, "集体讨薪", by=scene.leader, at=AT + HOUR)

    flag.refresh_from_db()
    asked.refresh_from_db()
    assert (flag.level, flag.evidence, flag.level_since_at, flag.raised_at) == (Level.RED, "集体讨薪", AT + HOUR, AT)
    assert asked.state == LoweringState.LAPSED
    assert Flag.objects.count() == 1


def test_a_second_person_lowers_it_then_clears_it_and_each_day_keeps_its_level(scene):
    flag = make.flag(enterprise=scene.enterprise, by=scene.specialist_zl)
    asked = flags.ask_to_lower(flag, Level.YELLOW, "已补发一个月", by=scene.specialist_zl, at=AT + DAY)
    with pytest.raises(NotYours, match="第二人"):
        flags.decide_lowering(asked, True, by=scene.specialist_zl, at=AT + DAY)
    with pytest.raises(NotYours, match="负责人或综合治理专员"):
        flags.decide_lowering(asked, True, by=scene.specialist_jf, at=AT + DAY)
    for _ in range(2):
        flags.decide_lowering(asked, True, by=scene.leader, at=AT + 2 * DAY)
    flag.refresh_from_db()
    assert (flag.level, flag.evidence) == (Level.YELLOW, "已补发一个月")
    cleared = flags.ask_to_lower(flag, CLEARED, "全部结清", by=scene.leader, at=AT + 3 * DAY, verdict=Verdict.RESOLVED)

    flags.decide_lowering(cleared, True, by=scene.colleague, at=AT + 4 * DAY)

    flag.refresh_from_db()
    assert (flag.ended_at, flag.verdict) == (AT + 4 * DAY, Verdict.RESOLVED)
    levels = [FlagLevel.objects.standing_at(AT + days * DAY - HOUR).values_list("level", flat=True).first() for days in range(1, 6)]
    assert levels == [Level.RED, Level.RED, Level.YELLOW, Level.YELLOW, None]
    assert not FlagLevel.objects.standing_at(AT - HOUR).exists()
    assert [(row.by, row.confirmed_by) for row in flag.levels.order_by("from_at")][1:] == [
        (scene.specialist_zl, scene.leader), (scene.leader, scene.colleague),
    ]  # fmt: skip
    assert flags.raise_flag(scene.enterprise, "wages", Level.YELLOW, "又欠了", by=scene.leader, at=AT + 5 * DAY) != flag


def test_a_refusal_needs_a_reason_and_leaves_the_level(scene):
    flag = make.flag(enterprise=scene.enterprise)
    asked = make.lowering(flag, by=scene.specialist_jf)

    with pytest.raises(FactsMissing) as refused:
        flags.decide_lowering(asked, False, by=scene.leader, at=AT)
    assert "note" in refused.value.fields
    flags.decide_lowering(asked, False, by=scene.leader, at=AT, note="没有流水")

    flag.refresh_from_db()
    assert (flag.level, flag.ended_at) == (Level.RED, None)
    with pytest.raises(StateConflict):
        flags.decide_lowering(asked, True, by=scene.colleague, at=AT)
    with pytest.raises(StateConflict):
        flags.withdraw_lowering(asked, by=scene.specialist_jf, at=AT)


def test_one_request_at_a_time_asked_twice_it_is_one_and_who_asked_may_take_it_back(scene):
    flag = make.flag(enterprise=scene.enterprise)
    asked = make.lowering(flag, by=scene.specialist_jf)
    assert make.lowering(flag, by=scene.specialist_jf) == asked
    with pytest.raises(StateConflict, match="等待复核"):
        make.lowering(flag, by=scene.leader)
    with pytest.raises(NotYours):
        flags.withdraw_lowering(asked, by=scene.leader, at=AT)

    for _ in range(2):
        flags.withdraw_lowering(asked, by=scene.specialist_jf, at=AT)

    assert make.lowering(flag, by=scene.leader) != asked


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"to_level": 7}, "to_level"),
        ({"to_level": 0, "verdict": ""}, "verdict"),
        ({"to_level": 0, "verdict": "maybe"}, "verdict"),
        ({"evidence": "  "}, "evidence"),
        ({"evidence": "好" * 2001}, "evidence"),
        ({"evidence": "a\0b"}, "evidence"),
    ],
)
def test_what_is_missing_is_said_at_the_field(scene, facts, field):
    flag = make.flag(enterprise=scene.enterprise)

    with pytest.raises(FactsMissing) as refused:
        flags.ask_to_lower(flag, **{"to_level": 1, "evidence": "好", "by": scene.leader, "at": AT} | facts)

    assert field in refused.value.fields


@pytest.mark.parametrize(("facts", "field"), [({"kind": "nothing"}, "kind"), ({"level": 0}, "level"), ({"evidence": ""}, "evidence")])
def test_a_flag_says_what_how_grave_and_why(scene, facts, field):
    with pytest.raises(FactsMissing) as refused:
        flags.raise_flag(scene.enterprise, **{"kind": "fire", "level": 1, "evidence": "好", "by": scene.leader, "at": AT} | facts)

    assert field in refused.value.fields


def test_the_street_decides_what_a_leader_asked_and_nothing_else(scene):
    flag, other = make.flag(enterprise=scene.enterprise), make.flag(enterprise=scene.enterprise, kind="fire")
    asked = make.lowering(flag, by=scene.leader)
    with pytest.raises(NotYours):
        flags.decide_lowering(make.lowering(other, by=scene.specialist_zl), True, by=scene.street, at=AT)

    assert flags.decide_lowering(asked, True, by=scene.street, at=AT).state == LoweringState.APPROVED


def test_a_sign_told_twice_is_one_and_a_grid_member_notes_what_he_heard(scene):
    seen = make.sign(enterprise=scene.enterprise, key="visit:7:wages")
    assert make.sign(enterprise=scene.enterprise, key="visit:7:wages") == seen

    heard = [signs.note_sign(scene.enterprise, "rent", "房东说欠租", key="form-1", by=scene.grid_staff, at=AT) for _ in range(2)]

    assert heard[0] == heard[1]
    assert Sign.objects.count() == 2
    assert (heard[0].source, heard[0].recorded_by) == (Source.MANUAL, scene.grid_staff)


def test_the_flags_of_who_leaves_pass_to_the_specialist_on_duty(scene):
    flag = make.flag(enterprise=scene.enterprise, by=scene.grid_staff)

    community.leave(scene.grid_staff.all_posts.get(), at=AT + DAY, by=scene.leader)

    flag.refresh_from_db()
    assert flag.owner in (scene.specialist_zl, scene.colleague)


def test_a_flag_is_handed_to_somebody_who_works_there(scene):
    flag = make.flag(enterprise=scene.enterprise, by=scene.specialist_zl)

    with pytest.raises(FactsMissing):
        flags.hand_over(flag, scene.partner, by=scene.leader, at=AT)
    assert flags.hand_over(flag, scene.grid_leader, by=scene.leader, at=AT).owner == scene.grid_leader


def test_what_leaves_the_house_names_no_enterprise(scene):
    make.lowering(make.flag(enterprise=scene.enterprise, by=scene.specialist_zl), by=scene.specialist_zl)

    titles = set(Notice.objects.filter(kind="risk").values_list("title", flat=True))

    assert titles == {"有企业的风险标为红色", "有风险降级申请待复核"}
    assert Lowering.objects.pending().count() == 1
