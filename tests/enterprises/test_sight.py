"""The whole product of post kinds × own and other × every scoped model of community, parks, enterprises and cultivation.

The world has two communities of one street and a third in another street. "Own" rows lie where the post is, and hang on its own enterprise,
park or grid; "near" rows lie in the same community beside it; "far" ones in the other community of the street; "foreign" ones in the other
street.
"""

from dataclasses import dataclass, field

import pytest

import community
from community.kinds import PostKind
from community.models import Absence, Community, ContactCard, Grid, Post, ProposalAnswer, Street, Unit
from cultivation.models import KeyListing, TierHolding
from enterprises import activation, consents, invitations, list_columns_for
from enterprises.columns import columns_for
from enterprises.models import (
    ActivationCode,
    Conflict,
    Consent,
    ConsentWaiver,
    EmployeeIdentity,
    Enterprise,
    Event,
    Figure,
    FigureProposal,
    FileCheck,
    FormerName,
    Invitation,
    LandGrade,
    Lease,
    MoveReport,
    OpeningRequest,
    ProfileTag,
    Qualification,
    Representative,
    SpaceDemand,
    Tenancy,
)
from parks.columns import columns_for as park_columns_for
from parks.models import Building, Listing, Occupancy, Park, ParkPost, Space, SpaceChange
from tests import make

AT = make.WEDNESDAY
PLACES = ("own", "near", "far", "foreign")
ENTERPRISE = (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER)
LOCAL = (PostKind.STEWARD, PostKind.OPERATOR, PostKind.GRID_LEADER, PostKind.GRID_STAFF, PostKind.GRID_PART_TIME)
WHOLE = (PostKind.SPECIALIST, PostKind.LEADER)

NOWHERE = frozenset()
OWN = frozenset({"own"})
COMMUNITY = frozenset({"own", "near"})
STREET = frozenset({"own", "near", "far"})


def everywhere_in(kind):
    """Places and organisation: the community of the post; the street for a post of the street."""
    return STREET if kind == PostKind.STREET else COMMUNITY


def business(kind):
    """What enterprises are: the whole community for specialists and leaders, one's own for the rest, nothing for partners, departments,
    auditors and admins."""
    if kind == PostKind.STREET:
        return STREET
    if kind in WHOLE:
        return COMMUNITY
    return OWN if kind in (*ENTERPRISE, PostKind.EMPLOYEE, *LOCAL) else NOWHERE


def spaces_let(kind):
    if kind == PostKind.STREET:
        return STREET
    return COMMUNITY if kind in WHOLE else OWN if kind in LOCAL else NOWHERE


def wanted(kind):
    """Whoever runs a park learns what is looked for in the community."""
    return COMMUNITY if kind == PostKind.OPERATOR else people(kind)


def spaces_offered(kind):
    seekers = (*ENTERPRISE, PostKind.EMPLOYEE, PostKind.PARTNER, PostKind.DEPARTMENT)
    return COMMUNITY if kind in seekers else spaces_let(kind)


def staff_only(kind):
    return STREET if kind == PostKind.STREET else COMMUNITY if kind in WHOLE else NOWHERE


def people(kind):
    """Managers and members of enterprises."""
    return OWN if kind in ENTERPRISE else staff_only(kind)


def asked_in(kind):
    return OWN if kind == PostKind.ENTERPRISE_MANAGER else staff_only(kind)


def carried(kind):
    """Codes: whoever makes them, carries them to the door or oversees it; the operator of a park does none of it."""
    return NOWHERE if kind in (*ENTERPRISE, PostKind.EMPLOYEE, PostKind.OPERATOR) else business(kind)


def on_file(kind):
    """What stands in the enterprise's file: whoever sees the enterprise, but not its employees."""
    return NOWHERE if kind == PostKind.EMPLOYEE else business(kind)


def watched(kind):
    """What staff notice and list: nobody of the enterprise, nor steward or operator."""
    return NOWHERE if kind in (*ENTERPRISE, PostKind.EMPLOYEE, PostKind.STEWARD, PostKind.OPERATOR) else business(kind)


