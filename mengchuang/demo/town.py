"""A community in the making: its rows by the names the plans use, and how big it is to be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from accounts.models import User
from community import attach
from community.models import Community, Grid, Post, Unit
from enterprises.models import Enterprise, Tenancy
from mengchuang.demo import places
from mengchuang.demo.names import mobile
from mengchuang.demo.organisation import PostPlan
from mengchuang.demo.places import ParkPlan, Room
from parks.models import Building, Park

MONTHS = 18
# Everybody was in post before the first ticket came.
POSTS_SINCE = timedelta(days=30 * (MONTHS + 3))


@dataclass(frozen=True)
class Size:
    """How much of everything; `managers` and `employees` are people of enterprises who can file."""

    parks: tuple[ParkPlan, ...]
    enterprises: int
    tickets: int
    managers: int
    employees: int
    second: int

    @property
    def is_small(self) -> bool:
        return self.enterprises < places.FULL


def full(tickets: int) -> Size:
    return Size(places.parks(), places.FULL, tickets, managers=620, employees=160, second=places.SECOND_COMMUNITY)


def small(tickets: int) -> Size:
    return Size(places.small_parks(), 120, tickets, managers=40, employees=16, second=16)


@dataclass
class Town:
    """One community with its rows; enterprises by serial. `now` is when the demo was made."""

    community: Community
    now: datetime
    phones: Iterator[int]
    users: dict[str, User]
    units: dict[str, Unit] = field(default_factory=dict)
    grids: dict[int, Grid] = field(default_factory=dict)
    parks: dict[str, Park] = field(default_factory=dict)
    buildings: dict[tuple[str, int], Building] = field(default_factory=dict)
    posts: list[PostPlan] = field(default_factory=list)
    rooms: dict[int, Room] = field(default_factory=dict)
    enterprises: dict[int, Enterprise] = field(default_factory=dict)
    tenancies: dict[int, Tenancy] = field(default_factory=dict)
    managers: dict[int, User] = field(default_factory=dict)
    employees: list[tuple[int, User]] = field(default_factory=list)

    @property
    def since(self) -> datetime:
        return self.now - POSTS_SINCE

    def holders(self, kind: str, *, unit: str = "", grid: int | None = None, park: str = "") -> list[User]:
        """People in post, in the order of the plans; posts that have ended do not count."""
        return [
            self.acting(plan.username)
            for plan in self.posts
            if plan.kind == kind
            and not plan.ended
            and (not unit or plan.unit == unit)
            and (grid is None or plan.grid == grid)
            and (not park or plan.park == park)
        ]

    def acting(self, username: str) -> User:
        """The person with the posts held when the demo was made; all of them reach back before the first ticket."""
        user = self.users[username]
        return user if hasattr(user, "posts") else attach(user, self.now)

    def attach_all(self) -> None:
        """What `acting` would read person by person, in one go and tied to the rows at hand."""
        units = {unit.pk: unit for unit in self.units.values()}
        grids = {grid.pk: grid for grid in self.grids.values()}
        for unit in units.values():
            if unit.grid_id:
                unit.grid = grids[unit.grid_id]
        posts: dict[int, list[Post]] = {}
        here = Q(community=self.community) | Q(street=self.community.street_id)
        for post in Post.objects.effective(self.now).filter(here).order_by("from_at", "pk"):
            post.community = self.community if post.community_id else None
            post.street = self.community.street if post.street_id else None
            post.unit, post.grid = units.get(post.unit_id), grids.get(post.grid_id)
            posts.setdefault(post.user_id, []).append(post)
        for user in self.users.values():
            if user.pk in posts:
                user.posts = tuple(posts[user.pk])

    def enrol(self, names: dict[str, str]) -> None:
        """Write the users of these usernames; only demo accounts ever get a password that opens anything."""
        unusable = make_password(None)
        for username, name in names.items():
            if username not in self.users:
                self.users[username] = User(
                    username=username,
                    name=name,
                    password=unusable,
                    privacy_accepted_at=self.since,
                    password_changed_at=self.since,
                    date_joined=self.since,
                )
        fresh = [self.users[username] for username in names if self.users[username].pk is None]
        for user in fresh:
            user.phone = mobile(next(self.phones))
        User.objects.bulk_create(fresh)

    def look_up_places(self) -> None:
        """The main places of the enterprises that file, tied to the rows at hand, so that no ticket has to read them again."""
        grids = {grid.pk: grid for grid in self.grids.values()}
        parks = {park.pk: park for park in self.parks.values()}
        houses = {house.pk: house for house in Building.objects.filter(park__community=self.community)}
        for park in parks.values():
            park.grid = grids[park.grid_id]
        for house in houses.values():
            house.park = parks[house.park_id]
        filing = {serial: self.enterprises[serial] for serial in (*self.managers, *(serial for serial, _ in self.employees))}
        rows = {row.enterprise_id: row for row in Tenancy.objects.filter(enterprise__in=filing.values(), is_main=True)}
        for serial, enterprise in filing.items():
            enterprise.community = self.community
            tenancy = self.tenancies[serial] = rows[enterprise.pk]
            tenancy.building = houses[tenancy.building_id]
