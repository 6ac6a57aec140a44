"""A prepared query answers what the queryset answers, at every moment, for every argument, in every thread."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q

from accounts.models import User
from community.models import Absence, Post
from tests import make
from wording.prepared import Prepared

NOW = make.WEDNESDAY


def on_duty(unit, at):
    return Post.objects.on_duty(at).filter(unit=unit).select_related("user", "community").order_by("pk")


@pytest.fixture
def here(db):
    return make.scene()


@pytest.fixture
def prepared():
    return Prepared(on_duty)


@pytest.mark.parametrize("days", [0, 1, 40])
def test_it_finds_what_the_queryset_finds_with_the_rows_that_come_along(days, prepared, here, django_assert_num_queries):
    at = NOW + timedelta(days=days)
    prepared(here.windows["ZL"].pk, NOW)
    for unit in here.windows.values():
        plain = list(on_duty(unit.pk, at))

        with django_assert_num_queries(1):
            found = prepared(unit.pk, at)
            assert [(post.user.username, post.community.name) for post in found] == [
                (post.user.username, post.community.name) for post in plain
            ]

        assert found == plain


def test_nothing_is_remembered_of_the_answers(prepared, here):
    window, post = here.windows["ZL"], Post.objects.get(user=here.specialist_zl)
    assert post in prepared(window.pk, NOW)

    Absence.objects.create(post=post, from_at=NOW, until_at=NOW + timedelta(days=1))

    assert post not in prepared(window.pk, NOW)
    assert post in prepared(window.pk, NOW + timedelta(days=1))


def test_the_day_of_a_moment_is_that_of_the_moment_asked_about(here):
    """An agreement that ends on a day: the queryset makes the date from the moment by itself."""
    firm = Post.objects.get(user=here.partner).unit
    firm.agreement_until_on = NOW.date()
    firm.save()
    prepared = Prepared(on_duty)

    assert [bool(prepared(firm.pk, NOW + timedelta(days=days))) for days in (0, 1)] == [True, False]


def test_values_come_as_they_do_from_the_queryset(here):
    prepared = Prepared(lambda name: User.objects.filter(username=name).values_list("pk", "name"))

    assert prepared(here.manager.username) == [(here.manager.pk, here.manager.name)]
    assert prepared("nobody") == []


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection():
    user = make.user()
    prepared = Prepared(lambda key: User.objects.filter(pk=key))

    def ask(_):
        try:
            return prepared(user.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(8))) == [[user]] * 8


@pytest.mark.parametrize(
    ("write", "argument"),
    [
        (lambda user: User.objects.filter(pk=user), None),
        (lambda users: User.objects.filter(pk__in=users), [1, 2]),
        (lambda user: User.objects.filter(pk=user + 1), 1),
        (lambda name: User.objects.filter(Q(name__contains=name)), "a"),
    ],
)
def test_what_would_change_the_sql_or_the_argument_is_refused_at_once(write, argument):
    with pytest.raises(AssertionError):
        Prepared(write)(argument)
