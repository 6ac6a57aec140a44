"""An import from its upload to its undoing."""

from datetime import timedelta

import pytest
from django.db import connection

from community.kinds import PostKind
from enterprises.models import Enterprise, Event, FormerName, Tenancy
from exchange import imports
from exchange.models import Import, PlannedRow, Stage
from exchange.subjects import table_named
from tests import make
from tests.exchange import sheet_files
from wording.errors import FactsMissing, NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
GOOD, OTHER = make.uscc(8_000_001), make.uscc(8_000_002)


@pytest.fixture
def place():
    return make.community()


@pytest.fixture
def leader(place):
    return make.somebody(PostKind.LEADER, community=place)


@pytest.fixture
def building(place):
    return make.building(park=make.park(community=place, name="云谷创新园"))


def received(path, place, leader, **options):
    job = imports.receive(
        table_named("enterprises"), name=path.name, content=path.read_bytes(), community=place, by=leader, at=AT, **options
    )
    imports.work(job.pk, AT)
    job.refresh_from_db()
    return job


def committed(job, leader, *, leave_out_refused=False):
    imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=leave_out_refused, by=leader, at=AT)
    imports.work(job.pk, AT)
    job.refresh_from_db()
    return job


def test_what_is_shown_is_what_is_committed(tmp_path, place, leader, building):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "云谷创新园", "某路"), ("乙公司", OTHER, "", ""))
    job = received(path, place, leader)
    assert (job.stage, job.counts["create"], Enterprise.objects.count()) == (Stage.READY, 2, 0)

    committed(job, leader)

    assert job.stage == Stage.DONE
    assert set(Enterprise.objects.values_list("uscc", flat=True)) == {GOOD, OTHER}


def test_a_plan_that_no_longer_holds_is_shown_anew_and_nothing_is_written(tmp_path, place, leader, building):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "云谷创新园", "某路"), ("乙公司", OTHER, "云谷创新园", ""))
    job = received(path, place, leader)
    make.enterprise(code=GOOD, name="别人刚登记的公司", building=building)

    committed(job, leader)

    assert (job.stage, "档案有变化" in job.message) == (Stage.READY, True)
    assert job.counts["update"] == 1
    assert not Enterprise.objects.filter(uscc=OTHER).exists()
    committed(job, leader)
    assert job.stage == Stage.DONE


def test_committing_names_the_plan_and_refused_rows_need_a_word(tmp_path, place, leader):
    job = received(sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "", ""), ("乙公司", "1", "", "")), place, leader)

    with pytest.raises(StateConflict, match="预览已经更新"):
        imports.ask_commit(job, plan_hash="0" * 64, leave_out_refused=True, by=leader, at=AT)
    with pytest.raises(FactsMissing, match="1 行没有通过"):
        imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=False, by=leader, at=AT)

    assert committed(job, leader, leave_out_refused=True).stage == Stage.DONE


