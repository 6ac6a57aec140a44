"""Flags and signs by sheet: only upwards, once each; a batch of signs comes out again."""

import pytest
from django.db import transaction

import community as posts
from exchange import imports, planning
from exchange.sheets import Sheet
from exchange.subjects import table_named
from exchange.table import Scope
from risks.kinds import Level, Source
from risks.models import Flag, Sign
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
FLAGS, SIGNS = ("企业名称", "信用代码", "风险类型", "级别", "情况说明"), ("信用代码", "种类", "日期", "情况")


@pytest.fixture
def scene():
    return make.scene()


@pytest.fixture
def bring(scene):
    def deed(code, heading, *rows):
        table = table_named(code)
        plan = planning.understood(table, [Sheet("表", [list(heading), *map(list, rows)])])
        with transaction.atomic():
            planning.decide(plan, table, Scope(scene.community, posts.attach(scene.leader, AT), AT))
            table.carry_out(plan.rows, Scope(scene.community, scene.leader, AT))
        return [(row.verdict.value, "；".join(problem.reason for problem in row.problems)) for row in plan.rows]

    return deed


def test_flags_come_in_go_up_and_never_down(scene, bring):
    code = scene.enterprise.uscc
    stranger = make.enterprise()

    said = bring(
        "risk-flags", FLAGS, ("", code, "欠租", "黄", "欠租三个月"), ("", code, "消防隐患", "红色", "通道堵塞"), ("", code, "欠租", "红", "重复"),
        ("", code, "没有的", "红", "x"), ("", code, "其他", "紫", "x"), ("", code, "其他", "黄", ""), ("", stranger.uscc, "欠租", "黄", "x"),
    )  # fmt: skip

    assert [verdict for verdict, _ in said] == ["create", "create", *["refused"] * 5]
    assert Flag.objects.get(kind="rent").source == Source.IMPORT
    row = ("", code, "欠租", "黄", "欠租三个月")
    assert bring("risk-flags", FLAGS, row) == [("same", "")]
    assert [verdict for verdict, _ in bring("risk-flags", FLAGS, (*row[:3], "橙", "欠租半年"))] == ["update"]
    [(verdict, why)] = bring("risk-flags", FLAGS, row)
    assert (verdict, Flag.objects.get(kind="rent").level) == ("refused", Level.ORANGE)
    assert "第二人复核" in why


def test_a_batch_of_signs_is_taken_in_once_and_can_be_undone(scene, bring):
    code = scene.enterprise.uscc
    rows = [
        (code, "经营异常名录", "2026-11-02", "未按期公示年报"),
        (code, "经营异常名录", "2026-12-02", "还没到"),
        (code, "经营异常名录", "", "x"),
    ]
    assert [verdict for verdict, _ in bring("risk-signs", SIGNS, *rows)] == ["create", "refused", "refused"]
    assert bring("risk-signs", SIGNS, rows[0]) == [("same", "")]
    content = f"信用代码,种类,日期,情况\n{code},被执行或失信,2026-11-03,被执行 12 万元\n".encode()
    job = imports.receive(table_named("risk-signs"), name="a.csv", content=content, community=scene.community, by=scene.leader, at=AT)
    imports.work(job.pk, AT)
    job.refresh_from_db()
    imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=False, by=scene.leader, at=AT)
    imports.work(job.pk, AT)
    assert Sign.objects.count() == 2
    job.refresh_from_db()

    imports.ask_undo(job, by=scene.leader, at=AT)
    imports.work(job.pk, AT)

    assert list(Sign.objects.values_list("kind", flat=True)) == ["abnormal"]


@pytest.mark.parametrize("code", ["risk-flags", "risk-signs", "risk-findings", "park-alerts"])
def test_what_goes_out_is_what_its_reader_sees_under_the_same_conditions(scene, code):
    make.finding(make.flag(enterprise=scene.enterprise, by=scene.specialist_zl))
    make.sign(enterprise=scene.enterprise)
    make.park_alert(park=scene.park)
    make.finding(make.flag()), make.sign(), make.park_alert(park=make.park())
    table = table_named(code)

    for name in scene.people:
        rows = list(table.exported(scene.people[name], {"kind": "wages"}, AT))
        staff = name.startswith(("specialist", "colleague", "leader", "street", "grid"))
        assert (name, len(rows)) == (name, 1 if staff else 0)
    assert [column.cell(rows[0]) for column in table.columns] if (rows := list(table.exported(scene.leader, {}, AT))) else False
