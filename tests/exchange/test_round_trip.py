"""What goes out comes back in unchanged, as xlsx and as CSV, for every table; and nobody takes out what he does not see."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

import community as posts
import enterprises
from accounts.models import User
from audit.models import Entry
from community.kinds import PostKind
from dashboards.models import AreaFigure, SurveyRound, Target
from enterprises import people
from enterprises.models import Enterprise, Tenancy
from enterprises.uscc import compact
from exchange import exports, planning, reading, workbook
from exchange.models import Export, ExportStage
from exchange.plan import Verdict
from exchange.sheets import Sheet, read
from exchange.subjects import TABLES, table_named
from exchange.table import Scope
from parks.models import Space
from parks.people import appoint_operator, appoint_steward
from tests import make
from wording.errors import NotYours
from workdays.table import publish

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
IN_AND_OUT = [code for code, table in TABLES.items() if table.importers]


@pytest.fixture
def scene():
    scene = make.scene()
    park = scene.enterprise.tenancies.get().building.park
    for username in ("steward1", "operator1"):
        make.user(username, phone="13812345678", email=f"{username}@example.com")
    appoint_steward(park, User.objects.get(username="steward1"), at=AT - timedelta(days=9), by=None)
    appoint_operator(park.operator, User.objects.get(username="operator1"), park=park, at=AT - timedelta(days=9), by=None)
    building = park.buildings.first()
    for room in ("03-1", "5e3", "000123", "=1+1", "-5"):
        Space.objects.create(building=building, room=room, area_m2=Decimal("126.50"))
    for number, (name, room) in enumerate(
        [("𬭎䶮（杭州）公司", "=1+1"), ("=乙公司", "-5"), ("＠丙公司", "000123"), ("'9丁公司", "5e3"), ("甲：ＡＢ (x) 公司", "'=1")]
    ):
        made = make.enterprise(
            name=name,
            building=building,
            address=f"某路　{number} 号",
            capital_currency="美元",
            registered_capital_wan=Decimal("50.5"),
            tags=["ISO 9001", "专精特新"],
        )
        Tenancy.objects.filter(enterprise=made).update(room=room)
    make.enterprise(name="旧码公司", building=building, industry_code="I", registered_capital_wan=Decimal(500))
    enterprises.move_out(make.enterprise(name="走了的公司", building=building), at=AT, by=None)
    make.tenancy(enterprise=scene.enterprise, building=make.building(park=park, name="副楼"))
    make.flag(enterprise=scene.enterprise, evidence="=两个月未发工资")
    make.sign(enterprise=scene.enterprise, source="import", note="-走访听到")
    make.event("returned", enterprise=scene.enterprise, from_place="=外地", note="总部迁回")
    make.qualification(enterprise=scene.enterprise, number="GR202533001234")
    make.lease(enterprise=scene.enterprise, room="-5", annual_rent_wan=Decimal("12.5"), rent_overdue_since_on=date(2026, 10, 1))
    make.figure("revenue", enterprise=scene.enterprise, value=Decimal("1200.5"))
    make.figure("profit", enterprise=scene.enterprise, value=Decimal("-3"))
    make.figure("tax", enterprise=scene.enterprise, period="2026Q3", value=Decimal("9.25"))
    make.land_grade(enterprise=scene.enterprise)
    told = {"community": scene.community, "from_on": date(2026, 1, 1), "until_on": date(2026, 10, 31), "source": "=公报"}
    AreaFigure.objects.create(
        street=scene.community.street, kind="fiscal_income", value=Decimal("16.14"), growth=Decimal("2.49"), recorded_at=AT, **told
    )
    SurveyRound.objects.create(name="-首轮", answered=400, satisfied=331, **told)
    Target.objects.create(indicator="on_time", value=95, **told)
    make.listing(
        space=Space.objects.create(building=building, room="1/2", area_m2=80, stage="maker"), note="=随时看房", available_on=AT.date()
    )
    make.move_report(building=building, by=scene.leader)
    make.key_listing(enterprise=scene.enterprise, until_on=date(2026, 12, 31))
    make.tier_holding(enterprise=scene.enterprise, evidence="浙科发〔2025〕1号")
    people.join(
        scene.enterprise, make.user("member1", phone="057112345678"), PostKind.ENTERPRISE_MEMBER, at=AT - timedelta(days=2), by=None
    )
    publish(2026, [(date(2026, 1, 1), False, "元旦"), (date(2026, 1, 4), True, "元旦")], notice_no="国办发明电〔2025〕7号")
    return scene


def taken_out(table, user, form="xlsx", **params):
    export = exports.ask(table_named(table), by=posts.attach(user, AT), params=params, form=form, at=AT)
    exports.produce(export.pk, AT)
    export.refresh_from_db()
    assert export.stage == ExportStage.READY, export.message
    return export


def rows_of(export):
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(bytes(export.content))).get_sheet_by_index(0).to_python()[1:]
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("table", IN_AND_OUT)
def test_an_export_goes_back_in_and_changes_nothing(scene, table, form):
    user = scene.admin if table == "calendar" else scene.leader
    export = taken_out(table, user, form)
    subject = table_named(table)

    plan = planning.understood(subject, read(bytes(export.content)))
    with transaction.atomic():
        planning.decide(plan, subject, Scope(scene.community, posts.attach(user, AT), AT))

    assert export.rows == len(plan.rows) > 0
    assert [(row.key, row.verdict, row.changes, row.problems) for row in plan.rows if row.verdict is not Verdict.SAME or row.wrong] == []


_names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=12)
_rooms = st.one_of(st.sampled_from(["03-1", "5e3", "000123", "=1+1", "-5", "'=1", "'7", '="7"', "1/2", "１", "@a"]), _names)
_firms = st.lists(
    st.tuples(_names, _rooms, _names, st.dates(date(1949, 1, 1), date(2100, 12, 31)), st.decimals(0, 100_000_000, places=4), st.sampled_from(["人民币", "美元", "欧元", "港元", "日元", "韩元"])),
    min_size=1, max_size=4,
)  # fmt: skip


@given(_firms)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_roster_survives_out_and_in(firms):
    with transaction.atomic():
        place = make.community()
        building = make.building(park=make.park(community=place))
        for name, room, address, day, capital, currency in firms:
            try:
                made = make.enterprise(
                    name=f"公司{name}",
                    address=address,
                    building=building,
                    established_on=day,
                    registered_capital_wan=capital,
                    capital_currency=currency,
                )
                tenancy = made.tenancies.get()
                tenancy.room = room
                tenancy.save()
            except ValidationError:
                continue  # what the page would refuse need not come back
        leader = make.somebody(PostKind.LEADER, community=place)
        table = table_named("enterprises")
        columns, rows = table.columns_for(leader), list(table.exported(leader, {}, AT))
        for content in (workbook.as_xlsx(columns, rows, name="名录", title="题")[0], workbook.as_csv(columns, rows)[0]):
            if not rows:
                continue
            sheets = [Sheet(name, cells, frozenset(hidden)) for name, cells, hidden in _read_here(content)]
            plan = planning.understood(table_named("enterprises"), sheets)
            fresh = table_named("enterprises")
            planning.decide(plan, fresh, Scope(place, leader, AT))
            assert [(row.cells, row.changes, row.problems) for row in plan.rows if row.verdict is not Verdict.SAME] == []
        transaction.set_rollback(True)


def _read_here(content):
    """As the reader does, without a process of its own (nor its limit on memory)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_limit_memory", lambda needed: None)
        return reading.read(content)


