import pytest
from hypothesis import given
from hypothesis import strategies as st

from wording import TextRefused, clean_filename


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("现场照片.jpg", "现场照片.jpg"),
        ("𠮷田合同（2026）终稿.docx", "𠮷田合同（2026）终稿.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\张三\\桌面\\合同.pdf", "合同.pdf"),
        ("／etc／合同．pdf", "合同.pdf"),
        ("合同\u202efdp.exe", "合同fdp.exe"),
        ("a\"b'c`“d”.pdf", "abcd.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("a\x1b[31m.pdf", "a[31m.pdf"),
        ("e\u0301.txt", "é.txt"),
        (".htaccess", "htaccess"),
        ("...", "未命名"),
        ("", "未命名"),
        ("/", "未命名"),
        (" 　.pdf", "pdf"),
        ("CON.txt", "CON_.txt"),
        ("com1", "com1_"),
        ("console.txt", "console.txt"),
        ("a.pdf.", "a.pdf"),
        ("\udc80a.pdf", "a.pdf"),
    ],
)
def test_a_file_name_is_only_a_name(name: str, cleaned: str) -> None:
    assert clean_filename(name) == cleaned


def test_a_long_name_keeps_its_beginning_and_its_ending() -> None:
    assert clean_filename("长" * 300 + ".docx") == "长" * 115 + ".docx"
    assert clean_filename("起" + "长" * 3000 + ".docx") == "起" + "长" * 114 + ".docx"
    assert clean_filename("长" * 300) == "长" * 120
    assert len(clean_filename("a." + "b" * 300)) == 120


def test_a_nul_is_refused_as_everywhere() -> None:
    with pytest.raises(TextRefused) as refusal:
        clean_filename("a\0.pdf")
    assert refusal.value.code == "nul"


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_name_comes_out_harmless(name: str) -> None:
    try:
        cleaned = clean_filename(name)
    except TextRefused:
        return

    assert 1 <= len(cleaned) <= 120
    assert not set(cleaned) & set("/\\\"'<>|:*?\0\r\n\u202e")
    assert cleaned not in (".", "..")
    assert clean_filename(cleaned) == cleaned
