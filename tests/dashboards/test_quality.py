"""What the files lack: each check counts its own list, is met when mended, and stays within its reader's sight."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

import community
from audit.models import Entry
from community.kinds import PostKind
from dashboards.models import Confirmation, ConfirmationKind
from dashboards.quality.checks import CHECKS, figures, offered
from dashboards.quality.mending import mend
from dashboards.quality.sight import READERS, Sight, Subject
from enterprises import registry
from enterprises.models import Enterprise, FormerName, Tenancy
from parks.unplaced import unplaced_building, unplaced_park
from tests import make
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

pytestmark = pytest.mark.django_db

NOW = make.WEDNESDAY
LATER = NOW + timedelta(days=800)
WHOLE = {
    "industry_code": "6513", "size_class": "micro", "legal_person": "李小军", "staff_count": 8, "address": "梦想路 1 号",
    "established_on": NOW.date(),
}  # fmt: skip


@pytest.fixture
def town():
    """A community in which nothing is wrong: one park with grid, steward and operator, one whole enterprise with a manager."""
    return Town()


class Town:
    def __init__(self, street=None):
        self.community = make.community(street=street)
        self.grid = make.grid(community=self.community)
        self.operator = make.unit(community=self.community, kind="operator", name="园区运营公司")
        self.park = make.park(grid=self.grid, operator=self.operator)
        self.building = make.building(park=self.park)
        make.steward_post(park=self.park)
        self.firm = self.enter()
        self.leader = self.somebody(PostKind.LEADER)
        self.specialist = self.somebody(PostKind.SPECIALIST)
        self.street = self.somebody(PostKind.STREET)
        self.grid_staff = self.somebody(PostKind.GRID_STAFF, grid=self.grid)

    def somebody(self, kind, **facts):
        return make.somebody(kind, community=self.community, **facts)

    def enter(self, *, manager=True, building=None, **facts):
        found = make.enterprise(building=building or self.building, **(WHOLE | facts))
        if manager:
            make.manager(enterprise=found)
        return found


def wrong_code():
    """A code with a wrong check character, as a list from before may have it."""
    code = make.uscc()
    return code[:-1] + ("1" if code[-1] != "1" else "2")


def counts(user, now=NOW):
    return {figure.check.code: figure.counted for figure in figures(Sight(user, now)) if figure.counted}


def rows(user, code, now=NOW):
    return list(CHECKS[code].rows(Sight(user, now)).order_by("pk"))


def wrong_in_every_way(town):
    """One thing for each check; answers code → the rows at fault."""
    bare_park = make.park(community=town.community, name="无人园")
    bare_building = make.building(park=bare_park)
    gridless = town.enter(building=bare_building)
    waiting = town.enter(building=unplaced_building(unplaced_park(town.community)))
    placeless, gone = town.enter(), town.enter()
    Tenancy.objects.filter(enterprise=placeless).delete()
    Tenancy.objects.filter(enterprise=gone).update(until_on=NOW.date())
    doubtful = town.enter(code=wrong_code(), accept_warning=True)
    old = town.enter(code=f"3301060{town.community.pk:08d}", accept_warning=True)
    twins = [town.enter(name="杭州（澄视）科技有限公司"), town.enter(name="杭州(澄视)科技 有限公司")]
    heir, renamed = town.enter(name="杭州旧名有限公司"), town.enter(name="杭州新名有限公司")
    FormerName.objects.create(enterprise=renamed, name="杭州旧名有限公司")
    bare = {
        "industry": "industry_code", "size-class": "size_class", "established": "established_on", "legal-person": "legal_person",
        "staff-count": "staff_count", "address": "address",
    }  # fmt: skip
    lacking = {code: [town.enter(**{field: None if field in ("established_on", "staff_count") else ""})] for code, field in bare.items()}
    return lacking | {
        "park-grid": [bare_park], "park-steward": [bare_park], "park-operator": [bare_park], "building-grid": [bare_building],
        "enterprise-grid": [gridless], "enterprise-steward": [gridless], "enterprise-waiting": [waiting],
        "enterprise-place": [placeless, gone], "gone": [gone], "manager": [town.enter(manager=False)],
        "doubtful-code": [doubtful], "old-number": [old], "same-name": twins, "former-name": [heir, renamed],
    }  # fmt: skip


def test_a_community_in_good_order_has_nothing_to_mend(town):
    for reader in (town.leader, town.specialist, town.street, town.grid_staff):
        assert counts(reader) == {}


def test_each_check_finds_what_is_wrong_and_nothing_else(town):
    wrong = wrong_in_every_way(town)

    assert {code: rows(town.leader, code) for code in wrong} == {
        code: sorted(found, key=lambda row: row.pk) for code, found in wrong.items()
    }
    assert set(wrong) | {"stale"} == set(CHECKS)


@pytest.mark.parametrize("reader", ["leader", "specialist", "street", "grid_staff"])
def test_every_number_is_the_length_of_its_list(town, reader):
    wrong_in_every_way(town)
    sight = Sight(getattr(town, reader), LATER)

    for figure in figures(sight):
        assert figure.counted == len(list(figure.check.rows(sight)))
        assert figure.base == figure.check.base(sight).count()
        assert figure.counted <= figure.base


def test_only_what_nobody_looks_after_has_a_target_and_it_is_nought(town):
    found = {figure.check.code: figure for figure in figures(Sight(town.leader, NOW))}

    assert {code for code, figure in found.items() if figure.check.target == 0} == {
        code for code in CHECKS if CHECKS[code].group == "unattended"
    }
    assert found["park-grid"].is_met
    assert found["industry"].is_met is None
    assert str(found["industry"].share) == "0.0"


def test_nobody_is_shown_another_community(town):
    other = Town()
    wrong_in_every_way(other)

    for reader in (town.leader, town.specialist, town.street, town.grid_staff):
        assert counts(reader) == {}


def test_the_street_sees_all_its_communities(town):
    other = Town(street=town.community.street)
    wrong_in_every_way(other)

    assert counts(town.street) == counts(other.leader)


def test_a_firm_of_the_same_name_in_another_community_is_not_told(town):
    other = Town(street=town.community.street)
    town.enter(name="杭州同名有限公司")
    other.enter(name="杭州同名有限公司")

    assert rows(town.leader, "same-name") == []
    assert len(rows(town.street, "same-name")) == 2


def test_grid_staff_are_asked_about_their_own_grid_only_and_never_about_staff_counts(town):
    elsewhere = make.park(grid=make.grid(community=town.community, name="第二网格"))
    town.enter(building=make.building(park=elsewhere), industry_code="", manager=False)
    mine = town.enter(industry_code="", staff_count=None)
    codes = {check.code for check in offered(Sight(town.grid_staff, NOW))}

    assert rows(town.grid_staff, "industry") == [mine]
    assert counts(town.grid_staff) == {"industry": 1}
    assert not {"staff-count", "park-grid", "building-grid", "enterprise-grid", "enterprise-place"} & codes


def test_who_holds_a_grid_and_a_community_elsewhere_learns_no_staff_count_of_the_grid(town):
    other = Town()
    make.post(PostKind.GRID_STAFF, user=town.leader, community=other.community, grid=other.grid)
    community.attach(town.leader, NOW)
    other.enter(staff_count=None, industry_code="")

    assert counts(town.leader) == {"industry": 1}


@pytest.mark.parametrize("kind", [kind for kind in PostKind if kind not in READERS])
def test_other_posts_have_no_rows(town, kind):
    person = make.somebody(kind, community=town.community)

    assert all(not Sight(person, NOW).rows(subject).exists() for subject in Subject)


def test_who_has_moved_out_is_nobodys_care(town):
    bare = town.enter(industry_code="", manager=False)

    registry.move_out(bare, at=NOW, by=None)

    assert counts(town.leader) == {}


def test_a_steward_who_has_left_is_missed_the_same_minute(town):
    community.leave(town.park.park_posts.get().post, at=NOW, by=None)

    assert counts(town.leader) == {"park-steward": 1, "enterprise-steward": 1}


def test_a_dossier_is_stale_a_year_after_the_last_change_or_confirmation(town):
    assert rows(town.leader, "stale", LATER) == [town.firm]
    community.attach(town.leader, LATER)

    mend(CHECKS["stale"], town.firm.pk, {}, sight=Sight(town.leader, LATER))

    assert rows(town.leader, "stale", LATER + timedelta(days=360)) == []
    assert rows(town.leader, "stale", LATER + timedelta(days=370)) == [town.firm]
    assert Entry.objects.filter(action="data_confirmed", target=f"enterprise:{town.firm.uscc}").count() == 1


def test_two_firms_told_apart_are_asked_about_again_when_a_third_comes(town):
    one, other = town.enter(name="杭州同名有限公司"), town.enter(name="杭州同名有限公司")

    mend(CHECKS["same-name"], other.pk, {"others": [one.pk]}, sight=Sight(town.leader, NOW))

    assert rows(town.leader, "same-name") == []
    third = town.enter(name="杭州同名有限公司")
    assert Sight(town.leader, NOW).namesakes == {one.pk: [third.pk], other.pk: [third.pk], third.pk: [one.pk, other.pk]}


def test_only_firms_that_were_shown_are_told_apart(town):
    one, other = town.enter(name="杭州同名有限公司"), town.enter(name="杭州同名有限公司")

    with pytest.raises(StateConflict, match="有变化"):
        mend(CHECKS["same-name"], one.pk, {"others": [town.firm.pk]}, sight=Sight(town.leader, NOW))

    assert rows(town.leader, "same-name") == [one, other]


def test_every_deed_takes_the_row_off_its_list(town):
    wrong = wrong_in_every_way(town)
    facts = {
        "grid": town.grid.pk, "operator": town.operator.pk, "building": town.building.pk, "uscc": make.uscc(), "industry_code": "6513",
        "size_class": "small", "established_on": NOW.date(), "legal_person": "王芳", "staff_count": 3, "address": "云帆路 9 号",
    }  # fmt: skip
    for code, found in wrong.items():
        check, row = CHECKS[code], found[0]
        if check.mend in ("steward", "manager") or row not in rows(town.leader, code):
            continue
        told = facts | {"uscc": make.uscc(), "others": [each.pk for each in found]}

        mend(check, row.pk, told, sight=Sight(town.leader, NOW))

        assert row not in rows(town.leader, code), code


def test_the_deed_is_written_in_the_trail(town):
    park = make.park(community=town.community)

    mend(CHECKS["park-grid"], park.pk, {"grid": town.grid.pk}, sight=Sight(town.leader, NOW))
    mend(CHECKS["park-operator"], park.pk, {"operator": town.operator.pk}, sight=Sight(town.leader, NOW))

    assert list(Entry.objects.filter(target=f"park:{park.code}").order_by("pk").values_list("action", "by")) == [
        ("park_reassigned", town.leader.pk),
        ("edit", town.leader.pk),
    ]


def test_giving_a_grid_to_a_park_mends_its_buildings_and_tenants(town):
    park = make.park(community=town.community)
    firm = town.enter(building=make.building(park=park))

    mend(CHECKS["enterprise-grid"], firm.pk, {"grid": town.grid.pk}, sight=Sight(town.leader, NOW))

    assert not {"park-grid", "building-grid", "enterprise-grid"} & set(counts(town.leader))


@pytest.mark.parametrize("reader", ["street", "grid_staff"])
def test_the_street_and_the_grids_read_only(town, reader):
    firm = town.enter(industry_code="")

    with pytest.raises(NotYours):
        mend(CHECKS["industry"], firm.pk, {"industry_code": "6513"}, sight=Sight(getattr(town, reader), NOW))


def test_what_is_out_of_sight_is_not_there(town):
    firm = Town().enter(industry_code="")

    with pytest.raises(NotFound):
        mend(CHECKS["industry"], firm.pk, {"industry_code": "6513"}, sight=Sight(town.leader, NOW))


def test_what_is_mended_already_is_not_mended_again(town):
    with pytest.raises(StateConflict, match="已经处理过"):
        mend(CHECKS["industry"], town.firm.pk, {"industry_code": "6511"}, sight=Sight(town.leader, NOW))

    assert Enterprise.objects.get(pk=town.firm.pk).industry_code == "6513"


def test_a_place_or_a_grid_of_another_community_is_not_to_be_had(town):
    other = Town()
    park, firm = make.park(community=town.community), town.enter(building=unplaced_building(unplaced_park(town.community)))

    for code, row, facts in (("park-grid", park, {"grid": other.grid.pk}), ("enterprise-waiting", firm, {"building": other.building.pk})):
        with pytest.raises(FactsMissing):
            mend(CHECKS[code], row.pk, facts, sight=Sight(town.leader, NOW))


def test_nobody_is_moved_from_one_waiting_place_to_another(town):
    firm = town.enter(building=unplaced_building(unplaced_park(town.community)))

    with pytest.raises(FactsMissing):
        mend(CHECKS["enterprise-waiting"], firm.pk, {"building": unplaced_building(town.park).pk}, sight=Sight(town.leader, NOW))


def test_an_empty_or_wrong_fact_is_refused_and_nothing_changes(town):
    firm, doubtful = town.enter(legal_person=""), town.enter(code=wrong_code(), accept_warning=True)

    with pytest.raises(FactsMissing):
        mend(CHECKS["legal-person"], firm.pk, {"legal_person": ""}, sight=Sight(town.leader, NOW))
    with pytest.raises(ValidationError, match="已经登记"):
        mend(CHECKS["doubtful-code"], doubtful.pk, {"uscc": town.firm.uscc}, sight=Sight(town.leader, NOW))

    assert rows(town.leader, "legal-person") == [firm]
    assert rows(town.leader, "doubtful-code") == [doubtful]


def test_the_number_of_queries_does_not_grow(town):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            figures(Sight(town.leader, NOW))
        return len(queries)

    wrong_in_every_way(town)
    before = asked()
    wrong_in_every_way(Town(street=town.community.street))
    for _ in range(5):
        town.enter(industry_code="", name="杭州同名有限公司")

    assert asked() == before <= 8


def test_the_database_refuses_a_confirmation_that_makes_no_sense(town):
    other = town.enter()
    kept = {"at": NOW, "by": town.leader}
    for kind, one, two in (
        (ConfirmationKind.FRESH, town.firm, other),
        (ConfirmationKind.APART, town.firm, None),
        (ConfirmationKind.APART, other, town.firm),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Confirmation.objects.create(kind=kind, enterprise=one, other=two, **kept)
    Confirmation.objects.create(kind=ConfirmationKind.FRESH, enterprise=other, **kept)

    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.create(kind=ConfirmationKind.FRESH, enterprise=other, **kept)


def test_confirmations_are_seen_with_their_enterprises(town):
    other = Town()
    Confirmation.objects.create(kind=ConfirmationKind.FRESH, enterprise=town.firm, at=NOW, by=town.leader)

    assert Confirmation.objects.visible_to(town.leader).count() == 1
    assert Confirmation.objects.visible_to(other.leader).count() == 0
    assert Confirmation.objects.visible_to(make.somebody(PostKind.ADMIN, community=town.community)).count() == 0
