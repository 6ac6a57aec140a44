"""风险标记 through the doors of those who watch: the community's own people, and the street. Nobody else has a door to it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

import audit
from accounts.address import client_address
from api import docs, pages
from api.bodies import read
from api.doors import STREET, Behind, Door
from api.files import handed_out
from api.places import number
from api.risk_shapes import DecideBody, LowerBody, RaiseBody, RiskRowSerializer, RiskSerializer, StreetRisksSerializer
from api.ticket import moment
from risks import flags, people, signs
from risks.filters import FlagFilter
from risks.kinds import CLEARED, LEVEL_CODES, kind_of, level_code, level_label
from risks.models import Finding, Flag, Lowering
from risks.querysets import watched_by
from risks.rules import rule_label
from wording.errors import FactsMissing, StateConflict

WATCHERS = Door("community", "社区专员、负责人和网格人员", people.SETTERS)
BY_GRAVITY = pages.Order("gravest", "gravity", descending=True, read=int)
_COLUMNS = (
    "enterprise__uscc", "enterprise__name", "enterprise__community__code", "enterprise__community__name", "kind", "level", "evidence", "source",
    "owner__name", "raised_by__name", "raised_at", "level_since_at", "ended_at", "verdict", "waits",
)  # fmt: skip
_TO = {**LEVEL_CODES, "cleared": CLEARED}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    kind = kind_of(row["kind"])
    return {
        "id": row["pk"],
        "enterprise": {"uscc": row["enterprise__uscc"], "name": row["enterprise__name"]},
        "community": {"code": row["enterprise__community__code"], "name": row["enterprise__community__name"]},
        "kind": kind.code, "kind_label": kind.label, "dimension": kind.dimension.value, "dimension_label": kind.dimension.label,
        "level": level_code(row["level"]), "level_label": level_label(row["level"]), "evidence": row["evidence"], "source": row["source"],
        "owner": row["owner__name"], "raised_by": row["raised_by__name"], "raised_at": moment(row["raised_at"]),
        "level_since_at": moment(row["level_since_at"]), "ended_at": moment(row["ended_at"]), "verdict": row["verdict"],
        "pending": row["waits"],
    }  # fmt: skip


class RisksBehind(Behind):
    """Flags in sight of this door's posts."""

    def sight(self) -> QuerySet[Flag]:
        user = self.request.user
        waiting = Lowering.objects.visible_to(user).pending().filter(flag=OuterRef("pk"))
        rows: QuerySet[Flag] = Flag.objects.visible_to(user).with_gravity().annotate(waits=Exists(waiting))
        return rows

    def narrowed(self, request: Request) -> QuerySet[Flag]:
        """Without `state` what is open."""
        rows = self.sight()
        return pages.narrowed(request, FlagFilter, rows if "state" in request.query_params else rows.filter(ended_at__isnull=True))

    def found(self, pk: int) -> Flag:
        flag: Flag | None = self.sight().select_related("enterprise__community").filter(pk=pk).first()
        if flag is None:
            raise Http404
        return flag

    def whole(self, pk: int) -> dict[str, Any]:
        user = self.request.user
        found = self.sight().filter(pk=pk)
        steps = self.found(pk).levels.visible_to(user).order_by("from_at", "pk")
        asked = Lowering.objects.visible_to(user).filter(flag=pk).order_by("asked_at", "pk")
        people_of = ("by__name", "confirmed_by__name")
        return _row(found.values(*_COLUMNS, "pk").get()) | {
            "levels": [self._step(row) for row in steps.values("from_level", "level", "from_at", "evidence", *people_of)],
            "lowerings": [self._lowering(row) for row in asked.select_related("asked_by", "decided_by", "file")],
            "findings": [self._finding(row) for row in self._findings(pk)],
            "actions": self._actions(pk),
        }

    def _findings(self, pk: int) -> list[Finding]:
        return list(Finding.objects.visible_to(self.request.user).filter(flag=pk).order_by("found_at", "pk"))

    def _finding(self, row: Finding) -> dict[str, Any]:
        return {
            "rule": row.rule, "rule_label": rule_label(row.rule), "level": level_code(row.level), "reason": row.reason, "figures": row.figures,
            "thresholds": row.params, "found_at": moment(row.found_at),
        }  # fmt: skip

    def _step(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "from_level": level_code(row["from_level"]), "level": level_code(row["level"]), "from_at": moment(row["from_at"]),
            "evidence": row["evidence"], "by": row["by__name"], "confirmed_by": row["confirmed_by__name"],
        }  # fmt: skip

    def _lowering(self, row: Lowering) -> dict[str, Any]:
        address = reverse(f"api-{self.door.name}-risk-file", args=[row.flag_id, row.pk])
        file = {"name": row.file.name, "url": self.request.build_absolute_uri(address)} if row.file else None
        return {
            "id": row.pk, "from_level": level_code(row.from_level), "to_level": level_code(row.to_level), "verdict": row.verdict,
            "evidence": row.evidence, "file": file, "asked_by": row.asked_by.display_name, "asked_at": moment(row.asked_at),
            "state": row.state, "decided_by": row.decided_by.display_name if row.decided_by else None,
            "decided_at": moment(row.decided_at), "note": row.note,
        }  # fmt: skip

    def _actions(self, pk: int) -> list[dict[str, str]]:
        flag, pending = self.found(pk), self.pending(pk)
        if pending is not None:
            may = people.may_decide(self.request.user, flag.enterprise, pending.asked_by_id, self.at)
            own = pending.asked_by_id == self.request.user.pk
            return [{"code": "decide", "label": "复核"}] if may else [{"code": "withdraw", "label": "撤回申请"}] if own else []
        may = flag.ended_at is None and people.may_set_for(self.request.user, flag.enterprise)
        return [{"code": "lower", "label": "申请降级或解除"}] if may else []

    def pending(self, pk: int) -> Lowering | None:
        rows = Lowering.objects.visible_to(self.request.user).pending()
        found: Lowering | None = rows.select_related("flag__enterprise__community").filter(flag=pk).first()
        return found

    def waiting(self, pk: int) -> Lowering:
        """Raises Http404, StateConflict."""
        self.found(pk)
        pending = self.pending(pk)
        if pending is None:
            raise StateConflict("这个标记没有待复核的降级申请。")
        return pending


