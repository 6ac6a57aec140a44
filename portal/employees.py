"""Employees: coming in by oneself, open to strangers; and at the desk of the specialists who is still to be confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import knocking, notice
from accounts.address import client_address
from accounts.phones import PhoneTaken
from community.kinds import PostKind
from enterprises import employees
from enterprises.models import EmployeeIdentity, Enterprise
from grievances.models import Grievance
from portal.accounts import open_session
from portal.entering import EnterForm, closed, say
from portal.rights import only
from portal.trace import record
from wording.errors import FactsMissing, Refused
from wording.masks import mask_name, mask_phone

MOST = 200


@sensitive_post_parameters("password", "again")
@login_not_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """First the employer, by name or code; then who one is. Looking for employers counts, so that nobody reads out the register."""
    at = timezone.now()
    if (too_often := closed(request, "employee", at)) is not None:
        return too_often
    if request.method == "POST":
        return _register(request, at)
    who = request.GET.get("who", "")[:100]
    found = _looked_for(request, who, at)
    return _page(request, who=who, found=found)


def _looked_for(request: HttpRequest, who: str, at: datetime) -> list[Enterprise]:
    if not who.strip():
        return []
    knocking.knock("employee", client_address(request), at)
    return employees.employers(who)


def _page(request: HttpRequest, *, who: str, found: list[Enterprise], status: int = 200, **more: Any) -> HttpResponse:
    here = f"{reverse('employee-join')}?{urlencode({'who': who})}" if who else reverse("employee-join")
    facts = {
        "who": who,
        "found": found,
        "form": EnterForm(),
        "version": notice.VERSION,
        "here": here,
        "least": employees.LEAST,
        "taken": False,
    }
    return render(request, "accounts/employee_join.html", facts | more, status=status)


def _register(request: HttpRequest, at: datetime) -> HttpResponse:
    uscc = request.POST.get("uscc", "")[:18]
    knocking.knock("employee", client_address(request), at)
    who = request.POST.get("who", "")[:100]
    found = employees.employers(uscc) or employees.employers(who)
    if request.POST.get("do") == "as" and request.user.is_authenticated:
        row = employees.register_as(request.user, uscc=uscc, at=at)
        messages.success(request, f"已登记您在{row.enterprise.name}工作。单位看不到您个人的诉求。")
        return HttpResponseRedirect(reverse("home"))
    form = EnterForm(request.POST)
    again: dict[str, Any] = {"who": who, "found": found, "form": form}
    if not form.is_valid():
        return _page(request, status=400, **again)
    facts = form.cleaned_data
    try:
        row = employees.register(
            name=facts["name"], phone=facts["phone"], password=facts["password"], uscc=uscc, privacy_version=facts["privacy"], at=at
        )
    except PhoneTaken as refusal:
        form.add_error("phone", refusal.message)
        return _page(request, status=409, taken=True, **again)
    except (Refused, ValidationError) as refusal:
        say(form, refusal)
        return _page(request, status=getattr(refusal, "status_hint", 400), **again)
    user = row.post.user
    open_session(request, user, how="registered")
    record(request, "privacy_accepted", target=f"user:{user.username}", by=user, version=user.privacy_version)
    messages.success(request, f"注册好了。以后用手机号 {mask_phone(user.phone)} 和刚设的密码登录；您的诉求单位看不到。")
    return HttpResponseRedirect(reverse("home"))


@only(PostKind.SPECIALIST)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Whoever registered and is not confirmed yet, the longest wait first, with the open tickets about which one would call."""
    return _list(request)


def _list(request: HttpRequest, *, refused: tuple[int, Refused] | None = None) -> HttpResponse:
    rows = EmployeeIdentity.objects.visible_to(request.user).waiting()
    rows = rows.select_related("representative__post__user", "representative__enterprise").order_by("registered_at", "pk")
    found = list(rows[:MOST])
    filed: dict[int, list[Grievance]] = {}
    people = [row.representative.post.user_id for row in found]
    for ticket in Grievance.objects.visible_to(request.user).open().filter(personal=True, on_behalf=False, filed_by__in=people).newest():
        filed.setdefault(ticket.filed_by_id, []).append(ticket)
    shown = [
        {
            "row": row,
            "person": mask_name(row.representative.post.user.display_name),
            "phone": mask_phone(row.representative.post.user.phone),
            "tickets": filed.get(row.representative.post.user_id, []),
            "problem": refused[1].message if refused is not None and refused[0] == row.pk else "",
        }
        for row in found
    ]
    facts = {"rows": shown, "ways": EmployeeIdentity.How.choices, "typed": request.POST, "at": timezone.now(), "count": rows.count()}
    return render(request, "staff/employees.html", facts, status=refused[1].status_hint if refused is not None else 200)


def _confirm(request: HttpRequest, row: EmployeeIdentity, at: datetime) -> str:
    employees.confirm(row, by=request.user, at=at, how=request.POST.get("how", ""))
    return "身份已核实。"


def _refuse(request: HttpRequest, row: EmployeeIdentity, at: datetime) -> str:
    try:
        employees.refuse(row, by=request.user, at=at, reason=request.POST.get("reason", "")[:1000])
    except ValidationError as error:
        raise FactsMissing("；".join(error.messages)) from error
    return "已登记身份不符，他不再以这家单位员工的身份提诉求。"


DEEDS: dict[str, Callable[[HttpRequest, EmployeeIdentity, datetime], str]] = {"confirm": _confirm, "refuse": _refuse}


@only(PostKind.SPECIALIST)
@require_POST
def decide(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    row = EmployeeIdentity.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None or deed not in DEEDS:
        raise Http404("没有这位员工，或您无权查看。")
    try:
        messages.success(request, DEEDS[deed](request, row, timezone.now()))
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _list(request, refused=(pk, refusal))
    number = request.POST.get("number", "")[:15]
    return HttpResponseRedirect(reverse("grievance", args=[number]) if number else reverse("employees"))
