"""Tables in and out, as pages."""

import io
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from community.kinds import PostKind
from enterprises.models import Enterprise
from exchange import exports, imports
from exchange.models import Export, Import
from tests import make
from tests.exchange import sheet_files

pytestmark = pytest.mark.django_db
GOOD, OTHER = make.uscc(8_200_001), make.uscc(8_200_002)


@pytest.fixture
def place():
    return make.community()


@pytest.fixture
def leader(place):
    return make.somebody(PostKind.LEADER, community=place)


@pytest.fixture
def sheet(tmp_path):
    return sheet_files.xlsx(tmp_path / "名录.xlsx", ("甲公司", GOOD, "", "某路"), ("乙公司", "9.13301E+17", "", ""))


def sent(client, path, **fields):
    with path.open("rb") as file:
        return client.post("/sheets/enterprises/import/", {"file": file, **fields})


def the_import(client, path, **fields):
    answer = sent(client, path, **fields)
    assert answer.status_code == 302, answer.content.decode()
    imports.work_waiting(timezone.now())
    return Import.objects.newest()[0]


def test_a_file_is_sent_looked_at_committed_and_undone(enter, leader, sheet):
    client = enter(leader)
    job = the_import(client, sheet)
    page = client.get(reverse("import", args=[job.pk])).content.decode()
    assert "写入 1 行" in page
    assert "末几位已丢失" in page
    assert job.plan_hash[:8] in page

    client.post(reverse("import-commit", args=[job.pk]), {"plan": job.plan_hash, "leave_out_refused": "on"})
    imports.work_waiting(timezone.now())
    assert Enterprise.objects.filter(uscc=GOOD).exists()
    assert "新增 1 行" in client.get(reverse("import", args=[job.pk])).content.decode()

    client.post(reverse("import-undo", args=[job.pk]))
    imports.work_waiting(timezone.now())
    assert not Enterprise.objects.exists()
    assert "整批撤销" in client.get(reverse("import", args=[job.pk])).content.decode()


def test_while_a_worker_is_at_it_the_page_shows_a_bar_that_asks_again(enter, leader, sheet):
    client = enter(leader)
    sent(client, sheet)
    job = Import.objects.get()

    assert "<progress" in client.get(reverse("import", args=[job.pk])).content.decode()
    assert "<progress" in client.get(reverse("import-progress", args=[job.pk])).content.decode()

    imports.work_waiting(timezone.now())
    assert client.get(reverse("import-progress", args=[job.pk]))["HX-Refresh"] == "true"


def test_the_refused_rows_come_back_as_a_sheet(enter, leader, sheet):
    client = enter(leader)
    job = the_import(client, sheet)

    answer = client.get(reverse("import-refused", args=[job.pk]))

    assert "filename*=utf-8''" in answer["Content-Disposition"]
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert (head[0], head[-1], row[0]) == ("企业名称", "问题说明", "乙公司")


def test_without_a_word_about_the_refused_rows_nothing_is_written(enter, leader, sheet):
    client = enter(leader)
    job = the_import(client, sheet)

    page = client.post(reverse("import-commit", args=[job.pk]), {"plan": job.plan_hash}, follow=True).content.decode()

    assert "还有 1 行没有通过检查" in page
    assert not Enterprise.objects.exists()


def test_no_file_and_no_heading_are_said_at_the_form_and_on_the_page(enter, leader, tmp_path):
    client = enter(leader)

    answer = client.post("/sheets/enterprises/import/", {"sheet": "名录一"})
    assert (answer.status_code, "请选择文件" in answer.content.decode(), "名录一" in answer.content.decode()) == (400, True, True)

    job = the_import(client, sheet_files.csv(tmp_path / "a.csv", "甲,乙\n1,2\n"))
    assert "没有找到表头" in client.get(reverse("import", args=[job.pk])).content.decode()


def test_whoever_may_not_import_is_told_and_another_community_sees_nothing(enter, leader, sheet):
    job = the_import(enter(leader), sheet)
    other = enter(make.somebody(PostKind.LEADER))
    street = enter(make.somebody(PostKind.STREET, street=make.street()))

    assert other.get(reverse("import", args=[job.pk])).status_code == 404
    assert other.post(reverse("import-commit", args=[job.pk]), {"plan": job.plan_hash}).status_code == 404
    assert other.get(reverse("import-refused", args=[job.pk])).status_code == 404
    assert street.get("/sheets/enterprises/import/").status_code == 403
    assert street.get("/sheets/enterprises/template/").status_code == 403
    theirs = enter(make.manager(enterprise=make.enterprise())).get("/sheets/").content.decode()
    assert ["/sheets/notices/" in theirs, "/sheets/enterprises/" in theirs, "/import/" in theirs] == [True, False, False]
    assert enter(leader).get("/sheets/grievances/import/").status_code == 403
    assert enter(leader).get("/sheets/nothing/import/").status_code == 404


def test_a_list_goes_out_as_it_is_filtered(enter, leader, place):
    building = make.building(park=make.park(community=place))
    small, _ = make.enterprise(building=building, name="小公司", size_class="small"), make.enterprise(building=building, name="大公司")
    make.enterprise(name="别处的公司", size_class="small")
    client = enter(leader)

    asked = client.post("/sheets/enterprises/export/", {"form": "xlsx", "query": urlencode({"size_class": "small", "cursor": "1"})})
    export = Export.objects.get()
    assert "正在生成" in client.get(asked["Location"]).content.decode()
    exports.produce_waiting(timezone.now())
    assert "下载" in client.get(asked["Location"]).content.decode()

    answer = client.get(reverse("export-file", args=[export.pk]))
    title, head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert leader.display_name in title[0]
    assert [row[head.index("统一社会信用代码")] for row in rows] == [small.uscc]
    assert enter(make.somebody(PostKind.LEADER, community=place)).get(reverse("export-file", args=[export.pk])).status_code == 404


def test_a_condition_that_means_nothing_is_refused_before_anybody_waits(enter, leader):
    answer = enter(leader).post("/sheets/enterprises/export/", {"form": "xlsx", "query": "colour=red"})

    assert answer.status_code == 400
    assert not Export.objects.exists()


def test_the_queue_goes_out_as_long_as_it_is(enter, here, now):
    make.grievance("submitted", scene=here)
    make.grievance("accepted", scene=here)
    make.grievance("closed", scene=here)
    client = enter(here.specialist_zl)
    page = client.get("/queue/?queue=window")
    query = page.context["export_query"]

    client.post("/sheets/grievances/export/", {"form": "csv", "query": query})
    exports.produce_waiting(timezone.now())

    assert Export.objects.get().rows == len(page.context["rows"]) > 0


def test_the_api_says_what_each_column_wants(enter, leader):
    results = enter(leader).get("/api/v1/community/sheets/").json()["results"]

    enterprises = next(row for row in results if row["code"] == "enterprises")
    assert (enterprises["may_import"], enterprises["may_export"]) == (True, True)
    assert next(column for column in enterprises["columns"] if column["code"] == "uscc")["required"]
    assert not next(row for row in results if row["code"] == "grievances")["may_import"]
