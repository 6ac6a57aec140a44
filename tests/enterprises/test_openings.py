"""申请开通: what a stranger sends in, who reads it, what becomes of it."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

import community
from accounts import notice
from accounts.models import User
from accounts.visitors import visitor
from community.kinds import PostKind
from enterprises import answering, openings
from enterprises.models import Enterprise, OpeningRequest, OpeningState
from files import keep
from files.models import File
from files.refused import FileRefused
from notices.models import Notice
from tests import make
from tests.files import samples
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
PASSWORD = "Gui-Hua-2026-Lou"


@pytest.fixture
def enterprise():
    return make.enterprise()


@pytest.fixture
def specialist(enterprise):
    return make.somebody(PostKind.SPECIALIST, community=enterprise.community)


def licence(at=AT):
    return openings.keep_licence(SimpleUploadedFile("执照.jpg", samples.picture()), at=at)


def ask(enterprise, at=AT, **facts):
    given = {
        "key": uuid.uuid4(), "community": enterprise.community, "uscc": enterprise.uscc, "name": enterprise.name, "person": "王晓梅",
        "phone": "13812345678", "at": at,
    } | facts  # fmt: skip
    return openings.ask(**given | {"licence": facts.get("licence") or licence(at).pk})


def open_new(row, at=AT, password=PASSWORD):
    return openings.open_new(openings.link_token(row), password=password, privacy_version=notice.VERSION, at=at)


def test_it_is_due_four_working_hours_later():
    row = ask(make.enterprise(), at=AT.replace(hour=16))

    # 16:00 to 17:30 on Wednesday, the rest from 9:00 on Thursday
    assert (row.due_at, row.provisional) == (AT.replace(day=AT.day + 1, hour=11, minute=30), False)


def test_a_confirmed_applicant_opens_by_his_link_and_is_the_manager(enterprise, specialist):
    row = openings.confirm(ask(enterprise), enterprise, by=specialist, at=AT)

    representative = open_new(row, AT + timedelta(days=6))

    user = representative.post.user
    assert (user.username, user.name, representative.role) == ("13812345678", "王晓梅", PostKind.ENTERPRISE_MANAGER)
    assert list(Enterprise.objects.represented_by(community.attach(user, AT + timedelta(days=6)))) == [enterprise]
    assert open_new(row) == representative
    assert User.objects.named("13812345678").count() == 1


def test_nothing_opens_before_it_is_confirmed_nor_after_it_is_declined_nor_a_week_late(enterprise, specialist):
    waiting = ask(enterprise)
    with pytest.raises(StateConflict, match="还不能开通"):
        open_new(waiting)
    openings.decline(waiting, "执照看不清", by=specialist, at=AT)
    with pytest.raises(StateConflict, match="还不能开通"):
        open_new(waiting)

    late = openings.confirm(ask(enterprise), enterprise, by=specialist, at=AT)
    with pytest.raises(StateConflict, match="超过 7 天"):
        open_new(late, AT + timedelta(days=7))


@pytest.mark.parametrize("token", ["", "x", "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000.abc"])
def test_a_link_that_was_made_up_opens_nothing(enterprise, token):
    row = ask(enterprise)

    for each in (token, str(row.pk), openings.link_token(row)[:-1]):
        with pytest.raises(NotFound):
            openings.of_token(each)
    assert openings.of_token(openings.link_token(row)) == row


def test_sent_twice_is_one_request(enterprise):
    key = uuid.uuid4()
    first = ask(enterprise, key=key)

    assert ask(enterprise, key=key, licence=uuid.uuid4()) == first
    assert OpeningRequest.objects.count() == 1
    with pytest.raises(StateConflict, match="已经提交过"):
        ask(enterprise, key=key, phone="13900000000")


def test_a_request_goes_to_the_community_of_the_enterprise_whichever_was_chosen(enterprise):
    elsewhere = make.community()

    assert ask(enterprise, community=elsewhere).community == enterprise.community
    assert ask(enterprise, community=elsewhere, uscc=make.uscc()).community == elsewhere


@pytest.mark.parametrize("kind", [kind for kind in PostKind if kind != PostKind.SPECIALIST])
def test_only_specialists_of_the_community_see_and_answer_it(enterprise, kind):
    row = ask(enterprise)
    user = make.somebody(kind, community=enterprise.community)

    assert not OpeningRequest.objects.visible_to(user).exists()
    with pytest.raises(NotYours):
        openings.confirm(row, enterprise, by=user, at=AT)
    with pytest.raises(NotYours):
        openings.decline(row, "x", by=user, at=AT)


def test_a_specialist_of_another_community_sees_nothing(enterprise, specialist):
    row = ask(enterprise)

    assert not OpeningRequest.objects.visible_to(make.somebody(PostKind.SPECIALIST)).exists()
    assert OpeningRequest.objects.visible_to(specialist).get() == row


def test_the_specialists_are_told_the_others_are_not(enterprise, specialist):
    make.somebody(PostKind.LEADER, community=enterprise.community)
    ask(enterprise)

    assert {row.recipient for row in Notice.objects.all()} == {specialist}


def test_a_wrong_code_and_a_wrong_number_are_both_said(enterprise):
    with pytest.raises(ValidationError) as refused:
        ask(enterprise, uscc="91330110YX00000011", phone="0571-88881234")

    assert set(refused.value.message_dict) == {"uscc", "phone"}
    assert "校验位" in str(refused.value.message_dict["uscc"])


def test_a_licence_is_a_picture_or_pdf_and_nobody_can_use_another_persons_file(enterprise):
    with pytest.raises(FileRefused, match="照片"):
        openings.keep_licence(SimpleUploadedFile("执照.txt", b"abc"), at=AT)
    used = licence()
    ask(enterprise, licence=used.pk)

    with pytest.raises(FileRefused):
        ask(enterprise, licence=used.pk)
    with pytest.raises(FileRefused):
        ask(enterprise, licence=uuid.uuid4())
    assert not visitor().is_active


def test_declining_needs_a_reason_the_applicant_can_read(enterprise, specialist):
    row = ask(enterprise)

    with pytest.raises(FactsMissing):
        openings.decline(row, "  ", by=specialist, at=AT)
    row = openings.decline(row, "执照看不清，请重拍", by=specialist, at=AT)

    assert (row.state, row.reason) == (OpeningState.DECLINED, "执照看不清，请重拍")
    assert openings.decline(row, "执照看不清，请重拍", by=specialist, at=AT + timedelta(hours=1)).decided_at == AT
    with pytest.raises(StateConflict):
        openings.confirm(row, enterprise, by=specialist, at=AT)


def test_it_is_confirmed_for_the_enterprise_of_that_code_only(enterprise, specialist):
    other = make.enterprise(community=enterprise.community)
    doubtful = make.enterprise(community=enterprise.community, code="91330110MA00000000", accept_warning=True)
    row = ask(enterprise)

    for wrong in (other, make.enterprise()):
        with pytest.raises(FactsMissing):
            openings.confirm(row, wrong, by=specialist, at=AT)
    assert openings.confirm(row, doubtful, by=specialist, at=AT).enterprise == doubtful


def test_an_enterprise_with_a_manager_is_not_opened_again(enterprise, specialist):
    row = ask(enterprise)
    make.manager(enterprise=enterprise)

    with pytest.raises(StateConflict, match="已有管理员"):
        openings.confirm(row, enterprise, by=specialist, at=AT)


def test_the_desk_is_shown_what_the_request_may_mean(enterprise):
    assert openings.candidates(ask(enterprise)) == [enterprise]
    assert openings.candidates(ask(enterprise, uscc=make.uscc())) == [enterprise]
    assert openings.candidates(ask(enterprise, uscc=make.uscc(), name="没有这家")) == []


def test_the_answer_is_mailed_once_to_whoever_left_an_address(enterprise, specialist):
    row = ask(enterprise, email="wang@example.com")
    openings.decline(ask(enterprise), "重复", by=specialist, at=AT)
    assert answering.answer_applicants(AT) == 0

    openings.confirm(row, enterprise, by=specialist, at=AT)

    assert [answering.answer_applicants(AT), answering.answer_applicants(AT)] == [1, 0]
    assert mail.outbox[0].to == ["wang@example.com"]
    assert openings.link_token(row) in mail.outbox[0].body


def test_what_came_to_nothing_is_cleared_after_thirty_days_and_the_answer_stays(enterprise, specialist):
    declined, waiting = ask(enterprise), ask(make.enterprise(park=enterprise.tenancies.get().building.park))
    openings.decline(declined, "照片不清楚", by=specialist, at=AT)
    licence_key = declined.licence_id

    assert openings.clear_refused(AT + timedelta(days=29)) == 0
    assert [openings.clear_refused(AT + timedelta(days=30)) for _ in range(2)] == [1, 0]
    row = OpeningRequest.objects.get(pk=declined.pk)
    assert (row.licence, row.phone, row.email, row.person, row.reason) == (None, "", "", "王*梅", "照片不清楚")
    assert keep.sweep(AT + timedelta(days=31)) == 1
    assert not File.objects.filter(pk=licence_key).exists()
    assert OpeningRequest.objects.get(pk=waiting.pk).licence is not None


def test_a_confirmed_one_that_was_never_opened_is_cleared_and_an_opened_one_keeps_its_proof(enterprise, specialist):
    left, opened = ask(enterprise), ask(make.enterprise(community=enterprise.community), phone="13812345679")
    for row in (left, opened):
        openings.confirm(row, Enterprise.objects.get(uscc=row.uscc), by=specialist, at=AT)
    open_new(opened, at=AT)

    assert openings.clear_refused(AT + timedelta(days=38)) == 1
    assert OpeningRequest.objects.get(pk=left.pk).licence is None
    assert OpeningRequest.objects.get(pk=opened.pk).licence is not None
