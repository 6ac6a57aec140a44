"""F26, F27: an import or export that is killed, doubled, broken or stale."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction

from community.kinds import PostKind
from community.models import Post
from enterprises.models import Enterprise, Tenancy
from exchange import attempts, exports, imports
from exchange.models import Export, ExportStage, Import, SentFile, Stage
from exchange.subjects import table_named
from parks.models import Space
from tests import database, make
from tests.exchange import sheet_files
from tests.threads import together
from wording.errors import FactsMissing, StateConflict

AT = make.WEDNESDAY
GOOD, OTHER = make.uscc(8_200_001), make.uscc(8_200_002)


@pytest.fixture
def place():
    return make.community()


@pytest.fixture
def leader(place):
    return make.somebody(PostKind.LEADER, community=place)


@pytest.fixture
def building(place):
    return make.building(park=make.park(community=place, name="云谷创新园"))


def asked(tmp_path, place, leader, *rows, table="enterprises", heading=sheet_files.HEADING, **options):
    path = sheet_files.xlsx(tmp_path / f"{len(list(tmp_path.iterdir()))}.xlsx", *rows, heading=heading)
    return imports.receive(table_named(table), name=path.name, content=path.read_bytes(), community=place, by=leader, at=AT, **options)


def ready(*args, **options):
    job = asked(*args, **options)
    imports.work(job.pk, AT)
    job.refresh_from_db()
    return job


def commit(job, leader, **options):
    imports.ask_commit(job, plan_hash=job.plan_hash, by=leader, at=AT, **{"leave_out_refused": False} | options)
    imports.work_waiting(AT)
    job.refresh_from_db()
    return job


def undo(job, leader):
    imports.ask_undo(job, by=leader, at=AT)
    imports.work_waiting(AT)
    job.refresh_from_db()
    return job


@pytest.mark.django_db(transaction=True)
class TestForReal:
    """With connections of their own."""

    def test_a_worker_killed_half_way_leaves_nothing_and_the_next_one_does_it(self, tmp_path, place, leader, building):
        job = ready(tmp_path, place, leader, ("甲公司", GOOD, "云谷创新园", ""))
        imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=False, by=leader, at=AT)
        code = "import django; django.setup()\nfrom exchange import imports\nfrom tests import make\nprint(imports.work_waiting(make.WEDNESDAY))"
        url = database.url_of(connection.settings_dict["NAME"])
        environment = os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "PYTHONPATH": str(settings.BASE_DIR)}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE enterprises_tenancy IN SHARE MODE")  # enterprises are written, their places not yet
            worker = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=settings.BASE_DIR)
            until = time.monotonic() + 60
            cursor.execute("SELECT 1")
            while not self._waits(cursor) and time.monotonic() < until and worker.poll() is None:
                time.sleep(0.05)
            assert worker.poll() is None
            worker.send_signal(signal.SIGKILL)
            worker.wait()

        job.refresh_from_db()
        assert (job.stage, job.attempts, Enterprise.objects.count(), Tenancy.objects.count()) == (Stage.COMMITTING, 1, 0, 0)
        imports.work_waiting(AT)

        job.refresh_from_db()
        assert (job.stage, Enterprise.objects.count(), Tenancy.objects.count()) == (Stage.DONE, 1, 1)

    @staticmethod
    def _waits(cursor):
        cursor.execute("SELECT 1 FROM pg_locks WHERE relation = 'enterprises_tenancy'::regclass AND NOT granted")
        return cursor.fetchone() is not None

    def test_two_equal_files_committed_at_once_enter_everything_once(self, tmp_path, place, leader, building):
        jobs = [ready(tmp_path, place, leader, ("甲公司", GOOD, "云谷创新园", ""), ("乙公司", OTHER, "", "")) for _ in range(2)]
        for job in jobs:
            imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=False, by=leader, at=AT)

        together(*(lambda job=job: imports.work(job.pk, AT) for job in jobs))

        for job in jobs:
            job.refresh_from_db()
        assert sorted(job.stage for job in jobs) == [Stage.DONE, Stage.READY]
        [late] = [job for job in jobs if job.stage == Stage.READY]
        assert (late.counts["same"], "档案有变化" in late.message) == (2, True)
        assert (Enterprise.objects.count(), Tenancy.objects.open().count()) == (2, 2)

    def test_two_workers_share_one_job(self, tmp_path, place, leader, building):
        job = asked(tmp_path, place, leader, ("甲公司", GOOD, "云谷创新园", ""))

        together(*(lambda: imports.work_waiting(AT) for _ in range(2)))

        job.refresh_from_db()
        assert (job.stage, job.rows.count()) == (Stage.READY, 1)


@pytest.mark.django_db
class TestOneByOne:
    def test_a_refusal_of_the_database_leaves_a_message_and_nothing_else(self, tmp_path, place, leader, monkeypatch):
        job = ready(tmp_path, place, leader, ("甲公司", GOOD, "", ""))
        monkeypatch.setattr("exchange.enterprises.Enterprises.carry_out", _raising(DatabaseError("refused")))

        commit(job, leader)

        assert (job.stage, "没有改动" in job.message, Enterprise.objects.count()) == (Stage.READY, True, 0)
        monkeypatch.undo()
        assert commit(job, leader).stage == Stage.DONE

    @pytest.mark.parametrize("error", [RuntimeError("a mistake of ours"), OperationalError("server closed the connection")])
    def test_what_fails_again_and_again_is_given_up_and_others_have_their_turn(self, tmp_path, place, leader, monkeypatch, error):
        poison = asked(tmp_path, place, leader, ("甲公司", GOOD, "", ""))
        monkeypatch.setattr("exchange.imports.understood", _raising(error))
        for _ in range(attempts.MOST):
            with pytest.raises(type(error)):
                imports.work_waiting(AT)
        monkeypatch.undo()

        other = asked(tmp_path, place, leader, ("乙公司", OTHER, "", ""))
        imports.work_waiting(AT)

        poison.refresh_from_db()
        other.refresh_from_db()
        assert (poison.stage, "没有改动" in poison.message, other.stage) == (Stage.REFUSED, True, Stage.READY)

    def test_an_export_that_cannot_be_made_says_so(self, leader, monkeypatch):
        export = exports.ask(table_named("parks"), by=leader, params={}, form="csv", at=AT)
        monkeypatch.setattr("exchange.sites.Parks.exported", _raising(DatabaseError("refused")))

        exports.produce_waiting(AT)

        export.refresh_from_db()
        assert (export.stage, "没有生成" in export.message) == (ExportStage.FAILED, True)
        assert not Export.objects.waiting().exists()

    def test_a_file_that_is_gone_is_asked_for_again(self, tmp_path, place, leader):
        job = ready(tmp_path, place, leader, ("甲公司", "1", "", ""))
        SentFile.objects.all().delete()

        imports.check_again(job, by=leader, at=AT, accept_warnings=True, create_places=False)
        imports.work_waiting(AT)

        job.refresh_from_db()
        assert (job.stage, "请重新上传" in job.message) == (Stage.REFUSED, True)

    def test_what_cannot_be_stored_is_shown_and_refused_with_its_row(self, tmp_path, place, leader):
        job = ready(
            tmp_path,
            place,
            leader,
            ("甲\0公司", "12\0", "云\0谷", "x" * 10_000),
            heading=("企业名称", "统一社会信用代码", "园区\0", "注册地址"),
        )

        assert (job.stage, job.counts["refused"]) == (Stage.READY, 1)
        assert "\ufffd" in json.loads(job.rows.get().payload)["x"]["name"]

    def test_who_waits_for_consent_counts_among_those_left_out(self, tmp_path, place, leader):
        wrong = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")
        job = ready(tmp_path, place, leader, ("甲公司", wrong, "", ""), ("乙公司", "1", "", ""), ("丙公司", OTHER, "", ""))

        with pytest.raises(FactsMissing, match="2 行"):
            imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=False, by=leader, at=AT)

    def test_what_nobody_commits_is_given_up_after_a_month(self, tmp_path, place, leader):
        job = ready(tmp_path, place, leader, ("甲公司", GOOD, "", ""))

        imports.clear_away(AT + timedelta(days=31))

        job.refresh_from_db()
        assert (job.stage, SentFile.objects.exists(), job.rows.exists()) == (Stage.DROPPED, False, False)

    def test_undoing_gives_back_the_space_and_its_state(self, tmp_path, place, leader, building):
        import enterprises

        space = Space.objects.create(building=building, room="501", area_m2=100)
        enterprise = make.enterprise(code=GOOD, building=make.building(park=building.park, name="旧楼"))
        enterprises.move(enterprise, building=building, space=space, at=AT - timedelta(days=3), by=None)
        make.building(park=make.park(community=place, name="另一园区"))
        job = commit(ready(tmp_path, place, leader, (enterprise.name, GOOD, "另一园区", "")), leader)
        assert Space.objects.on(AT.date()).get(pk=space.pk).state == "vacant"

        undo(job, leader)

        assert (job.stage, Space.objects.on(AT.date()).get(pk=space.pk).state) == (Stage.UNDONE, "let")
        assert Tenancy.objects.open().get(enterprise=enterprise).space == space

    def test_undoing_somebodys_return_gives_the_people_back_too(self, tmp_path, place, leader, building):
        import enterprises
        from enterprises import people

        elsewhere = make.enterprise(code=GOOD, name="甲公司")
        people.join(elsewhere, make.user(), PostKind.ENTERPRISE_MANAGER, at=AT - timedelta(days=9), by=None)
        enterprises.move_out(elsewhere, at=AT - timedelta(days=3), by=None)
        before = elsewhere.community
        job = commit(ready(tmp_path, place, leader, ("甲公司", GOOD, "云谷创新园", "")), leader)
        elsewhere.refresh_from_db()
        assert elsewhere.community == place

        undo(job, leader)

        elsewhere.refresh_from_db()
        assert (job.stage, elsewhere.community, elsewhere.status) == (Stage.UNDONE, before, "moved_out")
        assert Post.objects.get(representative__enterprise=elsewhere).community == before

    def test_a_calendar_is_not_undone_but_corrected(self, tmp_path, place):
        admin = make.somebody(PostKind.ADMIN, community=place)
        job = ready(
            tmp_path,
            place,
            admin,
            ("2027-01-01", "放假", "元旦", "国办发明电〔2026〕9号"),
            table="calendar",
            heading=("日期", "安排", "名称", "文号"),
        )
        commit(job, admin)
        assert job.stage == Stage.DONE

        with pytest.raises(StateConflict, match="不能整批撤销"):
            imports.ask_undo(job, by=admin, at=AT)

    def test_an_operators_spaces_are_brought_in_by_the_worker_too(self, tmp_path, place):
        unit = make.unit(community=place, kind="operator")
        park = make.park(community=place, name="云谷", operator=unit)
        make.building(park=park, name="3幢")
        operator = make.somebody(PostKind.OPERATOR, community=place, unit=unit)

        job = ready(tmp_path, place, operator, ("云谷", "3幢", "501", 120), table="spaces", heading=("园区", "楼宇", "房号", "面积"))
        commit(Import.objects.get(pk=job.pk), operator)

        assert Space.objects.get().room == "501"
        assert undo(Import.objects.get(pk=job.pk), operator).stage == Stage.UNDONE
        assert not Space.objects.exists()


def _raising(error):
    def deed(*args, **words):
        raise error

    return deed


@pytest.mark.django_db
def test_undoing_leases_puts_back_what_had_given_way_to_them(tmp_path, place, leader, building):
    space = make.space(building=building, room="501", area_m2=100)
    declared = make.occupancy(space, from_on=AT.date() - timedelta(days=5))
    make.enterprise(code=GOOD, building=building)
    heading = ("统一社会信用代码", "园区", "楼宇", "房号", "起租日", "到期日")
    row = (GOOD, building.park.name, building.name, "501", AT.date() - timedelta(days=30), AT.date() + timedelta(days=300))
    job = commit(ready(tmp_path, place, leader, row, table="leases", heading=heading), leader)
    assert [each.lease_key is None for each in space.occupancies.all()] == [False]

    undo(job, leader)

    assert [(each.pk, each.from_on, each.lease_key) for each in space.occupancies.all()] == [(declared.pk, declared.from_on, None)]
