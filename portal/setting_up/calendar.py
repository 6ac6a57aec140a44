"""工作日历: a year as the State Council arranged it, and putting a notice on file — first what it would change, then for good."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import audit
import workdays
from community.models import Community
from community.setting_up import KINDS
from grievances import recalculate
from portal.rights import only
from portal.told_forms import ToldForm
from wording import clean_query
from wording.errors import FactsMissing, Refused
from workdays import Announced, CalendarRefused
from workdays.models import PublishedYear, Workday
from workdays.notice_text import LONGEST_TEXT, Understood, understand, written

EARLIEST, YEARS_AHEAD = 2004, 2


class NoticeForm(ToldForm):
    notice_no = forms.CharField(
        label="文号", widget=forms.TextInput(attrs={"maxlength": 60, "placeholder": "国办发明电〔2026〕×号"}), help_text="粘贴的正文里有就不用填", required=False
    )  # fmt: skip
    text = forms.CharField(
        label="通知正文", widget=forms.Textarea(attrs={"rows": 12, "maxlength": LONGEST_TEXT}),
        help_text="整篇粘贴即可；也可以一天一行：2027-01-01 放假 元旦。这里写的就是这一年的全部安排，其余按周一至周五上班",
    )  # fmt: skip


@only(*KINDS)
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """`?year=`. POST with `do`: preview, save."""
    at = timezone.now()
    year = _year(request.POST.get("year") or request.GET.get("year", ""), at)
    if request.method == "GET":
        return _show(request, year, at)
    typed = request.POST
    try:
        found, notice_no = _read(typed, year)
        if typed.get("do") == "preview":
            return _show(request, year, at, typed=typed, found=found, notice_no=notice_no, **_foreseen(request, found, year, notice_no, at))
        changed = len(workdays.foresee(year, found.rows, notice_no=notice_no).changed)
        workdays.publish(year, found.rows, notice_no=notice_no)
    except CalendarRefused as refused:
        return _show(request, year, at, typed=typed, refusal=FactsMissing(str(refused), fields={"text": str(refused)}), status=400)
    except Refused as refusal:
        return _show(request, year, at, typed=typed, refusal=refusal, status=refusal.status_hint)
    if changed:
        audit.record("configure", by=request.user, at=at, target=f"calendar:{year}", detail={"rows": len(found.rows), "changed": changed})
    messages.success(request, f"{year} 年的安排已入库（{notice_no}），{changed} 天与原来不同；在办诉求的期限几秒后重算。")
    return HttpResponseRedirect(f"{reverse('calendar')}?year={year}")


def _year(text: str, at: datetime) -> int:
    today = timezone.localtime(at).date()
    known = text.isascii() and text.isdigit() and EARLIEST <= int(text[:6]) <= today.year + YEARS_AHEAD
    return int(text) if known else workdays.calendar().missing_year(today) or today.year


def _read(typed: QueryDict, year: int) -> tuple[Understood, str]:
    """Raises FactsMissing."""
    found = understand(typed.get("text", ""), year)
    notice_no = clean_query(typed.get("notice_no", ""))[:60] or found.notice_no
    problems: dict[str, Any] = {}
    if found.year is not None and found.year != year:
        problems["text"] = [f"这是 {found.year} 年的通知，现在看的是 {year} 年：请先在上面选 {found.year} 年"]
    elif found.problems or not found.rows:
        problems["text"] = found.problems[:8] or ["没有读出放假的日子：请粘贴通知里写放假和上班日期的那几条"]
    if not notice_no:
        problems["notice_no"] = "请填国务院办公厅通知的文号"
    if problems:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    return found, notice_no


def _foreseen(request: HttpRequest, found: Understood, year: int, notice_no: str, at: datetime) -> dict[str, Any]:
    """The days read, those that would change, and the promises that would move with them, of all communities."""
    would = workdays.foresee(year, found.rows, notice_no=notice_no)
    calendars = {row.pk: workdays.Calendar(would.days, row.hours()) for row in Community.objects.all()}
    return {"would": would, "shifts": recalculate.preview(calendars, by=request.user, at=at), "changed": set(would.changed)}


def _show(
    request: HttpRequest, year: int, at: datetime, *, typed: Any = None, refusal: Refused | None = None, status: int = 200, **facts: Any
) -> HttpResponse:
    rows = list(Workday.objects.filter(date__year=year).order_by("date"))
    named = [row for row in rows if row.name or row.is_workday != (row.date.weekday() < 5)]
    published, today = workdays.calendar().published(year), timezone.localtime(at).date()
    typed = typed if typed is not None else {
        "notice_no": _on_file(year, published), "text": written([Announced(row.date, row.is_workday, row.name) for row in named]),
    }  # fmt: skip
    known = {row.date: (row.is_workday, row.name) for row in rows}
    facts |= {
        "year": year, "years": range(today.year - 2, today.year + YEARS_AHEAD + 1), "published": published, "now": at, "today": today,
        "months": [_month(year, month, known, today) for month in range(1, 13)], "form": NoticeForm(typed, refusal=refusal, auto_id="notice-%s"),
        "worked": sum(row.is_workday for row in rows), "off": sum(not row.is_workday for row in named), "made_up": sum(row.is_workday for row in named),
        "history": list(PublishedYear.objects.filter(year=year).order_by("-pk")),
    }  # fmt: skip
    return render(request, "setting_up/calendar.html", facts, status=status)


def _on_file(year: int, published: bool) -> str:
    row = PublishedYear.objects.filter(year=year).order_by("-pk").first()
    return row.notice_no if row is not None and published else ""


def _month(year: int, month: int, known: dict[date, tuple[bool, str]], today: date) -> dict[str, Any]:
    """Weeks from Monday on; None outside the month. A day: number, what it is (off, made up, plain, weekend), its name."""
    first = date(year, month, 1)
    cells: list[dict[str, Any] | None] = [None] * first.weekday()
    day = first
    while day.month == month:
        worked, name = known.get(day, (day.weekday() < 5, ""))
        kind = ("made" if worked else "weekend") if day.weekday() > 4 else ("" if worked else "off")
        kind = "off" if not worked and name else kind
        cells.append({"day": day, "kind": kind, "name": name, "today": day == today})
        day += timedelta(days=1)
    cells += [None] * (-len(cells) % 7)
    return {"number": month, "weeks": [cells[place : place + 7] for place in range(0, len(cells), 7)]}