def test_a_warning_waits_until_it_is_accepted(tmp_path, place, leader):
    wrong = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")
    job = received(sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", wrong, "", "")), place, leader)
    assert (job.counts["create"], job.counts["warned"], job.counts["refused"], job.counts["held"]) == (0, 1, 0, 1)

    imports.check_again(job, by=leader, at=AT, accept_warnings=True, create_places=False)
    imports.work(job.pk, AT)
    job.refresh_from_db()
    assert (job.counts["create"], job.counts["held"]) == (1, 0)

    committed(job, leader)
    assert Enterprise.objects.get(uscc=wrong).uscc_warning


def test_a_whole_batch_is_undone(tmp_path, place, leader, building):
    old = make.enterprise(code=OTHER, name="旧名公司", building=building)
    elsewhere = make.building(park=make.park(community=place, name="另一园区"))
    rows = (("甲公司", GOOD, "云谷创新园", "某路"), ("新名公司", OTHER, "另一园区", "新地址"))
    job = committed(received(sheet_files.xlsx(tmp_path / "a.xlsx", *rows), place, leader), leader)
    assert Tenancy.objects.open().get(enterprise=old).building == elsewhere
    assert set(Event.objects.values_list("enterprise", "kind")) == {(old.pk, "renamed"), (old.pk, "relocated")}

    imports.ask_undo(job, by=leader, at=AT)
    imports.work(job.pk, AT)

    job.refresh_from_db()
    old.refresh_from_db()
    assert (job.stage, job.message) == (Stage.UNDONE, "")
    assert not Enterprise.objects.filter(uscc=GOOD).exists()
    assert (old.name, old.address) == ("旧名公司", make.enterprise(building=building).address)
    assert [row.building for row in Tenancy.objects.filter(enterprise=old)] == [building]
    assert Tenancy.objects.open().filter(enterprise=old).exists()
    assert not FormerName.objects.exists()
    assert not Event.objects.exists()


def test_a_batch_is_not_undone_over_later_changes(tmp_path, place, leader, building):
    job = committed(received(sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "云谷创新园", "")), place, leader), leader)
    committed(received(sheet_files.xlsx(tmp_path / "b.xlsx", ("乙公司", GOOD, "云谷创新园", "")), place, leader), leader)

    imports.ask_undo(job, by=leader, at=AT)
    imports.work(job.pk, AT)

    job.refresh_from_db()
    assert job.stage == Stage.DONE
    assert "导入之后又有改动" in job.message
    assert Enterprise.objects.get(uscc=GOOD).name == "乙公司"


def test_a_batch_whose_enterprise_has_asked_for_something_is_not_undone(tmp_path, place, leader):
    scene = make.scene()
    leader = make.somebody(PostKind.LEADER, community=scene.community)
    job = committed(received(sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "", "")), scene.community, leader), leader)
    grievance = make.grievance("submitted", scene=scene)
    type(grievance).objects.filter(pk=grievance.pk).update(enterprise=Enterprise.objects.get(uscc=GOOD))

    imports.ask_undo(job, by=leader, at=AT)
    imports.work(job.pk, AT)

    job.refresh_from_db()
    assert job.stage == Stage.DONE
    assert "甲公司" in job.message
    connection.check_constraints()


def test_the_same_file_again_says_nothing_changes(tmp_path, place, leader, building):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "云谷创新园", "某路"))
    committed(received(path, place, leader), leader)

    job = received(path, place, leader)

    assert (job.counts["same"], job.counts["create"] + job.counts["update"]) == (1, 0)
    with pytest.raises(StateConflict, match="没有需要写入"):
        imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=False, by=leader, at=AT)


def test_only_who_may_import_does_and_only_colleagues_see_it(tmp_path, place, leader):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "", ""))
    stranger = make.somebody(PostKind.LEADER)
    grid = make.somebody(PostKind.PARTNER, community=place)

    for user in (stranger, grid):
        with pytest.raises(NotYours):
            imports.receive(table_named("enterprises"), name="a.xlsx", content=path.read_bytes(), community=place, by=user, at=AT)

    job = received(path, place, leader)
    assert Import.objects.visible_to(leader).get() == job
    assert not Import.objects.visible_to(stranger).exists()
    assert not Import.objects.visible_to(grid).exists()


def test_a_file_that_is_none_is_refused_with_a_sentence(tmp_path, place, leader):
    path = sheet_files.csv(tmp_path / "a.csv", "一,二\n三,四\n")

    job = received(path, place, leader)

    assert job.stage == Stage.REFUSED
    assert "没有找到表头" in job.message


def test_what_was_given_up_leaves_no_rows_and_what_is_old_is_cleared_away(tmp_path, place, leader):
    job = received(sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "", "")), place, leader)
    assert PlannedRow.objects.filter(of=job).count() == 1

    imports.drop(job, by=leader)
    assert not PlannedRow.objects.exists()

    done = committed(received(sheet_files.xlsx(tmp_path / "b.xlsx", ("甲公司", GOOD, "", "")), place, leader), leader)
    imports.clear_away(AT + timedelta(days=2))
    assert not hasattr(Import.objects.get(pk=done.pk), "sent")
    imports.clear_away(AT + timedelta(days=40))
    assert not PlannedRow.objects.exists()
