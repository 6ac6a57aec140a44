"""The small parts pages are made of: icon, tags, badge, steps, timeline, fields, pager. What each is for: docs/pages.md."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.http import QueryDict
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from grievances.states import State
from portal.context import Shell, groups_for, tabs_for
from workdays import SHANGHAI

register = template.Library()

# state -> colour, icon; the words are the machine's. Enterprises see the five steps instead.
STATES: dict[str, tuple[str, str]] = {
    State.DRAFT: ("gray", "file-text"),
    State.SUBMITTED: ("blue", "inbox"),
    State.RETURNED: ("purple", "arrow-back-up"),
    State.REJECTED: ("gray", "ban"),
    State.ACCEPTED: ("blue", "check"),
    State.DISPATCHED: ("blue", "send"),
    State.IN_PROGRESS: ("blue", "progress-check"),
    State.SUSPENDED: ("gray", "player-pause"),
    State.AWAITING_FEEDBACK: ("teal", "message-dots"),
    State.CLOSED: ("green", "circle-check"),
    State.RATED: ("green", "star"),
    State.WITHDRAWN: ("gray", "arrow-back-up"),
    State.MERGED: ("gray", "git-merge"),
}

# level of a clock -> colour of the tag, icon
LEVELS: dict[str, tuple[str, str]] = {
    "green": ("green", "clock"),
    "amber": ("amber", "clock"),
    "orange": ("orange", "alert-triangle"),
    "red": ("over", "alert-circle"),
    "grey": ("gray", "clock-pause"),
    "done": ("green", "circle-check"),
    "late": ("red", "alert-circle"),
}

STEPS = (("submitted", "已提交"), ("accepted", "已受理"), ("working", "办理中"), ("answered", "已答复"), ("rated", "已评价"))
WAITING = {0: (1, "待提交"), 1: (2, "待受理"), 2: (3, "待办理"), 3: (3, "办理中"), 4: (5, "待评价")}
WEEKDAYS = "一二三四五六日"


@lru_cache(maxsize=512)
def _icon(name: str, css: str, label: str) -> SafeString:
    hidden = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    return format_html('<svg class="i{}"{}><use href="{}#{}"></use></svg>', f" {css}" if css else "", hidden, static("icons.svg"), name)


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """A picture of the sprite. Without `label` it is decoration, hidden from screen readers."""
    return _icon(name, css, label)


@lru_cache(maxsize=512)
def _tag(colour: str, words: str, picture: str) -> SafeString:
    return format_html('<span class="tag tag-{}">{}{}</span>', colour, _icon(picture, "", "") if picture else "", words)


@register.simple_tag
def tag(words: str, colour: str = "gray", picture: str = "") -> SafeString:
    """A small coloured word: 紧急, 上市, 仅承办人可见. Colours: blue green amber orange red purple teal gray over line-…"""
    if colour.startswith("line-"):
        return _tag(f"line tag-{colour[5:]}", str(words), picture)
    return _tag(colour, str(words), picture)


@register.simple_tag
def state_tag(state: str, label: str = "", icons: bool = False) -> SafeString:
    """The state of a ticket in the machine's words (or `label`); raises `ValueError` for a state the machine does not know."""
    colour, picture = STATES[State(state)]
    return _tag(colour, str(label or State(state).label), picture if icons else "")


def _get(thing: Any, name: str, default: Any = None) -> Any:
    if isinstance(thing, Mapping):
        return thing.get(name, default)
    return getattr(thing, name, default)


def _ticking(face: Any) -> SafeString:
    """Attributes from which the browser counts on: working seconds left, the instant they stop running, length of a day."""
    left, stops_at = _get(face, "left"), _get(face, "stops_at")
    if left is None or stops_at is None:
        return mark_safe("")
    day = int(_get(face, "day", 25200))
    return mark_safe(f' data-left="{int(left)}" data-stop="{stops_at.isoformat()}" data-day="{day}"')


GUESS = '<i class="guess" title="该年放假安排尚未公布，按推定日历计算">推定</i>'


@register.simple_tag
def sla_badge(face: Any = None, level: str = "", label: str = "", provisional: bool = False) -> SafeString:
    """Icon, words and colour of a clock.

    `face`: anything with level, label, provisional and optionally left, stops_at, day, due_at (see `portal.clockface`).
    Provisional (the calendar of that year is not published) is marked 推定.
    """
    if face is None and not label:
        return mark_safe('<span class="t3">—</span>')
    colour, picture = LEVELS.get(level or _get(face, "level"), LEVELS["grey"])
    due_at = _get(face, "due_at")
    title = f' title="{cn_moment(due_at)} 前"' if due_at else ""
    guess = GUESS if provisional or _get(face, "provisional", False) else ""
    words = escape(label or _get(face, "label", ""))
    # Fifty to a page: one string instead of format_html, everything that is not ours escaped above.
    opening = f'<span class="tag tag-{colour} num"{title}{_ticking(face)}>'
    return mark_safe(f"{opening}{_icon(picture, '', '')}<span data-clock>{words}</span>{guess}</span>")


