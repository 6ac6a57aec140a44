import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.uscc import calc_check_digit

from enterprises import UsccRefused, normalise_uscc, register
from enterprises.models import Enterprise
from tests import make

KNOWN = "913301061432551905"  # 杭州信凯实业, a public listing
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    "typed",
    [
        KNOWN,
        " 9133 0106 1432 5519 05 ",
        "９１３３０１０６１４３２５５１９０５",
        "9133-0106-1432551905",
        "'913301061432551905",
        "\u200b913301061432551905",
    ],
)
def test_a_code_is_brought_to_its_normal_form(typed):
    assert normalise_uscc(typed) == KNOWN


def test_lower_case_is_taken():
    code = make.uscc(7)

    assert normalise_uscc(code.lower()) == code


def test_a_village_cooperative_with_a_code_from_n_is_taken():
    body = "N2330110MF1234567"

    assert normalise_uscc(body + calc_check_digit(body)) == body + calc_check_digit(body)


def test_a_wrong_check_digit_is_refused_naming_the_right_one():
    with pytest.raises(UsccRefused, match=r"校验位（第 18 位）不对.*应为「5」，填写的是「6」") as refused:
        normalise_uscc(KNOWN[:-1] + "6")
    assert refused.value.code == "check_digit"


@pytest.mark.parametrize(("letter", "hint"), [("I", "数字 1"), ("O", "数字 0"), ("Z", "数字 2"), ("S", "数字 5"), ("V", "字母 U")])
def test_a_letter_the_standard_leaves_out_is_named_with_its_place_and_what_it_was_taken_for(letter, hint):
    with pytest.raises(UsccRefused, match=f"第 10 位是「{letter}」.*{hint}") as refused:
        normalise_uscc(KNOWN[:9] + letter + KNOWN[10:])
    assert refused.value.code == "alphabet"


@pytest.mark.parametrize(
    ("typed", "code"), [("", "empty"), ("330106000123456", "old_number"), ("91330106143255190", "length"), ("9133A1061432551905", "region")]
)
def test_other_mistakes_have_codes_of_their_own(typed, code):
    with pytest.raises(UsccRefused) as refused:
        normalise_uscc(typed)
    assert refused.value.code == code


@pytest.mark.django_db
def test_the_database_and_the_function_agree_about_every_single_slip():
    good = [KNOWN, make.uscc(1), "N2330110MF1234567" + calc_check_digit("N2330110MF1234567")]
    slips = {code[:place] + other + code[place + 1 :] for code in good for place in range(18) for other in ALPHABET + "IOSVZ"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, mc_uscc_valid(code) FROM unnest(%s::text[]) AS code", [sorted(slips)])
        by_database = dict(cursor.fetchall())

    assert by_database == {code: _accepts(code) for code in slips}
    assert sum(by_database.values()) == len(good)


def _accepts(code):
    try:
        normalise_uscc(code)
    except UsccRefused:
        return False
    return True


@given(st.text(max_size=30))
def test_no_text_whatever_does_more_than_be_refused(text):
    try:
        code = normalise_uscc(text)
    except ValidationError:
        return
    assert len(code) == 18


@pytest.mark.django_db
def test_a_wrong_code_is_refused_in_chinese_by_the_form_and_by_the_database_past_it():
    enterprise = make.enterprise()

    with pytest.raises(UsccRefused):
        register(uscc=KNOWN[:-1] + "6", name="甲", building=make.building(), at=make.WEDNESDAY, by=None)
    with pytest.raises(IntegrityError, match="enterprise_uscc_valid"), transaction.atomic():
        Enterprise.objects.filter(pk=enterprise.pk).update(uscc=KNOWN[:-1] + "6")
    enterprise.uscc = KNOWN[:-1] + "6"
    with pytest.raises(ValidationError, match="校验位（第 18 位）正确"):
        enterprise.full_clean()


@pytest.mark.django_db
def test_a_historical_list_may_bring_a_wrong_code_which_is_marked():
    enterprise = make.enterprise(code=KNOWN[:-1] + "6", accept_warning=True)

    assert enterprise.uscc_warning
    assert list(Enterprise.objects.filter(uscc_warning=True)) == [enterprise]


@pytest.mark.django_db
def test_a_right_code_is_never_marked():
    assert not make.enterprise(code=KNOWN, accept_warning=True).uscc_warning
