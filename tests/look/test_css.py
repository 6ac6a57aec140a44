"""Chrome 92 is the floor: what it cannot read is in no style sheet, ours or others'."""

import re
from pathlib import Path

import pytest

from tests.look.pages import OWN_CSS, OWN_JS, STATIC, VENDORED, name

TOO_NEW = re.compile(r"oklch|oklab|color-mix|:has\(|@container|@layer|\blch\(|\blab\(|:is\([^)]*&")
NESTED = re.compile(r"(^|[{;])\s*&", re.MULTILINE)
TOO_NEW_JS = re.compile(r"\?\?|\?\.[a-zA-Z(\[]|\.at\(|replaceAll|structuredClone|\bawait\b|Object\.fromEntries|\.flatMap\(")
UNSAFE_JS = re.compile(r"\beval\(|new Function|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|javascript:")


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", [*OWN_CSS, *(path for path in VENDORED if path.suffix == ".css")], ids=name)
def test_no_style_sheet_uses_what_old_browsers_cannot_read(path: Path) -> None:
    text = without_comments(path.read_text())

    assert not TOO_NEW.findall(text)
    assert not NESTED.search(text)


@pytest.mark.parametrize("path", OWN_CSS, ids=name)
def test_own_style_sheets_fetch_nothing_the_policy_blocks(path: Path) -> None:
    wanted = re.findall(r"url\(([^)]*)\)", without_comments(path.read_text()))

    for url in wanted:
        target = (path.parent / url.strip("\"'")).resolve()
        assert target.is_file(), url
        assert STATIC in target.parents


def test_no_rule_of_bootstrap_draws_a_data_url_that_we_did_not_replace() -> None:
    """`default-src 'self'` blocks data: pictures; each class of Bootstrap that draws one and is used by us has its own picture."""
    css = "\n".join(path.read_text() for path in OWN_CSS)

    for rule in (".form-select {", '.form-check-input:checked[type="checkbox"] {', ".form-switch .form-check-input", ".btn-close {"):
        assert re.search(re.escape(rule) + r"[^}]*background-image: url\(\"\.\./img/", css), rule


@pytest.mark.parametrize("path", OWN_JS, ids=name)
def test_own_scripts_are_es2019_and_write_no_markup(path: Path) -> None:
    text = without_comments(path.read_text())

    assert not TOO_NEW_JS.findall(text)
    assert not UNSAFE_JS.findall(text)


@pytest.mark.parametrize("path", [*OWN_CSS, *OWN_JS], ids=name)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 400