def test_numbers_are_numbers_codes_are_text_and_days_are_days(scene):
    [row] = [row for row in rows_of(taken_out("enterprises", scene.leader)) if row["企业名称"] == "旧码公司"]

    assert row["注册资本（万元）"] == 500.0
    assert isinstance(row["统一社会信用代码"], str)
    [space] = [row for row in rows_of(taken_out("spaces", scene.leader)) if row["房号"] == "000123"]
    assert space["面积（平方米）"] == 126.5
    assert {type(row["入驻日期"]) for row in rows_of(taken_out("tenancies", scene.leader))} == {date}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'="])
def test_nothing_in_a_csv_begins_a_formula(begin):
    columns = [table_named("enterprises").find("name")]

    content, _ = workbook.as_csv(columns, [{"name": f"{begin}cmd|'/C calc'!A0"}])

    assert content.decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")


def test_a_code_of_digits_alone_stays_text_in_a_csv():
    columns = [table_named("enterprises").find("uscc")]

    content, _ = workbook.as_csv(columns, [{"uscc": "913301061432551905"}])

    assert content.decode("utf-8-sig").splitlines()[1] == "'913301061432551905"
    assert compact("'913301061432551905") == "913301061432551905"


#: Of another community, of no concern to these, or secret from them.
SECRETS = ("13812345678", "057112345678", "operator1@example.com")


