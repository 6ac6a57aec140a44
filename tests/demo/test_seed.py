"""The small demo in a real database: one seed for the whole module, rolled back at its end."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

import workdays
from accounts.models import User
from community import attach
from community.models import Community, Post, Unit
from community.staffing import vacancies
from cultivation.models import KeyListing, TierHolding
from enterprises import profiles, talents
from enterprises.models import (
    Enterprise,
    Event,
    Figure,
    FigureProposal,
    LandGrade,
    Lease,
    MoveReport,
    ProfileTag,
    Qualification,
    Representative,
    SpaceDemand,
    Tenancy,
)
from evaluations import reading
from evaluations.models import Objection, Result, Round
from grievances import line_items, site_visits, workflow
from grievances.models import FollowUp, Grievance, Rating, Transition
from grievances.states import State
from mengchuang.demo import accounts, door_stories, places, portraits, seeding, stories, town, workers
from mengchuang.models import Mark
from parks.models import Listing, Space
from risks.kinds import Level
from risks.models import Flag, Lowering
from visits.models import Need, Reason, Task

NOW = datetime(2026, 11, 20, 10, 20, tzinfo=workdays.SHANGHAI)
TICKETS = 45
# The mark makes each test a savepoint within the module's transaction: what it writes is gone before the next one.
pytestmark = pytest.mark.django_db
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")


@pytest.fixture(scope="module", autouse=True)
def _seeded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        assert seeding.seed(town.small(TICKETS), NOW, say=lambda text: None)
        yield
        transaction.set_rollback(True)


def user(username: str) -> User:
    return attach(User.objects.get(username=username), NOW)


def test_the_database_agrees_with_all_of_it():
    connection.check_constraints()

    assert Mark.objects.filter(name=Mark.SEEDED).exists()
    assert not Mark.objects.filter(name__startswith=workers.MARK).exists()


def test_places_and_people_are_there():
    assert Community.objects.count() == 2
    assert Enterprise.objects.filter(community__code="MC", listed=False).count() == 120
    assert set(User.objects.filter(is_demo=True).values_list("username", flat=True)) == {row.username for row in accounts.ACCOUNTS}
    assert [str(row) for row in vacancies(Community.objects.get(code="MC"), NOW)] == ["第11网格·东坝缺专职网格员 1 人（应有 3，现有 2）"]


def test_every_demo_account_holds_a_post():
    assert [row.username for row in accounts.ACCOUNTS if not user(row.username).posts] == []


def test_a_second_seed_does_nothing_and_says_so(capsys):
    before = Grievance.objects.count()

    call_command("seed", "--small")

    assert "没有再写" in capsys.readouterr().out
    assert Grievance.objects.count() == before


def test_there_is_no_demo_outside_a_demo(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="演示环境"):
        call_command("seed", "--small")


def test_demo_data_are_not_put_beside_real_ones():
    Mark.objects.all().delete()

    with pytest.raises(seeding.DemoRefused, match="已有社区"):
        seeding.seed(town.small(TICKETS), NOW, say=lambda text: None)


def test_an_interrupted_seed_goes_on_with_the_towns_it_finds():
    from mengchuang.demo import populate

    first, second = populate.reload(town.small(TICKETS), NOW)

    assert first.managers
    assert second.managers
    assert all(post.user_id for user_ in first.managers.values() for post in attach(user_, NOW).posts)
    assert set(first.managers) <= set(first.enterprises)


def test_passwords_are_given_once_and_changed_when_asked():
    assert accounts.apply_passwords() == 0
    assert accounts.apply_passwords("another-password") == len(accounts.ACCOUNTS)
    assert User.objects.get(username="partner").check_password("another-password")


def test_only_demo_accounts_can_sign_in():
    others = User.objects.filter(is_demo=False)

    assert others.exists()
    assert not any(row.has_usable_password() for row in others)


def test_listed_companies_have_nothing_but_public_facts():
    listed = Enterprise.objects.filter(listed=True)

    assert set(listed.values_list("stock_code", flat=True)) == {"300853", "300645", "603040", "300360", "920249", "001335"}
    assert not Grievance.objects.filter(enterprise__in=listed).exists()
    assert not Tenancy.objects.filter(enterprise__in=listed).exists()
    assert not Representative.objects.filter(enterprise__in=listed).exists()
    assert not listed.exclude(legal_person="", registered_capital_wan=None, staff_count=None, address="").exists()


def test_the_files_are_filled_in_proportion():
    """Of 8,126: 287 国高企, 650 省科小, 279 on the key list; here of 120."""
    today = NOW.date()
    here = {"enterprise__community__code": "MC", "enterprise__listed": False}

    held = Qualification.objects.in_force(today).filter(**here).values_list("kind").annotate(n=Count("enterprise", distinct=True))

    assert dict(held) == {
        "high_tech": 4, "provincial_tech": 10, "specialised": 1, "little_giant": 1, "innovative": 3, "kunpeng": 1, "above_scale": 3, "young_eagle": 2,
    }  # fmt: skip
    assert KeyListing.objects.in_force(today).filter(**here).values("enterprise").distinct().count() == 4
    assert Lease.objects.running(today).filter(**here).count() == 120
    assert Lease.objects.ending(today, within_days=90).exists()
    assert Event.objects.filter(kind="moved_in", happened_on__gt=today - timedelta(days=365)).exists()
    assert set(TierHolding.objects.filter(tier="listed").values_list("enterprise__listed")) == {(True,)}


def test_some_report_their_figures_and_the_stories_are_told():
    patents = Figure.objects.standing().filter(enterprise__name__contains="行健", metric="invention_patents")
    returned = Event.objects.get(kind="returned")

    assert sum(row.value for row in patents) == 132
    assert (returned.enterprise.name, returned.case_owner.username) == ("浙江归岚科技集团有限公司", "leader")
    floor = Lease.objects.get(enterprise=returned.enterprise).space
    days = (returned.happened_on - timedelta(days=1), returned.happened_on, NOW.date())
    assert [Space.objects.on(day).get(pk=floor.pk).state for day in days] == ["vacant", "let", "let"]
    assert Listing.objects.shown().exists()
    assert MoveReport.objects.waiting().count() == 2
    assert "机器人整机产线" in {row.who for row in SpaceDemand.objects.open().unmet()}
    assert FigureProposal.objects.waiting().count() == 3
    assert not Figure.objects.filter(enterprise__listed=True).exists()
    assert Figure.objects.exclude(superseded_at=None).exists()


def test_the_portraits_of_enterprises_have_numbers_that_open():
    leader, year = user("leader"), str(NOW.year - 1)
    tags = {tag.name: tag for tag in ProfileTag.objects.visible_to(leader)}
    listed = talents.by_enterprise(leader, year)

    assert [row.name for row in profiles.having(Enterprise.objects.all(), tags["专利大户"], NOW.date())] == ["杭州行健外骨骼科技有限公司"]
    assert [row.name for row in profiles.having(Enterprise.objects.all(), tags["新近回归"], NOW.date())] == ["浙江归岚科技集团有限公司"]
    assert profiles.having(Enterprise.objects.all(), tags["科技型"], NOW.date()).exists()
    assert sum(talents.sums(listed).values()) == sum(row.total for row in listed) == max(5, round(portraits.TALENTS * 120 / places.FULL))
    assert set(LandGrade.objects.values_list("year", flat=True)) == {NOW.year - 1, NOW.year - 2}


def test_replaying_the_lines_gives_the_state():
    for grievance in Grievance.objects.prefetch_related("transitions"):
        lines = sorted(grievance.transitions.all(), key=lambda line: line.seq)
        state = "draft"
        for line in lines:
            assert line.from_state == state
            state = line.to_state
        assert state == grievance.state
        assert [line.seq for line in lines] == list(range(1, grievance.version + 1))
        assert all(earlier.at <= later.at for earlier, later in zip(lines, lines[1:], strict=False))
        assert all(line.at <= NOW for line in lines)


def test_every_open_ticket_has_an_owner_and_a_due_time():
    open_ones = Grievance.objects.open()

    assert open_ones.count() > 30
    assert not open_ones.filter(Q(assignee=None) | Q(next_due_at=None) | Q(promise_due_at=None)).exists()


def test_texts_use_full_width_punctuation():
    texts = [text for row in Grievance.objects.values_list("title", "body", "reply", "basis") for text in row]
    texts += Transition.objects.values_list("note", flat=True)
    texts += Rating.objects.values_list("comment", flat=True)

    assert [text for text in texts if HALF_WIDTH.search(text)] == []


def test_the_queues_look_alive():
    desks = [Grievance.objects.open().filter(assignee=user(name)) for name in ("specialist", "specialist2")]

    assert all(10 <= desk.count() <= 40 for desk in desks)
    assert all(desk.filter(next_due_at__date=NOW.date()).exists() for desk in desks)
    assert Grievance.objects.overdue(NOW).exists()
    assert Grievance.objects.filter(state="returned").exists()


def test_the_street_sees_believable_figures():
    answered = Grievance.objects.filter(answered_at__isnull=False, state__in=("closed", "rated"))
    on_time = answered.filter(answered_at__lte=F("promise_due_at")).count() / answered.count()

    assert on_time > 0.85
    assert Grievance.objects.visible_to(user("street")).count() == Grievance.objects.count()


def test_tickets_of_the_second_community_stay_there():
    other = user("other")

    seen = Grievance.objects.visible_to(other)

    assert seen.open().filter(assignee=other).exists()
    assert not seen.exclude(community__code="QH").exists()


def story(case) -> Grievance:
    return Grievance.objects.get(title=case.title)


def actions(grievance: Grievance, username: str) -> set[str]:
    return {action.code for action in workflow.available(grievance, user(username), NOW)}


def test_the_unpaid_fees_wait_for_the_law_firm_to_finish():
    grievance = story(stories.UNPAID)

    assert grievance.state == "in_progress"
    assert grievance.unit.code == "CW-01"
    assert grievance.enterprise.name == "杭州澄视数字视觉有限公司"
    assert "finish" in actions(grievance, "partner")
    assert Grievance.objects.visible_to(user("enterprise")).filter(pk=grievance.pk).exists()
    assert not Grievance.objects.visible_to(user("enterprise2")).filter(pk=grievance.pk).exists()


def test_of_forty_three_fees_twenty_three_are_back_and_the_lawyer_came_the_next_day():
    grievance = story(stories.UNPAID)
    found = line_items.totals(grievance)
    visit = site_visits.of_ticket(grievance)

    assert (found.count, found.recovered, found.amount_yuan) == (43, 23, 1_286_000)
    assert 0 < found.recovered_yuan < found.amount_yuan
    assert visit.made_at <= visit.due_at


@pytest.mark.parametrize("item", ["ZL03", "GS05"])
def test_what_the_employee_filed_is_found_by_nobody_of_the_employer(item):
    mine = Grievance.objects.visible_to(user("employee")).filter(service_item__code=item, personal=True)

    assert mine.exists()
    for username in ("enterprise", "steward", "park"):
        assert not Grievance.objects.visible_to(user(username)).filter(pk__in=mine.values("pk")).exists()


def test_the_lockers_wait_for_the_specialist_to_tell_the_enterprise():
    grievance = story(stories.LOCKERS)

    assert grievance.state == "awaiting_feedback"
    assert grievance.filed_by.username == "steward"
    assert grievance.handler.username == "park"
    assert "feed-back" in actions(grievance, "specialist3")


def test_the_young_founder_is_on_working_day_nine_of_ten():
    grievance = story(stories.SETTLING_IN)
    calendar = workdays.calendar(grievance.community.hours())
    accepted_on = timezone.localtime(grievance.accepted_at).date()

    assert workdays.nth_workday(accepted_on, 9, calendar=calendar).on == NOW.date()
    assert grievance.policy["workdays"] == 10
    assert "finish" in actions(grievance, "specialist")
    assert grievance.promise_due_at > NOW


def test_poor_ratings_are_followed_up():
    poor = Rating.objects.filter(result__lte=2, at__lt=NOW - timedelta(days=5)).values("grievance")

    assert not FollowUp.objects.filter(grievance__in=poor, kind=FollowUp.Kind.POOR_RATING, state="to_contact").exists()


def test_partner_firms_have_agreements_and_one_has_run_out():
    assert Unit.objects.usable(NOW.date()).filter(code="CW-01", community__code="MC").exists()
    assert not Unit.objects.usable(NOW.date()).filter(code="CW-03", community__code="MC").exists()


def test_nobody_filed_before_taking_up_a_post():
    first = Grievance.objects.order_by("created_at").first()

    assert not Post.objects.filter(from_at__gt=first.created_at).exists()


def test_some_enterprises_are_watched_and_one_lowering_waits_for_a_second_person():
    levels = set(Flag.objects.open().values_list("level", flat=True))

    assert Flag.objects.count() >= 12
    assert {Level.RED, Level.YELLOW} <= levels
    assert Flag.objects.filter(ended_at__isnull=False).exists()
    assert Lowering.objects.pending().filter(flag__enterprise__community__code="MC").count() == 1
    assert not Lowering.objects.filter(decided_by=F("asked_by")).exists()
    assert not Flag.objects.filter(raised_at__gt=NOW).exists()


def test_three_stories_at_the_door_leave_one_step_each():
    grid = user("grid")
    founder = Task.objects.open().get(enterprise__legal_person=door_stories.FOUNDER)
    gone = Task.objects.open().get(attempts=2)
    need = Need.objects.get(visit__people__0__name=door_stories.ROBOT_MAKER)

    assert founder in Task.objects.visible_to(grid)
    assert founder.assignee == grid
    assert founder.enterprise.activation_codes.get().used_at is None
    assert list(gone.visits.exclude(result="met").order_by("visited_at").values_list("result", flat=True)) == ["nobody", "not_there"]
    assert gone in Task.objects.visible_to(grid)
    assert (need.grievance.state, need.grievance.channel) == (State.ACCEPTED, "visit")


def test_most_of_what_was_owed_was_paid_and_some_is_owed_today():
    paid, open_still = Reason.objects.exclude(settled_by=None).count(), Reason.objects.open().count()

    assert paid > 2 * open_still > 0
    assert not Task.objects.open().exclude(enterprise__in=Reason.objects.open().values("enterprise")).exists()


def test_of_two_rumours_one_was_true_and_visited_the_next_day_and_beside_it_stands_a_false_alarm():
    told = Flag.objects.filter(source="rule", kind="wages", ended_at__isnull=False)
    stories = told.filter(enterprise__community__code="MC").order_by("raised_at")

    assert [flag.verdict for flag in stories] == ["resolved", "false_alarm"]
    for flag in stories:
        step = flag.levels.get(level=0)
        assert (flag.level, step.by != step.confirmed_by) == (3, True)
        seen_on = {visit.visited_on for visit in flag.enterprise.visits.all()}
        assert any(0 < (day - flag.raised_at.date()).days <= 4 and day <= flag.ended_at.date() for day in seen_on)


def test_the_rules_have_gone_over_everything_once():
    from community.models import Community
    from risks.watch import watch

    assert Flag.objects.open().filter(source="rule").exists()
    for place in Community.objects.all():
        assert watch(place, NOW).findings == 0


def test_a_round_is_published_another_under_objection_and_one_indicator_would_change_the_grade_of_a_park():
    assert list(Round.objects.order_by("period").values_list("state", flat=True)) == ["published", "shown"]
    shown = Round.objects.get(state="shown")
    assert shown.objections_until_at > NOW
    assert list(Objection.objects.waiting().values_list("park__name", flat=True)) == ["梦想天地"]
    results = Result.objects.select_related("round", "park", "grade").filter(round=shown)
    told = [(result, option.next) for result in results for option in reading.card(result, user("leader")).options]

    assert reading.card(results.get(park__name="梦想天地"), user("park")).spread is not None
    assert any(move is not None and move.standing.grade < result.grade.place for result, move in told)
