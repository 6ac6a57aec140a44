from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

import community
from community.kinds import PostKind
from community.models import Post
from tests import make
from wording.errors import StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY


def test_a_post_counts_from_its_first_second_until_just_before_its_last():
    post = make.post(at=AT, until_at=AT + timedelta(hours=1))

    assert community.posts_of(post.user, AT - timedelta(seconds=1)) == ()
    assert community.posts_of(post.user, AT) == (post,)
    assert community.posts_of(post.user, AT + timedelta(minutes=59, seconds=59)) == (post,)
    assert community.posts_of(post.user, AT + timedelta(hours=1)) == ()


def test_somebody_switched_off_holds_no_post():
    post = make.post()
    post.user.is_active = False

    assert community.posts_of(post.user, AT) == ()


def test_a_partner_whose_agreement_has_run_out_holds_no_post():
    firm = make.unit(kind="partner", agreement_from_on=date(2026, 1, 1), agreement_until_on=date(2026, 11, 17))
    post = make.post(PostKind.PARTNER, community=firm.community, unit=firm)

    assert community.posts_of(post.user, AT - timedelta(days=1)) == (post,)
    assert community.posts_of(post.user, AT) == ()


def test_asking_about_posts_nobody_attached_is_a_bug_and_not_an_empty_answer():
    with pytest.raises(community.PostsNotAttached):
        community.held(make.user())


def test_held_picks_posts_by_kind():
    specialist = make.post()
    grid = make.post(PostKind.GRID_STAFF, user=specialist.user, community=specialist.community)
    user = community.attach(specialist.user, AT)

    assert community.held(user) == [specialist, grid]
    assert community.held(user, PostKind.GRID_STAFF, PostKind.LEADER) == [grid]


def test_leaving_ends_sight_the_same_minute_and_runs_the_successions_in_the_transaction(monkeypatch):
    post = make.post()
    handed = []
    monkeypatch.setattr(community, "successions", [lambda left, at, by: handed.append((left.pk, left.until_at, by))])

    community.leave(post, at=AT, by=None)

    assert community.posts_of(post.user, AT) == ()
    assert handed == [(post.pk, AT, None)]


def test_when_a_succession_fails_the_post_is_not_left(monkeypatch):
    post = make.post()

    def refuse(left, at, by):
        raise ValidationError("no")

    monkeypatch.setattr(community, "successions", [refuse])

    with pytest.raises(ValidationError), transaction.atomic():
        community.leave(post, at=AT, by=None)
    assert community.posts_of(post.user, AT) == (post,)


def test_leaving_twice_hands_over_once(monkeypatch):
    post = make.post()
    handed = []
    monkeypatch.setattr(community, "successions", [lambda left, at, by: handed.append(left.pk)])

    community.leave(post, at=AT, by=None)
    community.leave(post, at=AT + timedelta(days=1), by=None)

    assert handed == [post.pk]
    post.refresh_from_db()
    assert post.until_at == AT


def test_a_post_that_has_run_out_is_handed_over_by_the_sweep_once_and_keeps_its_end(monkeypatch):
    ended = make.post(until_at=AT - timedelta(minutes=1))
    make.post(until_at=AT + timedelta(minutes=1))
    handed = []
    monkeypatch.setattr(community, "successions", [lambda left, at, by: handed.append(left.pk)])

    assert community.end_expired(AT) == 1
    assert community.end_expired(AT) == 0

    assert handed == [ended.pk]
    ended.refresh_from_db()
    assert ended.until_at == AT - timedelta(minutes=1)


def test_one_post_that_cannot_be_handed_over_does_not_keep_the_others_waiting(monkeypatch):
    stuck, fine = make.post(until_at=AT - timedelta(minutes=2)), make.post(until_at=AT - timedelta(minutes=1))

    def refuse(left, at, by):
        if left == stuck:
            raise StateConflict("没有人可以接手。")

    monkeypatch.setattr(community, "successions", [refuse])

    assert community.end_expired(AT) == 1
    assert list(Post.objects.expired(AT)) == [stuck]
    assert Post.objects.get(pk=fine.pk).handed_over_at == AT


def test_on_duty_leaves_out_who_is_absent_and_who_is_switched_off():
    here, away, off = make.post(), make.post(), make.post()
    make.absence(away, from_at=AT, until_at=AT + timedelta(days=1))
    off.user.is_active = False
    off.user.save()

    assert set(Post.objects.on_duty(AT)) == {here}
    assert set(Post.objects.on_duty(AT + timedelta(days=1))) == {here, away}


def test_the_history_of_a_post_keeps_every_change_even_one_past_the_models():
    post = make.post()

    Post.objects.filter(pk=post.pk).update(title="值班专员")

    assert list(post.events.order_by("pgh_id").values_list("pgh_label", "title")) == [("insert", ""), ("update", "值班专员")]


@pytest.mark.parametrize("kind", PostKind.values)
def test_every_kind_of_post_can_be_made_with_what_it_needs(kind):
    assert make.post(kind).kind == kind


def test_a_post_without_the_unit_it_needs_is_refused_in_chinese():
    place = make.community()

    with pytest.raises(ValidationError, match="须写明单位"):
        community.appoint(make.user(), PostKind.PARTNER, at=AT, by=None, community=place)


def test_a_specialist_belongs_to_a_specialist_window_and_not_to_that_of_a_partner():
    place = make.community()

    with pytest.raises(ValidationError, match="四个专员窗口"):
        make.post(community=place, unit=make.unit(community=place, is_partner=True))


def test_a_unit_of_another_community_is_refused_by_the_function_and_by_the_database():
    here, elsewhere = make.community(), make.community()
    unit = make.unit(community=elsewhere)

    with pytest.raises(ValidationError, match="不属于这个社区"):
        community.appoint(make.user(), PostKind.SPECIALIST, at=AT, by=None, community=here, unit=unit)
    post = make.post(community=here)
    with pytest.raises(IntegrityError, match="post_unit_in_community"):
        _commit_unit(post, unit)


@transaction.atomic
def _commit_unit(post, unit):
    Post.objects.filter(pk=post.pk).update(unit=unit)
    connection.check_constraints()
