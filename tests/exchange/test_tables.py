"""Each table in: created, updated, the same, refused; by whom; undone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

import community as posts
from accounts.models import User
from community.kinds import PostKind
from community.models import Post
from enterprises.models import Enterprise, Tenancy
from exchange import imports, planning
from exchange.sheets import Sheet
from exchange.subjects import TABLES, table_named
from exchange.table import Scope
from parks.models import Building, Park, Space
from tests import make
from workdays.models import Workday
from workdays.table import calendar

pytestmark = pytest.mark.django_db
AT, TODAY = make.WEDNESDAY, date(2026, 11, 18)


@pytest.fixture
def scene():
    return make.scene()


@pytest.fixture
def park(scene):
    return scene.enterprise.tenancies.get().building.park


@pytest.fixture
def bring(scene):
    """`bring("parks", heading, row, …)` writes what can be written; what was said of each row."""

    def deed(code, heading, *rows, by=None, at=AT):
        table = table_named(code)
        plan = planning.understood(table, [Sheet("表", [list(heading), *map(list, rows)])])
        with transaction.atomic():
            planning.decide(plan, table, Scope(scene.community, posts.attach(by or scene.leader, at), at))
            table.carry_out(plan.rows, Scope(scene.community, by or scene.leader, at))
        return [(row.verdict.value, "；".join(problem.reason for problem in row.problems)) for row in plan.rows]

    return deed


def verdicts(said):
    return [verdict for verdict, _ in said]


def test_parks_by_code(scene, park, bring):
    head = ("园区名称", "园区代码", "网格", "运营方", "土地面积")
    rows = [("新园", "P900", park.grid.name, "启航园区运营公司", 120), (park.name, park.code, "", "", 99.5), ("又一园", "P900", "", "", ""), ("三园", "P901", "没有的网格", "", ""), (park.name, "P902", "", "", ""), ("四园", "P 9\0", "", "", "")]  # fmt: skip

    said = bring("parks", head, *rows)

    assert verdicts(said) == ["create", "update", "refused", "refused", "refused", "refused"]
    assert "与第 2 行重复" in said[2][1]
    assert "没有的网格" in said[3][1]
    assert Park.objects.get(code="P900").operator.name == "启航园区运营公司"
    assert verdicts(bring("parks", head, *rows[:2])) == ["same", "same"]
    other = make.park(community=make.community(), code="P903")
    assert "别的社区" in bring("parks", head, ("抢来的", "P903", "", "", ""))[0][1]
    assert Park.objects.get(pk=other.pk).name == other.name


def test_buildings_and_spaces_by_name_or_code_of_what_they_stand_in(scene, park, bring):
    head = ("所属园区", "楼宇名称", "楼宇代码", "层数")
    assert verdicts(bring("buildings", head, (park.name, "九幢", "NINE", "12层"), (park.code, "九幢", "NINE", 12), ("没有", "甲", "B1", ""), (park.name, "十幢", "B10", 201))) == ["create", "same", "refused", "refused"]  # fmt: skip
    head = ("园区", "楼宇", "房号", "面积", "状态")
    rows = [
        (park.name, "九幢", "000123", "126.5", "空置"),
        (park.code, "NINE", "5E3", 80.0, "已出租"),
        (park.name, "九幢", 502.0, 1, ""),
        (park.name, "九幢", "x", -1, ""),
    ]

    assert verdicts(bring("spaces", head, *rows)) == ["create", "create", "create", "refused"]
    assert set(Space.objects.on(AT.date()).filter(building__code="NINE").values_list("room", "state")) == {
        ("000123", "vacant"),
        ("5E3", "let"),
        ("502", "vacant"),
    }
    assert verdicts(bring("spaces", head, *rows[:3])) == ["same", "same", "same"]
    assert Building.objects.get(code="NINE").floors == 12


def test_an_operator_brings_in_spaces_of_its_own_parks_only(scene, park, bring):
    foreign = make.building(park=make.park(community=scene.community, name="别人的园"), name="一幢")
    own = park.buildings.first()

    said = bring(
        "spaces", ("园区", "楼宇", "房号", "面积"), (park.name, own.name, "901", 10), ("别人的园", "一幢", "901", 10), by=scene.operator
    )

    assert verdicts(said) == ["create", "refused"]
    assert not Space.objects.filter(building=foreign).exists()


def test_a_space_somebody_sits_in_is_not_made_vacant(scene, park, bring):
    tenancy = scene.enterprise.tenancies.get()
    tenancy.space = Space.objects.create(building=tenancy.building, room="801", area_m2=10)
    make.occupancy(tenancy.space, from_on=tenancy.from_on, tenant_key=scene.enterprise.pk)
    tenancy.save()

    said = bring("spaces", ("园区", "楼宇", "房号", "面积", "状态"), (park.name, tenancy.building.name, "801", 10, "闲置"))

    assert "先办理迁出" in said[0][1]


HEAD = ("统一社会信用代码", "园区", "楼宇", "房号", "入驻日期", "迁出日期", "主要办公地")


def test_a_new_main_place_is_a_move_and_an_extra_one_is_not(scene, park, bring):
    enterprise = scene.enterprise
    old, extra, new = enterprise.tenancies.get(), make.building(park=park, name="副楼"), make.building(park=park, name="新楼")

    said = bring(
        "tenancies",
        HEAD,
        (enterprise.uscc, park.name, "副楼", "1", "2026-03-01", "", "否"),
        (enterprise.uscc, park.name, "新楼", "2", "2026.10.1", "", ""),
    )

    assert verdicts(said) == ["create", "create"]
    old.refresh_from_db()
    assert old.until_on == date(2026, 9, 30)
    assert set(Tenancy.objects.open().filter(enterprise=enterprise).values_list("building", "is_main")) == {
        (extra.pk, False),
        (new.pk, True),
    }


def test_moving_out_by_date_and_a_second_time_is_the_same(scene, park, bring):
    tenancy = scene.enterprise.tenancies.get()
    row = (scene.enterprise.uscc, park.name, tenancy.building.name, "", tenancy.from_on, "2026年11月10日", "")

    assert verdicts(bring("tenancies", HEAD, row)) == ["update"]
    assert Enterprise.objects.get(pk=scene.enterprise.pk).status == "moved_out"
    tenancy.refresh_from_db()
    assert tenancy.until_on == date(2026, 11, 10)
    assert verdicts(bring("tenancies", HEAD, row)) == ["same"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (("", "", "2026-12-01", "", ""), "不能晚于今天"),
        (("", "", "2025-11-18", "2025-01-01", ""), "早于"),
        (("", "", "2025-11-18", "2026-12-01", ""), "不能晚于今天"),
        (("", "", "2025-11-18", "", "否"), "主要办公地不在这里改"),
    ],
)
def test_places_that_cannot_be_are_refused_with_the_reason(scene, park, bring, row, why):
    tenancy = scene.enterprise.tenancies.get()

    said = bring("tenancies", HEAD, (scene.enterprise.uscc, park.name, tenancy.building.name, row[0], *row[2:]))

    assert verdicts(said) == ["refused"]
    assert why in said[0][1]


def test_an_extra_place_ends_without_the_enterprise_leaving(scene, park, bring):
    make.tenancy(enterprise=scene.enterprise, building=make.building(park=park, name="副楼"), from_on=date(2026, 1, 1))

    said = bring("tenancies", HEAD, (scene.enterprise.uscc, park.name, "副楼", "", "2026-01-01", "2026-06-30", ""))

    assert verdicts(said) == ["update"]
    assert Enterprise.objects.get(pk=scene.enterprise.pk).status == "active"


def test_an_enterprise_of_another_community_has_no_place_here(scene, park, bring):
    stranger = make.enterprise()

    said = bring("tenancies", HEAD, (stranger.uscc, park.name, park.buildings.first().name, "", "", "", ""))

    assert "没有信用代码" in said[0][1]


PEOPLE = ("统一社会信用代码", "身份", "登录名", "姓名", "手机", "邮箱")


def test_people_of_an_enterprise_masked_cells_change_nothing(scene, bring):
    rows = [(scene.enterprise.uscc, "企业经办人", "newman", "张三", "13900000000", "zhang@example.com")]
    assert verdicts(bring("representatives", PEOPLE, *rows)) == ["create"]
    assert verdicts(bring("representatives", PEOPLE, *rows)) == ["same"]

    masked = (scene.enterprise.uscc, "企业经办人", "newman", "张*", "139****0000", "z***@example.com")

    assert verdicts(bring("representatives", PEOPLE, masked)) == ["same"]
    assert not User.objects.get(username="newman").has_usable_password()
    assert verdicts(bring("representatives", PEOPLE, (scene.enterprise.uscc, "企业经办人", "nobody1", "", "", ""), (scene.enterprise.uscc, "企业经办人", "n", "王", "", ""), (scene.enterprise.uscc, "企业经办人", "nobody2", "王", "电话", ""))) == ["refused"] * 3  # fmt: skip


@pytest.mark.parametrize("table", ["representatives", "posts"])
def test_nobody_takes_over_the_account_of_somebody_with_other_posts(scene, bring, table):
    target = scene.street
    before = (target.name, target.phone, target.email)
    row = (scene.enterprise.uscc, "企业经办人", target.username, "", "", "mine@example.com") if table == "representatives" else (target.username, "部门", "应急管理站", "mine@example.com")  # fmt: skip
    head = PEOPLE if table == "representatives" else ("登录名", "岗位", "单位", "邮箱")
    if table == "posts":
        row = (target.username, PostKind.DEPARTMENT.label, "应急管理站", "mine@example.com")

    said = bring(table, head, row)

    assert "由本人修改" in said[0][1]
    target.refresh_from_db()
    assert (target.name, target.phone, target.email) == before


@pytest.mark.parametrize("kind", [PostKind.STREET, PostKind.ADMIN, PostKind.AUDITOR, PostKind.LEADER])
def test_high_posts_are_not_given_by_sheet(scene, bring, kind):
    said = bring("posts", ("登录名", "姓名", "岗位"), ("climber", "张三", kind.label))

    assert verdicts(said) == ["refused"]
    assert not User.objects.filter(username="climber").exists()


def test_posts_are_given_and_ended(scene, bring):
    head = ("登录名", "姓名", "岗位", "单位", "任职止")
    window = (
        scene.community.units.filter(kind="window", is_partner=False).first() if hasattr(scene.community, "units") else scene.item().window
    )
    row = ("expert", "张三", PostKind.SPECIALIST.label, window.name)

    assert verdicts(bring("posts", head, (*row, ""))) == ["create"]
    assert verdicts(bring("posts", head, (*row, ""))) == ["same"]
    assert "不能早于" in bring("posts", head, (*row, "2026-11-10"))[0][1]
    later = AT + timedelta(days=10)
    assert bring("posts", head, (*row, "2026-11-20"), at=later) == [("update", "")]
    assert not Post.objects.effective(later).filter(user__username="expert").exists()


def test_service_items_get_new_limits_from_a_day_on(scene, bring):
    head = ("代码", "事项名称", "专员窗口", "受理时限", "办理时限", "可延期", "起用日期")
    item = scene.item()
    row = (item.code, item.name, item.window.name, 2, 9, 3)

    assert verdicts(bring("service-items", head, (*row, "2026-12-01"))) == ["update"]
    assert verdicts(bring("service-items", head, (*row, "2026-12-01"))) == ["same"]
    assert "今天或以后" in bring("service-items", head, (*row[:4], 8, 3, "2026-01-01"))[0][1]
    assert "须写明" in bring("service-items", head, ("XX99", "新事项", item.window.name, 2, "", "", ""))[0][1]


DAYS = ("日期", "安排", "名称", "文号")
NOTICE = "国办发明电〔2026〕9号"


def test_the_notice_of_a_year_takes_the_guess_away_and_a_wrong_row_keeps_all_out(scene, bring):
    rows = [("2026-12-31", "放假", "元旦", NOTICE), ("2027-01-01", "放假", "元旦", NOTICE), ("2027.1.3", "上班", "元旦", NOTICE)]

    assert verdicts(bring("calendar", DAYS, *rows, ("2027-02-30", "放假", "春节", NOTICE))) == ["refused"] * 4
    assert not calendar().published(2027)

    assert "refused" not in verdicts(bring("calendar", DAYS, *rows))
    assert calendar().published(2027)
    assert [calendar().is_workday(day) for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 3))] == [False, False, True]
    assert verdicts(bring("calendar", DAYS, *rows)) == ["same"] * 3
    assert verdicts(bring("calendar", DAYS, *rows[1:], ("2027-05-01", "放假", "", "别的文号"))) == ["refused"] * 3
    assert Workday.objects.get(date=date(2026, 12, 31)).notice_no == NOTICE


@pytest.mark.parametrize("code", [code for code, table in TABLES.items()])
def test_who_may_bring_in_what(scene, code):
    may = {name for name in scene.people if imports.may_import(TABLES[code], posts.attach(scene.people[name], AT), scene.community)}
    specialists = {name for name in scene.people if name.startswith("specialist")} | {"colleague"}
    office = specialists | {"leader"}

    assert may == {
        "enterprises": office, "tenancies": office, "parks": {"leader"}, "buildings": {"leader"}, "spaces": office | {"operator"},
        "representatives": office, "posts": {"leader", "admin"}, "service-items": {"leader"}, "calendar": {"leader", "admin"},
        "risk-flags": office, "risk-signs": office,
        "events": office, "qualifications": office, "leases": office | {"operator"}, "listings": office | {"operator"}, "key-list": office, "tiers": office, "figures": office,
        "land-grades": office, "area-figures": {"leader"}, "surveys": {"leader"}, "targets": {"leader"},
    }.get(code, set())  # fmt: skip
    assert not imports.may_import(TABLES[code], posts.attach(scene.leader, AT + timedelta(0)), make.community())


def test_what_was_published_surveyed_and_set_is_brought_in_once(scene, bring):
    sheets = {
        "area-figures": (("指标", "期初", "期末", "数值", "公布增速", "来源"), [("财政总收入", "2026-01-01", "2026-10-31", "16.14", "2.49", "公报"), ("税收", "2026-01-01", "2026-10-31", "9", "", ""), ("财政总收入", "2026-10-31", "2026-01-01", "1", "", "公报")]),
        "surveys": (("轮次", "起", "止", "邀请", "答卷", "满意", "来源"), [("首轮", "2024-06-01", "2024-06-30", "", 400, 331, "第三方"), ("次轮", "2026-06-01", "2026-06-30", 550, 500, 501, "第三方"), ("三轮", "2026-07-01", "2026-07-30", 400, 500, 480, "第三方")]),
        "targets": (("指标", "起", "止", "目标值", "依据"), [("按时办结率", "2026-01-01", "2026-12-31", 95, "年度计划"), ("没有的", "2026-01-01", "2026-12-31", 95, "年度计划"), ("满意率", "2026-12-31", "2026-01-01", 95, "年度计划")]),
    }  # fmt: skip

    for code, (head, rows) in sheets.items():
        assert verdicts(bring(code, head, *rows)) == ["create", "refused", "refused"], code
        assert verdicts(bring(code, head, *rows)) == ["same", "refused", "refused"], code


def test_what_hangs_on_an_enterprise_is_known_by_its_day_and_kind(scene, park, bring):
    uscc, building = scene.enterprise.uscc, park.buildings.first()
    sheets = {
        "events": (("信用代码", "类别", "发生日期", "说明"), [(uscc, "股东变更", "2026-10-08", "增资"), (uscc, "有外迁意向", "2026年11月", ""), (uscc, "更名", "2026-11-19", "")]),
        "qualifications": (("信用代码", "资质", "认定日期", "证书编号"), [(uscc, "国高企", "2025-12-08", "GR2025"), (uscc, "小巨人", "2024.2.29", ""), (uscc, "没有的", "2025-12-08", "")]),
        "leases": (("信用代码", "园区", "楼宇", "房号", "起租日", "到期日", "年租金"), [(uscc, park.name, building.name, "801", "2026-01-01", "2027-12-31", "12.5"), (uscc, park.name, building.name, "802", "2026-01-01", "", ""), (uscc, park.name, building.name, "803", "2026-01-01", "2025-12-31", "")]),
        "key-list": (("信用代码", "列入原因", "列入日期", "移出日期"), [(uscc, "规上", "2026-01-01", ""), (uscc, "链主", "2026-01-01", "2026-06-30"), (uscc, "规上", "2026-03-01", "")]),
        "land-grades": (("信用代码", "评价年度", "评价等级"), [(uscc, "2024", "a类"), (uscc, 2025, "B"), (uscc, "2023", "E")]),
        "tiers": (("信用代码", "梯度", "取得日期", "有效期至"), [(uscc, "国高企", "2025-12-08", "2028-12-07"), (uscc, "雏鹰", "2025-12-08", ""), (uscc, "雏鹰", "2026-12-08", "2026-12-07")]),
    }  # fmt: skip

    for code, (head, rows) in sheets.items():
        assert verdicts(bring(code, head, *rows)) == ["create", "create", "refused"], code
        assert verdicts(bring(code, head, *rows)) == ["same", "same", "refused"], code

    assert {row.kind: row.valid_until_on for row in scene.enterprise.qualifications.all()} == {
        "high_tech": date(2028, 12, 7),
        "little_giant": date(2027, 2, 28),
    }
    assert scene.enterprise.happenings.get(kind="shareholders_changed").recorded_by == scene.leader


def test_one_space_is_let_once_a_day_and_an_operator_lets_its_own(scene, park, bring):
    space = make.space(building=park.buildings.first(), room="901", area_m2=80)
    foreign = make.building(park=make.park(community=scene.community, name="别人的园"), name="一幢")
    other = make.enterprise(park=park)
    head = ("信用代码", "园区", "楼宇", "房号", "起租日", "到期日", "退租日")
    where = (park.name, space.building.name, "901")

    said = bring("leases", head, (scene.enterprise.uscc, *where, "2026-01-01", "2026-12-31", "2026-06-30"), (other.uscc, *where, "2026-06-30", "2027-06-30", ""), (other.uscc, *where, "2026-07-01", "2027-06-30", ""), (other.uscc, "别人的园", foreign.name, "1", "2026-07-01", "", ""), by=scene.operator)  # fmt: skip

    assert verdicts(said) == ["create", "refused", "create", "refused"]
    assert "已有租约" in said[1][1]
    assert {(lease.space, lease.area_m2) for lease in space.leases.all()} == {(space, space.area_m2)}


FIGURES = ("信用代码", "年度", "营业收入（万元）", "税收", "从业人数", "数据日期")


def test_a_sheet_of_figures_supersedes_what_differs_and_keeps_the_rest(scene, bring):
    uscc, other = scene.enterprise.uscc, make.enterprise(community=scene.community).uscc
    rows = [(uscc, "2025年", "1,200.5", 30, 35, "2026-01-31"), (other, 2025.0, 88, "", "", "")]
    wrong = [(uscc, "2025年", 1, "", "", ""), (uscc, "2027", 1, "", "", ""), (uscc, "2024", "", "", "", ""), (uscc, "2024", -5, "", "", ""), (uscc, "2025Q1", "", "", 1.5, ""), ("913", "2024", 1, "", "", "")]  # fmt: skip

    said = bring("figures", FIGURES, *rows, *wrong)

    assert verdicts(said) == ["create", "create", *["refused"] * 6]
    assert [words for _, words in said[2:4]] == ["与第 2 行重复（同一企业同一期间），请删去一行。", "2027 年还没有开始，不能填报。"]
    later = AT + timedelta(hours=1)
    again = [(uscc, "2025", "1,300", 30, 35, ""), rows[1], (other, "2024", 70, "", "", "")]
    assert verdicts(bring("figures", FIGURES, *again, at=later)) == ["update", "same", "create"]
    assert verdicts(bring("figures", FIGURES, *again, at=later)) == ["same"] * 3
    figures = scene.enterprise.figures.filter(metric="revenue")
    assert list(figures.known_at(AT).values_list("value", "source")) == [(Decimal("1200.5"), "表格导入：")]
    assert [(row.value, row.confirmed_by) for row in figures.standing()] == [(1300, scene.leader)]
    assert set(scene.enterprise.figures.standing().values_list("metric", flat=True)) == {"revenue", "tax", "staff"}


def test_a_later_sheet_of_figures_is_undone_first_and_gives_the_earlier_value_back(scene):
    from exchange.models import Stage

    def sent(value, at):
        content = f"统一社会信用代码,期间,营业收入\n{scene.enterprise.uscc},2025,{value}\n".encode()
        job = imports.receive(
            table_named("figures"), name="a.csv", content=content, community=scene.community, by=posts.attach(scene.leader, AT), at=at
        )
        imports.work(job.pk, at)
        job.refresh_from_db()
        imports.ask_commit(job, plan_hash=job.plan_hash, leave_out_refused=False, by=scene.leader, at=at)
        imports.work(job.pk, at)
        job.refresh_from_db()
        assert job.stage == Stage.DONE, job.message
        return job

    def undone(job):
        imports.ask_undo(job, by=scene.leader, at=AT + timedelta(hours=2))
        imports.work(job.pk, AT + timedelta(hours=2))
        job.refresh_from_db()
        return job.stage

    first, second = sent(1200, AT), sent(1300, AT + timedelta(hours=1))

    assert undone(first) == Stage.DONE
    assert undone(second) == Stage.UNDONE
    known = scene.enterprise.figures
    assert [(row.value, row.source) for row in known.standing()] == [(1200, "表格导入：a.csv")]
    assert [row.value for row in known.known_at(AT + timedelta(hours=1, minutes=30))] == [1300]
    assert undone(first) == Stage.DONE
    assert [row.value for row in known.standing()] == [1200]
