"""Every template: it compiles, the strict policy lets it run, its icons exist, its Chinese has Chinese punctuation."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from portal.context import NAVIGATION, TABBAR
from portal.templatetags.mc import FACES, LEVELS, STATES
from tests.look.pages import OWN_JS, ROOT, STATIC, TEMPLATES, name

SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
INLINE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\shx-on\b|hx-on:", re.IGNORECASE),
    "hx-vals js": re.compile(r"=['\"]js:", re.IGNORECASE),
    "javascript URL": re.compile(r"javascript:", re.IGNORECASE),
    "other site": re.compile(r"(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE),
    "left over": re.compile(r"\b(?:TODO|FIXME|lorem)\b"),
}
HAN = r"[\u3400-\u9fff\uf900-\ufaff]"
HALF_WIDTH = re.compile(rf"{HAN}[,;:?!()]|[,;:?!()]{HAN}")
NAMED_IN_TEMPLATES = re.compile(r"""{%\s*icon\s+["']([^"']+)["']""")
NAMED_IN_TAGS = re.compile(r"""{%\s*tag\s+\S+\s+["'][^"']*["']\s+["']([^"']+)["']""")


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_compiles(path: Path) -> None:
    assert get_template(path.relative_to(ROOT / "templates").as_posix())


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    found = {what for what, pattern in INLINE.items() if pattern.search(path.read_text())}

    assert not found


@pytest.mark.parametrize("path", [*TEMPLATES, *OWN_JS], ids=name)
def test_chinese_has_full_width_punctuation(path: Path) -> None:
    found = [match.group() for line in path.read_text().splitlines() for match in HALF_WIDTH.finditer(line)]

    assert not found


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_named_in_a_template_is_in_the_sprite(path: Path) -> None:
    text = path.read_text()

    assert {*NAMED_IN_TEMPLATES.findall(text), *NAMED_IN_TAGS.findall(text)} <= SPRITE


def test_every_icon_named_in_code_is_in_the_sprite() -> None:
    named = {entry.picture for entry in (*NAVIGATION, *TABBAR)}
    named |= {picture for _, picture in (*STATES.values(), *LEVELS.values())} | {face[1] for face in FACES}
    for path in OWN_JS:
        named |= set(re.findall(r'mc\.icon\("([a-z0-9-]+)"\)', path.read_text()))

    assert named <= SPRITE


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_form_that_posts_carries_the_csrf_token(path: Path) -> None:
    forms = re.findall(r'<form\b[^>]*method="post".*?</form>', path.read_text(), re.DOTALL | re.IGNORECASE)

    for form in forms:
        assert "csrf" in form
