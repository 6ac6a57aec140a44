"""Filing a need: one page, drafts kept, the promised time shown before submitting."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from community import held
from community.kinds import ENTERPRISE_KINDS
from enterprises import consents
from enterprises.models import Enterprise, Tenancy
from files.models import File
from grievances import filing, intake, owners
from grievances.filing import title_of
from grievances.models import Attachment, Grievance, ServiceItem
from grievances.moves import FILING_FACTS
from grievances.states import State
from parks.models import Park
from portal.catalogue import CATEGORIES, offered, with_offers
from portal.uploads import Uploads, own, take
from wording.errors import FactsMissing, NotYours, Refused

MOST_FILES = 10
TEXTS = ("service_item", "title", "body", "contact_name", "contact_phone", "place")
FLAGS = ("urgent", "confidential", "personal")
LABELS = {fact.name: fact.label for fact in FILING_FACTS}
NOWHERE = ("", "")


@dataclass
class Sheet:
    """The page as its writer sees it: what is typed so far, what may be chosen, what is wrong."""

    user: User
    at: datetime
    enterprise: Enterprise
    typed: dict[str, Any] = field(default_factory=dict)
    draft: Grievance | None = None
    uploads: Uploads = field(default_factory=Uploads)
    refusal: Refused | None = None
    category: str | None = None
    origin: tuple[str, str] = NOWHERE

    @cached_property
    def asks_consent(self) -> bool:
        """Whether handing on is to be agreed to for this ticket: always for an employee's own, else where the enterprise has not."""
        filer = self.user if self.only_personal else None
        return not consents.consent_of(self.enterprise, self.at, filer=filer).given

    @property
    def only_personal(self) -> bool:
        """An employee files for himself, whatever the form says."""
        return not held(self.user, *ENTERPRISE_KINDS)

    @cached_property
    def groups(self) -> list[dict[str, Any]]:
        """The eight categories with their items, each with what would be promised now."""
        rows = with_offers(offered(self.user).filter(community=self.enterprise.community_id), self.at)
        return [{"plain": plain, "rows": [row for row in rows if row[0].plain_category == plain.code]} for plain in CATEGORIES]

    @cached_property
    def item(self) -> ServiceItem | None:
        rows = offered(self.user).filter(community=self.enterprise.community_id, code=self.typed.get("service_item") or "")
        return rows.select_related("window", "community").first()

    @property
    def chosen_category(self) -> str | None:
        """None while nothing is chosen, "" for 帮我选."""
        return self.item.plain_category if self.item is not None else self.category

    @cached_property
    def places(self) -> list[Tenancy]:
        rows = Tenancy.objects.visible_to(self.user).open().filter(enterprise=self.enterprise)
        return list(rows.select_related("building__park__grid").order_by("-is_main", "pk"))

    @property
    def chosen_place(self) -> str:
        kind, key = self.origin
        near = [place for place in self.places if kind == "park" and place.building.park.code == key]
        return str(self.typed.get("place") or next((place.pk for place in (*near, *self.places)), ""))

    @cached_property
    def kept(self) -> list[File]:
        """Files on the draft, and those sent since."""
        there = Attachment.objects.filter(grievance=self.draft).select_related("file").order_by("pk") if self.draft is not None else ()
        files = [row.file for row in there if not self.typed.get("sent") or str(row.file_id) in self.uploads.ids]
        return files + [file for file in self.uploads.files if file not in files]

    @cached_property
    def promise(self) -> dict[str, Any]:
        return promise_facts(self.enterprise, self.item, self.at)

    @property
    def errors(self) -> dict[str, str]:
        return {name: "；".join(problems) for name, problems in (self.refusal.fields if self.refusal is not None else {}).items()}

    @property
    def file_errors(self) -> list[str]:
        return self.refusal.fields.get("attachments", []) if self.refusal is not None else []

    @property
    def error_rows(self) -> list[tuple[str, str, str]]:
        return [(f"f-{name}", LABELS.get(name, name), problem) for name, problem in self.errors.items()]


