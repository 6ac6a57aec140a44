import pytest
from hypothesis import given
from hypothesis import strategies as st

from wording import abbreviations, pinyin_full, pinyin_initials


@pytest.mark.parametrize(
    ("name", "initials", "full"),
    [
        ("利尔达科技园", "ledkjy", "lierdakejiyuan"),
        ("重庆长安", "cqca", "chongqingchangan"),
        ("绿城（中国）", "lczg", "lvchengzhongguo"),
        ("Ａ座501室", "az501s", "azuo501shi"),
        ("ABC-科技 Ltd.", "abckjltd", "abckejiltd"),
        ("𠮷㐂", None, None),
        ("", "", ""),
        ("！？", "", ""),
    ],
)
def test_names_are_spelled(name: str, initials: str | None, full: str | None) -> None:
    if initials is None:
        assert pinyin_full(name)
        assert pinyin_initials(name)
    else:
        assert (pinyin_initials(name), pinyin_full(name)) == (initials, full)


@given(st.text(max_size=20))
def test_any_text_is_spelled_somehow(text: str) -> None:
    assert " " not in pinyin_full(text)
    assert len(pinyin_initials(text)) <= len(pinyin_full(text))


@pytest.mark.parametrize(
    ("letters", "initials"),
    [
        ("lierda", {"led"}),
        ("liers", {"les"}),
        ("lierdak", {"ledk"}),
        ("chengshi", {"cs"}),
        ("xian", {"x", "xa"}),
        ("fangan", {"fg", "fa"}),
        ("l", {"l"}),
        ("zh", {"z"}),
        ("ledkjy", set()),
        ("i", set()),
        ("", set()),
    ],
)
def test_letters_are_read_as_syllables_the_last_one_perhaps_unfinished(letters: str, initials: set[str]) -> None:
    readings = abbreviations(letters)

    assert initials <= set(readings)
    assert bool(readings) is bool(initials)


def test_no_pinyin_has_more_readings_than_one_can_ask_for() -> None:
    assert 0 < len(abbreviations("xian" * 15)) <= 6