def watched_or_own(kind):
    return OWN if kind in ENTERPRISE else watched(kind)


def of_staff(kind):
    """Tags: whoever sees a list of enterprises for a living; nobody of the enterprises."""
    if kind == PostKind.STREET:
        return STREET
    return COMMUNITY if kind in (*WHOLE, *LOCAL) else NOWHERE


def specialists(kind):
    return COMMUNITY if kind == PostKind.SPECIALIST else NOWHERE


def office(kind):
    return COMMUNITY if kind in WHOLE else NOWHERE


def leaders(kind):
    return COMMUNITY if kind == PostKind.LEADER else NOWHERE


def nobody(kind):
    return NOWHERE


#: (what, model, who sees it where); an employee of "own" is another employee than the one who asks.
RULES = [
    ("community", Community, lambda kind: STREET if kind == PostKind.STREET else COMMUNITY),
    ("grid", Grid, everywhere_in),
    ("unit", Unit, everywhere_in),
    ("specialist", Post, everywhere_in),
    ("absence", Absence, staff_only),
    ("contact_card", ContactCard, everywhere_in),
    ("proposal_answer", ProposalAnswer, leaders),
    ("park", Park, everywhere_in),
    ("building", Building, everywhere_in),
    ("space_let", Space, spaces_let),
    ("space_vacant", Space, spaces_let),
    ("space_offered", Space, spaces_offered),
    ("listing", Listing, spaces_offered),
    ("listing_withdrawn", Listing, spaces_let),
    ("listing_let", Listing, spaces_let),
    ("occupancy", Occupancy, spaces_let),
    ("space_change", SpaceChange, spaces_let),
    ("move_report", MoveReport, spaces_let),
    ("demand", SpaceDemand, wanted),
    ("demand_over", SpaceDemand, people),
    ("park_post", ParkPost, everywhere_in),
    ("enterprise", Enterprise, business),
    ("former_name", FormerName, business),
    ("tenancy", Tenancy, business),
    ("representative", Representative, people),
    ("employment", Representative, nobody),
    ("identity", EmployeeIdentity, office),
    ("invitation", Invitation, asked_in),
    ("conflict", Conflict, staff_only),
    ("activation_code", ActivationCode, carried),
    ("opening_request", OpeningRequest, specialists),
    ("consent", Consent, people),
    ("consent_waiver", ConsentWaiver, staff_only),
    ("moved_in", Event, on_file),
    ("new_shareholders", Event, watched_or_own),
    ("wants_to_leave", Event, watched),
    ("qualification", Qualification, on_file),
    ("lease", Lease, on_file),
    ("figure", Figure, people),
    ("figure_proposal", FigureProposal, people),
    ("file_check", FileCheck, people),
    ("land_grade", LandGrade, people),
    ("tag_by_facts", ProfileTag, of_staff),
    ("tag_by_figures", ProfileTag, staff_only),
    ("key_listing", KeyListing, watched),
    ("tier_holding", TierHolding, watched_or_own),
]


@dataclass
class World:
    rows: dict = field(default_factory=dict)
    users: dict = field(default_factory=dict)