@pytest.mark.parametrize(
    "who", ["leader", "specialist_zl", "street", "grid_staff", "steward", "operator", "partner", "official", "auditor", "admin", "manager"]
)
def test_nobody_takes_out_what_he_does_not_see(scene, who):
    stranger = make.enterprise(name="外社区的公司")
    user = posts.attach(scene.people[who], AT)

    for code, table in TABLES.items():
        if not exports.may_export(table, user):
            with pytest.raises(NotYours):
                exports.ask(table(), by=user, params={}, form="csv", at=AT)
            continue
        subject = table()
        content = workbook.as_csv(subject.columns_for(user), subject.exported(user, {}, AT))[0].decode()
        if code in ("enterprises", "tenancies"):
            assert (stranger.uscc in content) == Enterprise.objects.visible_to(user).filter(pk=stranger.pk).exists()
        assert not [secret for secret in SECRETS if secret in content], code
        if who in ("steward", "operator"):
            assert not {"注册资本（万元）", "从业人数", "法定代表人"} & set(content.splitlines()[0].split(",")), code


def test_who_has_no_post_or_is_a_partner_takes_nothing_of_enterprises_out(scene):
    for user in (posts.attach(make.user(), AT), posts.attach(scene.partner, AT), posts.attach(scene.manager, AT)):
        with pytest.raises(NotYours):
            exports.ask(table_named("enterprises"), by=user, params={}, form="xlsx", at=AT)


def test_what_the_portal_keeps_of_an_enterprise_is_taken_out_by_its_own_people_alone(scene):
    make.figure("revenue", enterprise=make.enterprise(), value=Decimal("77777"))
    make.event("intends_to_leave", enterprise=scene.enterprise, note="只有工作人员知道")

    mine = rows_of(taken_out("my-file", scene.manager))
    employees = rows_of(taken_out("my-file", scene.employee))

    said = {(row["类别"], row["内容"]) for row in mine}
    assert {("指标", "1200.50 万元"), ("企业档案", scene.enterprise.uscc), ("租约", "至 2027-11-17")} <= said
    assert not [row for row in mine if "77777" in row["内容"] or "只有工作人员" in row["内容"]]
    assert {row["类别"] for row in employees} == {"我的账号", "我的岗位", "企业档案", "入驻"}
    with pytest.raises(NotYours):
        taken_out("my-file", scene.leader)


def test_an_export_is_that_of_the_list_its_owners_alone_for_a_day_and_on_record(scene):
    export = taken_out("enterprises", scene.leader, q="走了")

    assert [row["企业名称"] for row in rows_of(export)] == ["走了的公司"]
    assert export.name == "企业名录-20261118-1000.xlsx"
    exports.collect(export, AT)
    assert set(Entry.objects.filter(target=f"export:{export.pk}").values_list("action", flat=True)) == {
        "list_exported",
        "export_downloaded",
    }
    assert not Export.objects.visible_to(scene.specialist_zl).exists()
    assert not Export.objects.visible_to(scene.leader).collectable(AT + timedelta(hours=24)).exists()
    exports.clear_away(AT + timedelta(hours=25))
    assert not Export.objects.exists()


def test_too_many_rows_are_not_cut_off_but_refused(scene, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    export = exports.ask(table_named("enterprises"), by=posts.attach(scene.leader, AT), params={}, form="csv", at=AT)

    exports.produce(export.pk, AT)

    export.refresh_from_db()
    assert (export.stage, export.content) == (ExportStage.FAILED, None)


@pytest.mark.parametrize("code", IN_AND_OUT)
def test_a_template_opens_tells_what_to_write_and_is_understood_when_filled(scene, code):
    table = table_named(code)
    content = workbook.template(table.imported, name=table.label, note=table.note, options=table.options(Scope(scene.community, None, AT)))

    opened = CalamineWorkbook.from_filelike(io.BytesIO(content))
    head, notes = opened.get_sheet_by_index(0).to_python()[0], opened.get_sheet_by_name("填写说明").to_python()

    assert len(head) == len(table.imported)
    assert {column.label for column in table.imported} <= {str(row[0]) for row in notes}
    plan = planning.understood(table, [Sheet("表", [head, [column.example or "甲" for column in table.imported]])])
    assert len(plan.rows) == 1
    assert not plan.ignored
