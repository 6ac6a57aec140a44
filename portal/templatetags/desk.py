"""Parts of the working list that are drawn fifty at a time: one string each instead of forty template variables (a third of the page's time)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from html import escape  # on texts; Django's asks each of them first whether it is lazy, four hundred times a page
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from grievances.states import Priority
from portal.templatetags.mc import cn_short, sla_badge, state_tag, tag

register = template.Library()

_NOTHING = '<span class="t3">—</span>'
_PRIORITY = {
    priority.value: f'<span class="tag tag-orange mk">{priority.label}</span>' for priority in (Priority.URGENT, Priority.EMERGENCY)
}
_CONFIDENTIAL = '<span class="tag tag-gray mk">保密</span>'
_AGAIN = '<span class="tag tag-amber mk">重开</span>'


@register.simple_tag
def queue_rows(rows: Iterable[dict[str, Any]], base: str, now: datetime, shown: str = "") -> SafeString:
    """The rows of the working list, from `portal.queue.rows.shown`. A tag for each would look up its arguments fifty times."""
    return mark_safe("".join(_row(row, base, now, shown) for row in rows))


def _row(row: dict[str, Any], base: str, now: datetime, shown: str) -> str:
    """Everything typed by people is escaped here."""
    number, title, item = row["number"], escape(row["title"]), escape(row["item"])
    whole, place, owner = escape(row["enterprise__name"]), escape(row["place"]), escape(row["owner"])
    css = f"{row['css']}{' cur' if number == shown else ''}".strip()
    opening = f' class="{css}"' if css else ""
    urges = (
        f'<td class="c-urge"><span class="urge">{row["urges"]} 次</span></td>'
        if row["urges"]
        else f'<td class="c-urge none">{_NOTHING}</td>'
    )
    clock = f'<span class="wh t3">{row["clock"]}</span>' if row["clock"] else ""
    return (
        f'<tr{opening} data-id="{number}" data-open="{base}{number}/">'
        f'<td class="cb"><input class="form-check-input" type="checkbox" name="number" value="{number}:{row["version"]}" form="bulk"'
        f' aria-label="选择 {number}" data-pick></td><td class="c-no no num">{number}</td>'
        f'<td class="c-title" title="{title}">{_marks(row)}<a class="tt" href="{base}{number}/">{title}</a></td>'
        f'<td class="c-ent" title="{whole}">{escape(row["enterprise"])}{_tags(row)}</td>'
        f'<td class="c-park t2 p-mid" title="{place}">{place}</td><td class="c-cat t2 p-lo" title="{item}">{escape(row["category"])}</td>'
        f'<td class="c-st">{state_tag(row["state"])}</td><td class="c-sla">{sla_badge(row["face"])}{clock}</td>'
        f'<td class="c-own p-mid" title="{owner}">{owner}</td>{urges}<td class="c-up t3 num p-lo">{cn_short(row["updated_at"], now)}</td></tr>\n'
    )


def _marks(row: dict[str, Any]) -> str:
    """What is to be known before the title: urgent, confidential, opened again, waiting for a second person."""
    marks = _PRIORITY.get(row["priority"], "")
    marks += _CONFIDENTIAL if row["confidential"] else ""
    marks += _AGAIN if row["cycle"] > 1 else ""
    return f'{marks}<span class="tag tag-amber mk">{row["asks"]}</span>' if row["asks"] else marks


def _tags(row: dict[str, Any]) -> str:
    best = f" {tag(*row['tag'])}" if row["tag"] else ""
    return f"{best} {tag('个人', 'line-purple')}" if row["personal"] else best


@register.simple_tag
def options(every: str, choices: Iterable[tuple[str, str]], chosen: str = "") -> SafeString:
    """The options of a select, `every` for none of them; drawn once for the same list."""
    return _options(every, tuple(choices), chosen)


@lru_cache(maxsize=256)
def _options(every: str, choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    found = [f'<option value="">{escape(every)}</option>']
    found += [
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>' for value, words in choices
    ]
    return mark_safe("".join(found))