class Risks(RisksBehind):
    door = WATCHERS

    @extend_schema(operation_id="community_risks_list", parameters=docs.filters_of(FlagFilter), responses=docs.listed(RiskRowSerializer))
    def get(self, request: Request) -> Response:
        """未解除的在前，按等级从重到轻。"""
        page = pages.page(request, self.narrowed(request), BY_GRAVITY, _COLUMNS)
        return Response(page.answer([_row(row) for row in page.rows]))

    @extend_schema(
        operation_id="community_risks_raise", request=RaiseBody, responses=docs.made(RiskSerializer) | docs.changed(RiskSerializer)
    )
    def post(self, request: Request) -> Response:
        """201 新标记；200 已有标记升级，或同样的内容再说一遍。"""
        raw = read(RaiseBody, request.data)
        uscc = (raw.get("uscc") or "").strip().upper()[:18]
        enterprise = watched_by(request.user).select_related("community").filter(uscc=uscc).first()
        if enterprise is None:
            raise Http404
        level = LEVEL_CODES.get(raw.get("level") or "", 0)
        facts = (raw.get("kind") or "", level, raw.get("evidence") or "")
        flag = flags.raise_flag(enterprise, *facts, by=request.user, at=self.at)
        return Response(self.whole(flag.pk), status=201 if flag.raised_at == self.at else 200)


class OneRisk(RisksBehind):
    door = WATCHERS

    @extend_schema(operation_id="community_risks_read", responses=docs.found(RiskSerializer))
    def get(self, request: Request, risk: int) -> Response:
        return Response(self.whole(self.found(risk).pk))


class Lower(RisksBehind):
    door = WATCHERS

    @extend_schema(operation_id="community_risks_lower", request=LowerBody, responses=docs.changed(RiskSerializer))
    def post(self, request: Request, risk: int) -> Response:
        """申请降低或解除，由第二人复核；复核之前等级不变。"""
        flag = self.found(risk)
        signs.must_set(flag.enterprise, request.user)
        raw = read(LowerBody, request.data)
        to_level = _TO.get(raw.get("to_level") or "", -1)
        facts = {"verdict": raw.get("verdict") or "", "file": raw.get("file")}
        flags.ask_to_lower(flag, to_level, raw.get("evidence") or "", by=request.user, at=self.at, **facts)
        return Response(self.whole(risk))