def promise_facts(enterprise: Enterprise, item: ServiceItem | None, at: datetime) -> dict[str, Any]:
    """What is promised if it were submitted now, and who would take it up."""
    window = owners.window_of(enterprise.community, item)
    return {
        "moment": intake.promise_for(enterprise.community, item, at),
        "window": window,
        "person": owners.duty_specialist(window, at),
        "item": item,
        "community": enterprise.community,
    }


@require_http_methods(["GET", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """Write, keep as a draft, submit. Without a script the files travel with the form."""
    at = timezone.now()
    enterprise = filing.own_enterprise(request.user)
    draft = _draft(request, request.POST.get("number") or request.GET.get("draft") or "")
    if request.method == "POST":
        return _take(request, enterprise, draft, at)
    if draft is not None and draft.state != State.DRAFT:
        return redirect("grievance", number=draft.number)
    origin = _origin(request.user, request.GET.get("from", ""))
    sheet = Sheet(request.user, at, enterprise, _typed(request, draft), draft, category=_category(request), origin=origin)
    return _show(request, sheet)


def _draft(request: HttpRequest, number: str) -> Grievance | None:
    if not number:
        return None
    row = (
        Grievance.objects.visible_to(request.user).select_related("service_item").filter(number=number[:15], filed_by=request.user).first()
    )
    if row is None:
        raise Http404("没有这份草稿，或您无权查看。")
    return row


def _category(request: HttpRequest) -> str | None:
    wanted = request.POST.get("c", request.GET.get("c"))
    return wanted if wanted in ("", *(plain.code for plain in CATEGORIES)) else None


def _origin(user: User, told: str) -> tuple[str, str]:
    """`park:P01` or `enterprise:9133…` from the code on a poster; what one does not see, and anything else, is nowhere."""
    kind, _, key = told.partition(":")
    rows = {
        "park": Park.objects.visible_to(user).filter(code=key[:20]),
        "enterprise": Enterprise.objects.visible_to(user).filter(uscc=key[:18]),
    }
    return (kind, key) if kind in rows and rows[kind].exists() else NOWHERE


def _typed(request: HttpRequest, draft: Grievance | None) -> dict[str, Any]:
    """What the page starts with: the draft, or one's own name and number."""
    if draft is None:
        user = request.user
        return {"contact_name": user.name, "contact_phone": user.phone, "service_item": request.GET.get("item", "")[:8]}
    typed: dict[str, Any] = {name: getattr(draft, name) for name in (*TEXTS, *FLAGS)}
    typed["service_item"] = draft.service_item.code if draft.service_item is not None else ""
    typed["place"] = draft.place_id
    return typed


def without_title(refusal: Refused, raw: dict[str, Any]) -> Refused:
    """A title left empty is the first sentence of the text: where both are missing it is the text that is asked for."""
    if not raw["title"].strip() and "body" in refusal.fields:
        refusal.fields.pop("title", None)
    return refusal


def _show(request: HttpRequest, sheet: Sheet, *, status: int = 200) -> HttpResponse:
    drafts = []
    if sheet.draft is None and request.method == "GET":
        own_drafts = Grievance.objects.visible_to(request.user).filter(state=State.DRAFT, filed_by=request.user)
        drafts = list(own_drafts.order_by("-updated_at")[:3])
    facts = {"sheet": sheet, "typed": sheet.typed, "categories": CATEGORIES, "drafts": drafts, "most": MOST_FILES}
    return render(request, "enterprise/file.html", facts, status=status)


def _take(request: HttpRequest, enterprise: Enterprise, draft: Grievance | None, at: datetime) -> HttpResponse:
    keeping = bool(request.POST.get("draft"))
    raw: dict[str, Any] = {name: request.POST.get(name, "") for name in TEXTS} | {name: name in request.POST for name in FLAGS}
    typed = raw | {"sent": True, "consent": "consent" in request.POST}
    origin = _origin(request.user, request.POST.get("from", ""))
    sheet = Sheet(request.user, at, enterprise, typed, draft, category=_category(request), origin=origin)
    by_script = keeping and bool(request.headers.get("HX-Request"))
    if by_script:
        return _keep_quietly(sheet, raw)
    sheet.uploads = take(request, "attachments", at)
    try:
        if sheet.uploads.problems:
            raise FactsMissing("有文件没有收下，其余内容都在。", fields={"attachments": sheet.uploads.problems})
        with transaction.atomic():
            ticket = _write(sheet, raw, keeping=keeping)
            if sheet.typed["consent"] and not keeping:
                consents.give_for(enterprise, ticket.number, by=request.user, at=at)
    except NotYours:
        raise
    except Refused as refusal:
        return _refused(request, sheet, without_title(refusal, raw))
    if keeping:
        messages.success(request, "草稿已保存。什么时候提交都可以。")
        return HttpResponseRedirect(f"{reverse('file')}?draft={ticket.number}")
    return HttpResponseRedirect(f"{reverse('grievance', args=[ticket.number])}?filed=1")


def _write(sheet: Sheet, raw: dict[str, Any], *, keeping: bool) -> Grievance:
    """The draft or the ticket. Files already on the draft stay, those taken away again go."""
    facts = {**raw, "title": raw["title"].strip() or title_of(raw["body"])}
    if sheet.draft is None:
        facts["attachments"] = sheet.uploads.ids
        return filing.file(sheet.user, facts, at=sheet.at, draft=keeping, enterprise=sheet.enterprise, origin=sheet.origin)
    filing.take_off(sheet.draft, sheet.user, keep=[str(file.pk) for file in sheet.kept])
    facts["attachments"] = [str(file.pk) for file in own(sheet.user, sheet.uploads.ids)]
    draft = filing.revise(sheet.draft, sheet.user, facts, at=sheet.at)
    return draft if keeping else filing.submit_draft(draft, sheet.user, at=sheet.at)


def _keep_quietly(sheet: Sheet, raw: dict[str, Any]) -> HttpResponse:
    """Saved while one writes: words only, files come with the next press of a button. No text yet, nothing kept."""
    if not raw["body"].strip():
        return HttpResponse(status=204)
    facts = {**raw, "title": raw["title"].strip() or title_of(raw["body"])}
    try:
        if sheet.draft is None:
            draft = filing.file(sheet.user, facts, at=sheet.at, draft=True, enterprise=sheet.enterprise, origin=sheet.origin)
        else:
            draft = filing.revise(sheet.draft, sheet.user, facts, at=sheet.at)
    except Refused as refusal:
        return HttpResponse(status=refusal.status_hint)
    return HttpResponse(status=204, headers={"X-Draft": draft.number})


def _refused(request: HttpRequest, sheet: Sheet, refusal: Refused) -> HttpResponse:
    """The page again with everything typed and every file that was taken."""
    sheet.refusal = refusal
    if sheet.draft is not None and refusal.status_hint == 409:
        messages.error(request, refusal.message)
        return redirect("grievance", number=sheet.draft.number)
    # An answer of 400 undoes the request whole (mengchuang.middleware.idempotency), the files just stored included.
    return _show(request, sheet, status=200 if sheet.uploads.fresh else refusal.status_hint)


@require_POST
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """Throw a draft away."""
    draft = _draft(request, number)
    if draft is None:
        raise Http404("没有这份草稿，或您无权查看。")
    filing.discard(draft, request.user)
    messages.success(request, "草稿已删除。")
    return redirect("my-grievances")


@require_GET
def promise(request: HttpRequest) -> HttpResponse:
    """The promised time for another item, for the page to put in place."""
    at = timezone.now()
    enterprise = filing.own_enterprise(request.user)
    sheet = Sheet(request.user, at, enterprise, {"service_item": request.GET.get("service_item", "")[:8]})
    return render(request, "enterprise/_promise.html", {"promise": sheet.promise})