def _furnish(world, where, place):
    grid = make.grid(community=place)
    operator = make.unit(community=place, kind="operator", name="运营公司")
    park = make.park(community=place, grid=grid, operator=operator)
    building = make.building(park=park)
    enterprise = make.enterprise(building=building)
    partner = make.unit(community=place, kind="partner", name="律师事务所")
    specialist = make.post(community=place)
    make.representative(enterprise=enterprise, role=PostKind.ENTERPRISE_MANAGER)
    invitation, _ = invitations.invite(enterprise, by=community.attach(specialist.user, AT), at=AT, name="王晓梅")
    employment = make.representative(enterprise=enterprise, role=PostKind.EMPLOYEE)
    world.rows[where] = {
        "community": place,
        "grid": grid,
        "unit": operator,
        "specialist": specialist,
        "absence": make.absence(specialist, from_at=AT, until_at=AT.replace(day=20)),
        "contact_card": ContactCard.objects.create(user=specialist.user, updated_at=AT),
        "proposal_answer": ProposalAnswer.objects.create(
            user=specialist.user, community=place, kind="silent", key="x", answer="taken", on=AT.date(), at=AT
        ),
        "park": park,
        "building": building,
        "space_let": make.space(building=building, state="let"),
        "space_vacant": make.space(building=building),
        "space_offered": make.listing(space=make.space(building=building)).space,
        "listing": make.listing(space=make.space(building=building)),
        "listing_withdrawn": make.listing(space=make.space(building=building), withdrawn_at=AT),
        "listing_let": make.listing(space=make.space(building=building, state="let")),
        "occupancy": make.occupancy(make.space(building=building)),
        "space_change": make.space_change(building=building),
        "move_report": make.move_report(building=building, by=specialist.user),
        "demand": make.demand(enterprise=enterprise, by=specialist.user),
        "demand_over": make.demand(enterprise=enterprise, by=specialist.user, closed_at=AT, closed_by=specialist.user, outcome="found"),
        "park_post": make.steward_post(park=park).park_post,
        "enterprise": enterprise,
        "former_name": FormerName.objects.create(enterprise=enterprise, name="旧名"),
        "tenancy": enterprise.tenancies.get(),
        "representative": make.representative(enterprise=enterprise),
        "employment": employment,
        "identity": EmployeeIdentity.objects.create(representative=employment, registered_at=AT),
        "invitation": invitation,
        "conflict": make.conflict(unit=partner, enterprise=enterprise),
        "activation_code": activation.issue(make.enterprise(building=building), by=specialist.user, at=AT)[0],
        "opening_request": make.opening_request(enterprise=enterprise),
        "consent": Consent.objects.create(enterprise=enterprise, given=True, version=consents.VERSION, by=specialist.user, at=AT),
        "consent_waiver": ConsentWaiver.objects.create(enterprise=enterprise, number="MC261118-000001", unit=partner, at=AT),
        "moved_in": make.event("moved_in", enterprise=enterprise),
        "new_shareholders": make.event("shareholders_changed", enterprise=enterprise),
        "wants_to_leave": make.event("intends_to_leave", enterprise=enterprise),
        "qualification": make.qualification(enterprise=enterprise),
        "lease": make.lease(enterprise=enterprise),
        "figure": make.figure(enterprise=enterprise),
        "figure_proposal": make.figure_proposal(enterprise=enterprise, by=specialist.user),
        "file_check": make.file_check(enterprise=enterprise, by=specialist.user),
        "land_grade": make.land_grade(enterprise=enterprise),
        "tag_by_facts": make.profile_tag(community=place, name=where),
        "tag_by_figures": make.profile_tag("at_least", {"metric": "revenue", "amount": 1}, community=place, name=f"{where}2"),
        "key_listing": make.key_listing(enterprise=enterprise),
        "tier_holding": make.tier_holding(enterprise=enterprise),
    }