@register.inclusion_tag("parts/sla.html")
def sla_panel(face: Any, line: str = "", promise: str = "", note: str = "") -> dict[str, Any]:
    """The clock of one ticket, large: `line` below the countdown, `promise` and `note` on the right."""
    level = _get(face, "level", "grey")
    colours = {"done": "green", "grey": "gray"}
    return {
        "face": face,
        "colour": colours.get(level, level),
        "picture": LEVELS.get(level, LEVELS["grey"])[1],
        "ticking": _ticking(face),
        "line": line,
        "promise": promise,
        "note": note,
    }


@register.inclusion_tag("parts/steps.html")
def steps(reached: int | str, notes: Iterable[str] = (), over: str = "") -> dict[str, Any]:
    """The five steps an enterprise sees.

    `reached`: how many are reached, 0–5 (`grievances.states.step_of`), or the code or words of the last one. `notes`: up to five lines below (person, time).
    `over`: the end was another one (已撤回, 不予受理): shown instead of the next step.
    """
    number = int(reached) if str(reached).isdigit() else 0
    for index, (code, words) in enumerate(STEPS, start=1):
        if reached in (code, words):
            number = index
    now, waiting = WAITING.get(number, (0, ""))
    lines = [*notes, *[""] * 5][:5]
    rows = []
    for index, (_, words) in enumerate(STEPS, start=1):
        look = "now" if index == now else "ok" if index <= number else ""
        words = (over or waiting) if index == now else words
        rows.append({"number": index, "words": words, "look": look, "note": lines[index - 1]})
    return {"rows": rows[: max(number, now)] if over else rows}


