"""Seeded histories raise exactly the alerts they should: one line of the table a rule, with what is just not enough beside it."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from enterprises.models import Representative
from notices.models import Notice
from risks.kinds import Level, Source
from risks.models import Finding, Flag, ParkAlert, RuleVersion
from risks.precision import Record, precision
from risks.rules import RULES
from risks.watch import watch
from tests import make
from tests.threads import together

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = timezone.localtime(AT).date()


def days_ago(days):
    return AT - timedelta(days=days)


def on(day):
    return timezone.make_aware(datetime.combine(day, time(9)))


def two_figures(metric, before, now, period="2025", **facts):
    def seed(firm):
        make.figure(metric, enterprise=firm, period=f"{int(period[:4]) - 1}{period[4:]}", value=before, **facts)
        make.figure(metric, enterprise=firm, period=period, value=now, **facts)

    return seed


def a_sign(kind, days, times=1, **facts):
    return lambda firm: [make.sign(enterprise=firm, kind=kind, at=days_ago(days), **facts) for _ in range(times)]


def then(*deeds):
    return lambda firm: [deed(firm) for deed in deeds]


# rule → what raises it, what just does not
CASES = {
    "revenue_drop": (two_figures("revenue", 1000, 700), two_figures("revenue", 1000, 701)),
    "tax_drop": (two_figures("tax", 50, -3, "2026Q3"), two_figures("tax", 50, 0, "2024")),
    "staff_drop": (two_figures("staff", 40, 28), two_figures("staff", 9, 1)),
    "rent_overdue": (
        lambda firm: make.lease(enterprise=firm, room="101", rent_overdue_since_on=TODAY - timedelta(days=60)),
        lambda firm: make.lease(enterprise=firm, room="101", rent_overdue_since_on=TODAY - timedelta(days=59)),
    ),
    "lease_ending": (
        lambda firm: make.lease(enterprise=firm, until_on=TODAY + timedelta(days=90)),
        lambda firm: make.lease(enterprise=firm, until_on=TODAY + timedelta(days=91)),
    ),
    "wages_sign": (a_sign("wages", 30), a_sign("wages", 31)),
    "hazard_unfixed": (a_sign("hazard", 7), a_sign("hazard", 6)),
    "fire_unfixed": (a_sign("fire", 3), then(a_sign("fire", 3), lambda firm: make.event("settled", enterprise=firm, on=TODAY))),
    "abnormal_listed": (a_sign("abnormal", 1), a_sign("abnormal", 1, source=Source.RULE)),
    "enforced": (a_sign("enforcement", 1), a_sign("enforcement", 181)),
    "penalised": (a_sign("penalty", 1), a_sign("other", 1)),
    "governance_gap": (a_sign("governance", 1, times=2), a_sign("governance", 1)),
    "lost_contact": (a_sign("lost", 1), a_sign("lost", 61)),
    "leaving": (
        lambda firm: make.event("intends_to_leave", enterprise=firm),
        then(
            lambda firm: make.event("intends_to_leave", enterprise=firm, recorded_at=days_ago(2), on=TODAY - timedelta(days=3)),
            lambda firm: make.event("settled", enterprise=firm, on=TODAY),
        ),
    ),
}


@pytest.fixture
def here():
    return make.scene()


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_raises_its_flag_on_whom_it_holds_for_and_on_nobody_else(here, rule):
    enough, short = CASES[rule]
    hit, missed = here.enterprise, make.enterprise(park=here.park)
    enough(hit)
    short(missed)

    watch(here.community, AT)

    flag = Flag.objects.get()
    assert (flag.enterprise, flag.kind, flag.level, flag.source) == (hit, RULES[rule].kind, RULES[rule].level, Source.RULE)
    finding = Finding.objects.get()
    assert (finding.rule, finding.flag, finding.reason) == (rule, flag, flag.evidence)
    assert flag.owner in {here.specialist_zl, here.colleague}
    assert [step.from_level for step in flag.levels.all()] == [0]


def test_every_rule_but_those_of_tickets_and_parks_is_in_the_table_above():
    others = {"labour_tickets", "labour_private", "poor_ratings", "park_vacancy"}

    assert set(RULES) - others == set(CASES)


def test_nothing_is_raised_twice_and_nobody_is_told_twice(here):
    for enough, _ in CASES.values():
        enough(here.enterprise)
    first = watch(here.community, AT)
    told = Notice.objects.count()

    again = [watch(here.community, AT + timedelta(minutes=minutes)) for minutes in (0, 1, 1440)]

    assert first.flags == Flag.objects.count() > 9
    assert {outcome.findings for outcome in again} == {0}
    assert Notice.objects.count() == told


@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_end_in_the_same_rows(here):
    for enough, _ in CASES.values():
        enough(here.enterprise)

    outcomes = together(*[lambda: watch(here.community, AT)] * 3)

    assert sorted(outcome.findings > 0 for outcome in outcomes) == [False, False, True]
    assert Flag.objects.count() == max(outcome.flags for outcome in outcomes)


def test_a_cleared_alert_comes_back_with_new_evidence_only(here):
    firm = here.enterprise
    make.sign(enterprise=firm, at=days_ago(1))
    watch(here.community, AT)
    make.sign(enterprise=firm, at=AT, note="同一件事又有人说")
    make.lowered(Flag.objects.get(), at=AT + timedelta(hours=1))

    watch(here.community, AT + timedelta(hours=2))
    assert not Flag.objects.open().exists()
    make.sign(enterprise=firm, at=AT + timedelta(hours=3), note="这个月的也没发")
    watch(here.community, AT + timedelta(hours=4))

    assert Flag.objects.open().count() == 1
    assert "这个月的也没发" in Flag.objects.open().get().evidence


def test_the_same_period_comes_back_only_when_it_is_ten_points_worse(here):
    two_figures("revenue", 1000, 650, at=days_ago(9))(here.enterprise)
    watch(here.community, AT)
    make.lowered(Flag.objects.get(), verdict="false_alarm", at=AT + timedelta(hours=1))
    standing = here.enterprise.figures.filter(period="2025")

    found = []
    for hours, value in ((2, 610), (3, 590)):
        moment = AT + timedelta(hours=hours)
        standing.filter(superseded_at=None).update(superseded_at=moment)
        make.figure("revenue", enterprise=here.enterprise, value=value, at=moment)
        found.append(watch(here.community, moment).findings)

    assert found == [0, 1]


def test_a_lower_flag_set_by_hand_is_put_up_and_a_graver_one_left_alone(here):
    low, high = here.enterprise, make.enterprise(park=here.park)
    by = here.specialist_zl
    make.flag(enterprise=low, level=Level.YELLOW, by=by, at=days_ago(2))
    asked = make.flag(enterprise=high, kind="lost", level=Level.RED, by=by, at=days_ago(2))
    make.sign(enterprise=low)
    make.sign(enterprise=high, kind="lost")

    watch(here.community, AT)

    assert set(Flag.objects.values_list("enterprise", "level", "source")) == {(low.pk, 3, "manual"), (high.pk, 3, "manual")}
    assert asked.findings.get().level == Level.ORANGE


def test_a_labour_ticket_that_is_nobody_elses_business_raises_an_alert_that_names_nobody_and_shows_nowhere_else(here):
    ticket = make.grievance(
        scene=here, by="employee", service_item="ZL03", personal=True, title="两个月没发工资", body="我叫李小军，被欠薪。"
    )
    watch(here.community, AT)

    flag = Flag.objects.get()

    assert (flag.kind, flag.level) == ("labour_private", Level.ORANGE)
    told = [flag.evidence, str(flag.findings.get().figures), *Notice.objects.filter(kind="risk").values_list("body", flat=True)]
    for secret in (ticket.number, ticket.title, "李小军", "两个月", ticket.contact_phone):
        assert not any(secret in words for words in told)
    seers = {name for name, person in here.people.items() if Flag.objects.visible_to(person).exists()}
    assert seers == {name for name in here.people if name.startswith("specialist")} | {"colleague", "leader", "street"}
    assert not {flag.owner.pk} & set(Representative.objects.values_list("post__user", flat=True))


def test_an_open_labour_ticket_of_the_enterprise_itself_is_orange(here):
    make.grievance(scene=here, service_item="ZL03", personal=False)
    make.grievance("withdrawn", scene=make.scene(), service_item="ZL03", personal=False)

    watch(here.community, AT)

    assert set(Flag.objects.values_list("kind", "level")) == {("wages", Level.ORANGE)}


def test_two_bad_ratings_are_a_yellow_one_and_confidential_ones_do_not_count(here):
    for confidential in (False, True, False):
        ticket = make.grievance("closed", scene=here, confidential=confidential)
        ticket.ratings.create(cycle=1, by=here.manager, at=AT, solved="no", result=1, speed=3)
        if confidential:
            watch(here.community, AT)
            assert not Flag.objects.exists()

    watch(here.community, AT)

    assert Flag.objects.get().kind == "discontent"
    assert Finding.objects.get().figures["count"] == 2


def test_thresholds_are_those_of_the_day(here):
    make.lease(enterprise=here.enterprise, rent_overdue_since_on=TODAY - timedelta(days=31))
    facts = {"community": here.community, "rule": "rent_overdue", "level": Level.RED, "set_at": AT}
    RuleVersion.objects.create(from_on=TODAY + timedelta(days=1), params={"days": 30}, **facts)
    RuleVersion.objects.create(from_on=TODAY + timedelta(days=9), params={}, active=False, **facts)

    counts = [watch(here.community, AT + timedelta(days=days)).flags for days in (0, 1)]
    make.lease(enterprise=make.enterprise(park=here.park), rent_overdue_since_on=TODAY - timedelta(days=90))
    counts.append(watch(here.community, AT + timedelta(days=9)).flags)

    assert counts == [0, 1, 0]
    assert (Flag.objects.get().level, Finding.objects.get().params) == (Level.RED, {"days": 30})


def test_only_active_enterprises_of_the_community_are_watched(here):
    gone = make.enterprise(park=here.park)
    elsewhere = make.scene().enterprise
    for firm in (gone, elsewhere):
        make.sign(enterprise=firm)
    type(gone).objects.filter(pk=gone.pk).update(status="closed")

    assert watch(here.community, AT).findings == 0


def test_without_anybody_in_post_it_waits_until_there_is():
    firm = make.enterprise()
    make.sign(enterprise=firm)
    assert watch(firm.community, AT).flags == 0
    make.watcher(enterprise=firm)

    assert watch(firm.community, AT).flags == 1


def test_a_park_is_warned_of_once_and_again_when_it_was_let_in_between_or_grew_worse(here):
    rooms = [make.space(building=here.park.buildings.first() or make.building(park=here.park), area_m2=500) for _ in range(3)]  # fmt: skip
    one, two = here.specialist_zl, here.leader

    def close():
        ParkAlert.objects.open().update(
            asked_by=one, asked_at=AT, verdict="resolved", evidence="已签意向", ended_by=two, ended_at=AT + timedelta(hours=1)
        )

    def now(*statuses):
        for room, status in zip(rooms, statuses, strict=True):
            room.occupancies.all().delete()
            if status == "let":
                make.occupancy(room)
        return watch(here.community, AT).parks

    first, again = now("vacant", "let", "let"), now("vacant", "let", "let")
    close()
    same, worse = now("let", "vacant", "let"), now("vacant", "vacant", "let")
    close()
    let, back = now("let", "let", "let"), now("vacant", "let", "let")

    assert (first, again, same, worse, let, back) == (1, 0, 0, 1, 0, 1)
    assert now("vacant", "vacant", "vacant") == 0, "enterprises sit there, and no let room is on file"
    alert = ParkAlert.objects.order_by("pk").first()
    assert alert.reason == "可租面积 1,500 平方米，闲置 500 平方米，空置率 33.3%"
    assert alert.level == Level.YELLOW


def test_verdicts_give_each_rule_its_precision(here):
    for kind, verdict in (("lost", "resolved"), ("lost", "false_alarm"), ("wages", "false_alarm")):
        firm = make.enterprise(park=here.park)
        make.sign(enterprise=firm, kind=kind)
        watch(here.community, AT)
        make.lowered(Flag.objects.open().get(), verdict=verdict)

    found = precision(here.leader, here.community.pk)
    assert found == {"lost_contact": Record(true=1, false=1), "wages_sign": Record(false=1)}
    assert [found[rule].percent for rule in sorted(found)] == [50, 0]


def test_a_figure_of_a_period_that_is_not_over_is_compared_with_nothing(here):
    two_figures("revenue", 1000, 10, "2026Q4")(here.enterprise)

    assert watch(here.community, on(date(2026, 12, 30))).findings == 0
    assert watch(here.community, on(date(2026, 12, 31))).findings == 1