def _user(world, kind):
    own = world.rows["own"]
    place = own["community"]
    if kind == PostKind.ENTERPRISE_MANAGER:
        user = Representative.objects.get(enterprise=own["enterprise"], role=kind).post.user
        return community.attach(user, AT)
    if kind == PostKind.ENTERPRISE_MEMBER:
        return make.member(enterprise=own["enterprise"])
    if kind == PostKind.EMPLOYEE:
        return make.employee(enterprise=own["enterprise"])
    if kind == PostKind.STEWARD:
        return make.steward(park=own["park"])
    if kind == PostKind.OPERATOR:
        return make.operator(unit=own["unit"])
    if kind in LOCAL:
        return make.somebody(kind, community=place, grid=own["grid"])
    if kind == PostKind.STREET:
        return make.somebody(kind, street=place.street)
    return make.somebody(kind, community=place)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    from django.db import transaction

    with django_db_blocker.unblock():
        undo = transaction.atomic()
        undo.__enter__()
        street = make.street()
        here = make.community(street=street)
        world = World()
        _furnish(world, "own", here)
        _furnish(world, "near", here)
        _furnish(world, "far", make.community(street=street, name="另一社区"))
        _furnish(world, "foreign", make.community(name="别的街道的社区"))
        world.users = {kind: _user(world, kind) for kind in PostKind}
        yield world
        transaction.set_rollback(True)
        undo.__exit__(None, None, None)


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
@pytest.mark.parametrize(("what", "model", "rule"), RULES, ids=[row[0] for row in RULES])
def test_everybody_sees_what_the_matrix_says_and_nothing_else(world, django_db_blocker, what, model, rule, kind):
    with django_db_blocker.unblock():
        user = world.users[kind]
        wanted = {where: where in rule(kind) for where in PLACES}

        seen = {where: model.objects.visible_to(user).filter(pk=world.rows[where][what].pk).exists() for where in PLACES}

        assert seen == wanted


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
def test_columns_are_given_for_exactly_what_is_in_sight(world, django_db_blocker, kind):
    with django_db_blocker.unblock():
        user = world.users[kind]

        for where in PLACES:
            assert bool(columns_for(user, world.rows[where]["enterprise"])) == (where in business(kind))
            assert bool(park_columns_for(user, world.rows[where]["park"])) == (where in everywhere_in(kind))


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
def test_a_user_with_this_post_only_reads_the_same_columns_in_a_list_as_in_the_file(world, django_db_blocker, kind):
    with django_db_blocker.unblock():
        user = world.users[kind]

        assert list_columns_for(user) == columns_for(user, world.rows["own"]["enterprise"])


@pytest.mark.parametrize(
    ("column", "readers"),
    [
        ("figures", {*ENTERPRISE, *WHOLE, PostKind.STREET}),
        ("staff_count", {*ENTERPRISE, *WHOLE, PostKind.STREET}),
        ("contact_phone", {*ENTERPRISE, *WHOLE, PostKind.STREET, *(kind for kind in LOCAL if kind.startswith("grid"))}),
        ("risk", {*WHOLE, PostKind.STREET, *(kind for kind in LOCAL if kind.startswith("grid"))}),
        ("conflicts", {*WHOLE, PostKind.STREET}),
        ("rent", {*ENTERPRISE, *WHOLE, PostKind.STREET, PostKind.OPERATOR, *(kind for kind in LOCAL if kind.startswith("grid"))}),
    ],
)
def test_a_confidential_column_has_exactly_these_readers(world, django_db_blocker, column, readers):
    with django_db_blocker.unblock():
        enterprise = world.rows["own"]["enterprise"]

        assert {kind for kind in PostKind if column in columns_for(world.users[kind], enterprise)} == readers


@pytest.mark.parametrize(
    "model", sorted({row[1] for row in RULES} | {Street}, key=lambda model: model.__name__), ids=lambda model: model.__name__
)
def test_somebody_without_a_post_sees_nothing_and_one_whose_posts_are_not_attached_is_a_bug(world, django_db_blocker, model):
    with django_db_blocker.unblock():
        stranger = make.user()
        with pytest.raises(community.PostsNotAttached):
            model.objects.visible_to(stranger)

        assert not model.objects.visible_to(community.attach(stranger, AT)).exists()


def test_every_scoped_model_is_in_the_matrix():
    from django.apps import apps

    scoped = {
        model
        for label in ("community", "parks", "enterprises", "cultivation")
        for model in apps.get_app_config(label).get_models()
        if hasattr(model.objects.all(), "visible_to")
    }

    assert scoped == {row[1] for row in RULES} | {Street}


def test_the_street_is_shown_to_whoever_has_a_post_in_it(world, django_db_blocker):
    with django_db_blocker.unblock():
        for user in world.users.values():
            assert list(Street.objects.visible_to(user)) == [world.rows["own"]["community"].street]