@register.inclusion_tag("parts/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """What happened, in the order given. Each entry: at, who, text, and optionally say (quoted words), tone (now, ok, warn), circle."""
    return {"entries": entries}


@register.inclusion_tag("parts/masked.html", takes_context=True)
def masked(context: template.Context, value: str, reveal: str = "", what: str = "号码") -> dict[str, Any]:
    """Text already masked by the server; with `reveal` (a URL that takes POST reason) it can be shown for 30 s, which is logged."""
    own = {"id": f"mask-{uuid.uuid4().hex[:8]}", "csrf_token": context.get("csrf_token")}
    return own | {"value": value, "reveal": reveal, "what": what}


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, help: str = "", count: int = 0, label: str = "", rows: int = 0, placeholder: str = "") -> dict[str, Any]:
    """Label with star, the widget, help, and the error below it, tied together for screen readers. `count`: words allowed."""
    widget = bound.field.widget
    ids = [f"{bound.id_for_label}-{name}" for name, there in (("help", help or bound.help_text), ("err", bound.errors)) if there]
    attrs: dict[str, Any] = {}
    kind = "input"
    if isinstance(widget, CheckboxInput):
        kind, attrs["class"] = "check", "form-check-input"
    elif isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        kind = "group"
    else:
        attrs["class"] = "form-select" if isinstance(widget, Select) else "form-control"
    if bound.errors:
        attrs["class"] = f"{attrs.get('class', '')} is-invalid".strip()
        attrs["aria-invalid"] = "true"
    if ids:
        attrs["aria-describedby"] = " ".join(ids)
    if count and not isinstance(widget, FileInput):
        attrs |= {"data-count": count}
    attrs |= {name: value for name, value in (("rows", rows), ("placeholder", placeholder)) if value}
    own = widget.attrs.get("class")
    if own and "class" in attrs:
        attrs["class"] = f"{attrs['class']} {own}"
    return {
        "bound": bound,
        "kind": kind,
        "control": bound.as_widget(attrs=attrs),
        "help": help or bound.help_text,
        "label": label or bound.label,
        "count": count,
    }


@register.inclusion_tag("parts/errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """The list above a form that was refused: one line per field, each a link to it."""
    rows = []
    for name, texts in form.errors.items() if form is not None and form.is_bound else ():
        bound = form[name] if name in form.fields else None
        rows += [(bound.id_for_label if bound else "", bound.label if bound else "", text) for text in texts]
    return {"rows": rows}


FACES = (
    (1, "mood-angry", "非常", "不满意"),
    (2, "mood-sad", "", "不满意"),
    (3, "mood-empty", "基本", "满意"),
    (4, "mood-smile", "", "满意"),
    (5, "mood-happy", "非常", "满意"),
)


@register.inclusion_tag("parts/faces.html")
def faces(name: str, chosen: int | str | None = None, label: str = "评价", error: str = "") -> dict[str, Any]:
    """好差评: five faces as radio buttons 1 (非常不满意) to 5 (非常满意); none chosen beforehand unless `chosen` says so."""
    rows = [{"value": value, "picture": picture, "how": how, "what": what} for value, picture, how, what in FACES]
    return {"name": name, "rows": rows, "chosen": str(chosen or ""), "label": label, "error": error}


@register.inclusion_tag("parts/empty.html")
def empty(why: str, next: str = "", url: str = "", picture: str = "mood-smile", note: str = "") -> dict[str, str]:
    """An empty list: why it is empty and what to do next."""
    return {"why": why, "next": next, "url": url, "picture": picture, "note": note}


@register.simple_tag
def idempotency_key() -> SafeString:
    """The hidden input that makes sending a form twice the same as once (RELIABILITY R12)."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4())


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The query string of this page with some parameters changed; None or "" removes one. Always drops the cursor unless given."""
    request = context.get("request")
    params = request.GET.copy() if request else QueryDict(mutable=True)
    params.pop("cursor", None)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = value
    return "?" + params.urlencode()


@register.inclusion_tag("parts/pager.html", takes_context=True)
def pager(
    context: template.Context,
    next: str | None = None,
    previous: str | None = None,
    shown: int | None = None,
    note: str = "",
    keys: bool = False,
) -> dict[str, Any]:
    """Previous and next of a keyset list; `next` and `previous` are cursors, None where there is no more. `keys`: the line of shortcuts."""
    return {
        "next": query(context, cursor=next) if next else "",
        "previous": query(context, cursor=previous) if previous else "",
        "shown": shown,
        "note": note,
        "keys": keys,
    }


@lru_cache(maxsize=16)
def _constant(name: str) -> SafeString:
    return render_to_string(name)


@register.simple_tag
def constant(name: str) -> SafeString:
    """A part that is the same for everybody, rendered once per process."""
    return render_to_string(name) if settings.DEBUG else _constant(name)


@lru_cache(maxsize=512)
def _navigation(shape: str, kinds: frozenset[str], here: str, counts: tuple[tuple[str, int], ...]) -> SafeString:
    if shape == "tabbar":
        return render_to_string("parts/tabbar.html", {"tabs": tabs_for(kinds, here)})
    return render_to_string(f"parts/{shape}.html", {"groups": groups_for(kinds, here, dict(counts))})


@register.simple_tag
def navigation(shell: Shell, shape: str) -> SafeString:
    """The navigation of these posts as side, menu (on the phone) or tabbar. The same for all who hold them, so kept."""
    facts = (shape, shell.kinds, shell.here, () if shape == "tabbar" else shell.counts)
    return _navigation.__wrapped__(*facts) if settings.DEBUG else _navigation(*facts)


@register.simple_tag
def office_phone() -> str:
    """The number on pages that know no community (error pages know not even the request); empty when none is set."""
    return str(getattr(settings, "SITE", {}).get("phone", ""))


@register.filter
def cn_datetime(value: datetime | None, now: datetime | None = None) -> str:
    """今天 09:35, 昨天 17:10, 明天 12:00, 11-19 15:44; another year in full."""
    if value is None:
        return "—"
    moment = value.astimezone(SHANGHAI)
    today = (now or timezone.now()).astimezone(SHANGHAI).date()
    word = {0: "今天", -1: "昨天", 1: "明天"}.get((moment.date() - today).days)
    if word:
        return f"{word} {moment:%H:%M}"
    return f"{moment:%m-%d %H:%M}" if moment.year == today.year else f"{moment:%Y-%m-%d %H:%M}"


@register.filter
def cn_short(value: datetime | None, now: datetime | None = None) -> str:
    """For narrow columns: 09:41 today, 昨 15:44, 11-19; another year 2025-11-19."""
    if value is None:
        return "—"
    moment = value.astimezone(SHANGHAI)
    today = (now or timezone.now()).astimezone(SHANGHAI).date()
    days = (today - moment.date()).days
    if days in (0, 1):
        return f"{'昨 ' if days else ''}{moment:%H:%M}"
    return f"{moment:%m-%d}" if moment.year == today.year else f"{moment:%Y-%m-%d}"


@register.filter
def cn_date(value: date | datetime | None) -> str:
    """2026年11月21日."""
    if value is None:
        return "—"
    day = value.astimezone(SHANGHAI) if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def cn_weekday(value: date | datetime | None) -> str:
    """星期六."""
    if value is None:
        return ""
    day = value.astimezone(SHANGHAI) if isinstance(value, datetime) else value
    return f"星期{WEEKDAYS[day.weekday()]}"


@register.filter
def cn_moment(value: datetime | None) -> str:
    """2026年11月21日 10:20."""
    return "—" if value is None else f"{cn_date(value)} {value.astimezone(SHANGHAI):%H:%M}"


@register.filter
def count_cap(value: int | None, cap: int = 999) -> str:
    """999+ above the cap; queues count no further."""
    if value is None:
        return ""
    return f"{cap}+" if value > cap else str(value)


@register.filter
def file_size(value: int | None) -> str:
    """1.2 MB, 340 KB."""
    size = value or 0
    return f"{size / 1048576:.1f} MB" if size >= 1048576 else f"{max(1, round(size / 1024))} KB"


@register.filter
def yuan(value: Decimal) -> str:
    """1234567.50 → 1,234,567.5; whole yuan without decimals."""
    return f"{value.normalize():,f}"


@register.filter
def plus(value: float, more: float) -> float:
    """Places of a drawing; `add` would cut them to whole numbers."""
    return round(value + more, 1)


@register.filter
def percent(share: Decimal) -> str:
    """A part of one as 87.5%."""
    return f"{share * 100:,.1f}%"
