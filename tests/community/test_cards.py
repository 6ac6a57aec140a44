"""名片: what one writes on one's own card, and who sees it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import community
import files
from community import cards
from community.kinds import CARD_KINDS, PostKind
from community.models import ContactCard
from files.keep import sweep
from files.models import File
from files.refused import FileRefused
from tests import make
from tests.files.samples import picture
from wording.errors import FactsMissing, NotYours

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
HOURS = "工作日 9:00–17:30"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def uploaded(user, *, name="我.jpg", data=None):
    return files.store(SimpleUploadedFile(name, data or picture()), by=user, at=AT, longest_side=cards.LONGEST_SIDE)


def written(user, **facts):
    return cards.save(user, at=AT, **{"phone": "0571-88881234", "hours": HOURS} | facts)


@pytest.mark.parametrize("kind", list(PostKind))
def test_whoever_serves_enterprises_writes_a_card_and_nobody_else(kind):
    person = make.somebody(kind)

    if kind in CARD_KINDS:
        assert written(person).phone == "0571-88881234"
    else:
        with pytest.raises(NotYours):
            written(person)
    assert ContactCard.objects.filter(user=person).exists() == (kind in CARD_KINDS)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0571-8888 1234", "0571-88881234"),
        ("０５７１－８８８８１２３４ 转 801", "0571-88881234转801"),
        ("+86 571 88881234", "+8657188881234"),
        ("(0571)88881234", "057188881234"),
        ("96345", "96345"),
        ("", ""),
    ],
)
def test_a_number_is_kept_as_one_dials_it(typed, kept):
    assert written(make.somebody(), phone=typed).phone == kept


@pytest.mark.parametrize("typed", ["打前台", "123", "0571-8888-1234-5678-9012", "--", "转801", "0571/88881234"])
def test_what_is_no_number_is_refused_and_says_how_one_looks(typed):
    with pytest.raises(FactsMissing) as refused:
        written(make.somebody(), phone=typed)

    assert "0571-88881234" in refused.value.fields["phone"][0]


@pytest.mark.parametrize("typed", ["13812345678", "+86 138 1234 5678", "138-1234-5678"])
def test_the_number_one_signs_in_with_is_not_given_out(typed):
    person = make.somebody()
    person.phone = "13812345678"

    with pytest.raises(FactsMissing) as refused:
        written(person, phone=typed)

    assert "phone" in refused.value.fields
    assert not ContactCard.objects.exists()


def test_a_picture_stays_until_another_comes_or_it_is_taken_away_and_then_it_is_forgotten():
    person = make.somebody()
    first, second = uploaded(person), uploaded(person)

    written(person, photo=first.pk)
    assert written(person, phone="").photo_id == first.pk
    assert written(person, photo=second.pk).photo_id == second.pk
    assert written(person, drop=["photo"]).photo_id is None

    sweep(AT + timedelta(days=2))
    assert not File.objects.exists()


def test_only_a_picture_goes_on_a_card_and_what_was_wrong_uses_nothing_up():
    person = make.somebody()
    text = uploaded(person, name="我.txt", data="名片".encode())

    with pytest.raises(FactsMissing) as refused:
        written(person, wechat=text.pk)

    assert "jpg" in refused.value.fields["wechat"][0]
    assert File.objects.get(pk=text.pk).used_at is None


def test_somebody_elses_file_is_not_taken():
    theirs = uploaded(make.somebody())

    with pytest.raises(FileRefused):
        written(make.somebody(), photo=theirs.pk)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "P"), ("PNG", "RGBA")])
def test_a_large_picture_is_brought_down(kind, mode):
    from PIL import Image

    kept = uploaded(make.somebody(), name=f"我.{'jpg' if kind == 'JPEG' else 'png'}", data=picture(kind, (2400, 1800), mode))

    with files.open(kept) as stored, Image.open(stored) as image:
        assert image.size == (900, 675)


def test_a_card_is_seen_by_everybody_with_a_post_in_that_community_and_by_no_stranger():
    here = make.scene(at=AT)
    card = written(here.specialist_zl)
    elsewhere = make.scene(at=AT)

    for name, person in here.people.items():
        assert list(ContactCard.objects.visible_to(person)) == [card], name
    for name, person in elsewhere.people.items():
        assert not ContactCard.objects.visible_to(person).exists(), name
    assert not ContactCard.objects.visible_to(community.attach(make.user(), AT)).exists()


def test_whoever_has_left_keeps_his_card_to_himself():
    here = make.scene(at=AT)
    card = written(here.partner)
    community.leave(here.partner.all_posts.get(), at=AT, by=None)

    assert not ContactCard.objects.visible_to(here.manager).exists()
    assert ContactCard.objects.filter(pk=card.pk).exists()