class Decide(RisksBehind):
    door = WATCHERS

    @extend_schema(operation_id="community_risks_decide", request=DecideBody, responses=docs.changed(RiskSerializer))
    def post(self, request: Request, risk: int) -> Response:
        """申请人以外的第二人同意（立即生效）或不同意（须写意见）。"""
        pending = self.waiting(risk)
        flags.must_decide(pending.flag.enterprise, pending, request.user, self.at)
        raw = read(DecideBody, request.data)
        if raw.get("lowering") is not None and str(raw["lowering"]) != str(pending.pk):
            raise StateConflict("您看到的那份申请已经不在待复核，请看现在的这一份。", code="stale")
        if raw.get("approve") is None:
            raise FactsMissing("请写明同意还是不同意。", fields={"approve": "须是 true 或 false"})
        flags.decide_lowering(pending, raw["approve"], by=request.user, at=self.at, note=raw.get("note") or "")
        return Response(self.whole(risk))


class Withdraw(RisksBehind):
    door = WATCHERS

    @extend_schema(operation_id="community_risks_withdraw", request=None, responses=docs.changed(RiskSerializer))
    def post(self, request: Request, risk: int) -> Response:
        flags.withdraw_lowering(self.waiting(risk), by=request.user, at=self.at)
        return Response(self.whole(risk))


class EvidenceFile(RisksBehind):
    door = WATCHERS

    @extend_schema(
        operation_id="community_risks_file",
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY),
            **docs.REFUSALS,
            404: docs.refusal("没有，或不在您的查看范围内"),
        },
    )
    def get(self, request: Request, risk: int, lowering: int) -> HttpResponseBase:
        """The file that came with a request."""
        found = Lowering.objects.visible_to(request.user).select_related("file").filter(pk=lowering, flag=risk, file__isnull=False).first()
        if found is None:
            raise Http404
        asked = request._request
        audit.record(
            "download", by=request.user, at=self.at, target=f"file:{found.file.pk}", detail={"door": self.door.name},
            request_id=getattr(asked, "id", ""), address=client_address(asked),
        )  # fmt: skip
        return handed_out(found.file)


class StreetRisks(RisksBehind):
    door = STREET

    @extend_schema(
        operation_id="street_risks", parameters=docs.filters_of(FlagFilter), responses=docs.answers(StreetRisksSerializer) | docs.BAD
    )
    def get(self, request: Request) -> Response:
        """The list, and how many of each level it holds: each number opens the list it was counted from."""
        rows = self.narrowed(request)
        page = pages.page(request, rows, BY_GRAVITY, _COLUMNS)
        counted = dict(rows.order_by().values_list("level").annotate(n=Count("pk", distinct=True)))
        asked = request.query_params.getlist("level")
        counts = [
            {"level": code, "label": level.label, **self._number(request, counted.get(level, 0), code)}
            for code, level in reversed(LEVEL_CODES.items())
            if not asked or code in asked
        ]
        return Response({"as_of": moment(self.at), "counts": counts, **page.answer([_row(row) for row in page.rows])})

    def _number(self, request: Request, value: int, code: str) -> dict[str, Any]:
        filters = {name: text for name, text in request.query_params.items() if name not in (*pages.PAGING, "level")}
        return number(self, value, "个", "api-street-risks", **filters, level=code)


class StreetRisk(OneRisk):
    door = STREET

    @extend_schema(operation_id="street_risks_read", responses=docs.found(RiskSerializer))
    def get(self, request: Request, risk: int) -> Response:
        return super().get(request, risk)


class StreetDecide(Decide):
    door = STREET

    @extend_schema(operation_id="street_risks_decide", request=DecideBody, responses=docs.changed(RiskSerializer))
    def post(self, request: Request, risk: int) -> Response:
        """负责人提出的降级，街道可以复核。"""
        return super().post(request, risk)


class StreetFile(EvidenceFile):
    door = STREET

    @extend_schema(
        operation_id="street_risks_file",
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY),
            **docs.REFUSALS,
            404: docs.refusal("没有，或不在您的查看范围内"),
        },
    )
    def get(self, request: Request, risk: int, lowering: int) -> HttpResponseBase:
        return super().get(request, risk, lowering)
