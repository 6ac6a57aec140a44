"""Facts as form fields: each kind of fact has a widget, and a way to be read back from what a browser sent.

Nothing is checked here. `workflow.apply` cleans what it is told and says what is wrong; the form shows that at the field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from community.models import Unit
from enterprises.consents import to_partner
from files.models import File
from grievances import owners, reply_templates, routing
from grievances.dispatch import co_rows
from grievances.models import Grievance, ServiceItem, Transition
from grievances.moves import MOVE, Fact
from grievances.states import Actor, Circle, CoResult, DispatchState, ReopenSource, ResumeReason
from portal.uploads import Uploads, take
from wording.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User
    from grievances.capacity import Standing

MORE_THAN_A_LINE = 200
MOST_FILES = 10
TALK = (("talk_channel", "方式"), ("talk_person", "对象"), ("talk_at", "时间"), ("talk_note", "内容"))
TALK_CHANNELS = (("电话", "电话"), ("上门", "上门"), ("来访", "来访"), ("微信", "微信"))
UNIT_GROUPS = (
    ("专业窗口（由系统选定机构）", lambda unit: unit.kind == "window" and unit.is_partner),
    ("合作机构", lambda unit: unit.kind == "partner"),
    ("专员窗口", lambda unit: unit.kind == "window" and not unit.is_partner),
    ("部门", lambda unit: unit.kind == "department"),
    ("网格", lambda unit: unit.kind == "grid"),
    ("园区运营方", lambda unit: unit.kind == "operator"),
)


@dataclass
class Ground:
    """Where the choices of a form come from; every list is read when a field shows it, and once."""

    grievance: Grievance
    user: User
    at: datetime
    stands: Standing
    # Key of the reply template whose words the form begins with, as the address says it.
    template: str = ""

    def is_one_of(self, *actors: Actor) -> bool:
        return any(actor in self.stands.posts for actor in actors)

    @property
    def staff(self) -> bool:
        return self.is_one_of(Actor.SPECIALIST, Actor.LEADER, Actor.STREET)

    @property
    def today(self) -> Any:
        return timezone.localtime(self.at).date()

    @cached_property
    def items(self) -> list[tuple[str, Any]]:
        return item_choices(ServiceItem.objects.visible_to(self.user).offered().filter(community=self.grievance.community_id))

    @cached_property
    def usable_units(self) -> list[Unit]:
        rows = Unit.objects.visible_to(self.user).usable(self.today).filter(community=self.grievance.community_id)
        return list(rows.order_by("kind", "code"))

    @property
    def partner_codes(self) -> set[str]:
        return {unit.code for unit in self.usable_units if to_partner(unit)}

    @cached_property
    def units(self) -> list[tuple[str, Any]]:
        rows = [unit for unit in self.usable_units if not (unit.kind == "window" and unit.pk == self.grievance.window_id)]
        groups = [(label, [(unit.code, unit_words(unit)) for unit in rows if belongs(unit)]) for label, belongs in UNIT_GROUPS]
        return [("", "请选择"), *((label, choices) for label, choices in groups if choices)]

    @cached_property
    def co_units(self) -> list[tuple[str, str]]:
        waiting = [row for row in co_rows(self.grievance) if row.state not in (DispatchState.DONE, DispatchState.WAIVED)]
        return [("", "请选择"), *((row.unit.code, row.unit.name) for row in waiting)]

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        people = owners.specialists(self.grievance.community_id, self.at)
        others = [person for person in people if person.pk != self.grievance.assignee_id]
        return [("", "请选择"), *((person.username, person.display_name) for person in others)]

    @cached_property
    def orders(self) -> list[tuple[str, str]]:
        lines = Transition.objects.filter(grievance=self.grievance, event="supervise").order_by("seq")
        return [("", "不是答复督办"), *((str(line.seq), f"{timezone.localtime(line.at):%m-%d} {line.note[:30]}") for line in lines)]

    @cached_property
    def kin(self) -> list[tuple[str, str]]:
        """Open tickets of the same enterprise: what one most often merges into."""
        rows = Grievance.objects.visible_to(self.user).open().filter(enterprise=self.grievance.enterprise_id).exclude(pk=self.grievance.pk)
        return list(rows.newest().values_list("number", "title")[:20])

    @cached_property
    def proposal(self) -> routing.Proposal:
        return routing.propose(self.grievance, on=self.today)

    @property
    def proposed_unit(self) -> str:
        chosen = self.proposal.chosen
        return chosen.unit.code if chosen is not None and chosen.unit is not None else ""


def item_choices(rows: Any) -> list[tuple[str, Any]]:
    """The catalogue under its eight plain categories, the catch-all first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, name, category in rows.ordered().values_list("code", "name", "plain_category"):
        groups.setdefault(category, []).append((code, name))
    return [*groups.pop("", []), *groups.items()]


def unit_words(unit: Unit) -> str:
    return unit.name if unit.has_account else f"{unit.name}（无账号，发转办函）"


@dataclass(frozen=True)
class Told:
    """What a browser sent for a move, as it was typed, with the files that came along."""

    data: QueryDict
    uploads: dict[str, Uploads] = field(default_factory=dict)
    needs: tuple[Fact, ...] = ()

    @classmethod
    def of(cls, request: HttpRequest, event: str, at: datetime) -> Told:
        """Stores the files that came with the form; a bad one is named in `problems`, the others stay."""
        needs = MOVE[event].facts
        uploads = {need.name: take(request, need.name, at) for need in needs if need.kind in ("files", "evidence")}
        return cls(request.POST, uploads, needs)

    @property
    def problems(self) -> dict[str, list[str]]:
        return {name: taken.problems for name, taken in self.uploads.items() if taken.problems}

    @property
    def stored(self) -> bool:
        return any(taken.fresh for taken in self.uploads.values())

    def facts(self) -> dict[str, Any]:
        """By name, ready for `workflow.apply`. What the form did not ask is not told."""
        return {need.name: self._read(need) for need in self.needs if self._asked(need)}

    def _asked(self, need: Fact) -> bool:
        return need.name in self.data or need.kind in ("flag", "files", "evidence", "units")

    def _read(self, need: Fact) -> Any:
        match need.kind:
            case "units":
                return [code for code in self.data.getlist(need.name) if code]
            case "flag":
                return need.name in self.data
            case "files":
                return self.uploads[need.name].ids
            case "evidence":
                return [*self.uploads[need.name].ids, *self.talk()]
            case _:
                return self.data.get(need.name, "")

    def talk(self) -> list[dict[str, Any]]:
        said = {name.removeprefix("talk_"): self.data.get(name, "").strip() for name, _ in TALK}
        return [{"talk": said}] if said["person"] or said["note"] else []

    def words(self) -> list[tuple[str, str]]:
        """The texts that were typed, with their labels."""
        labels = [(need.name, need.label) for need in self.needs if need.kind in ("text", "lines")] + [("talk_note", "谈话内容")]
        return [(label, self.data[name]) for name, label in labels if self.data.get(name, "").strip()]


class MoveForm(forms.Form):
    """The facts of one move. Bound to what was typed when a move was refused; the errors are the workflow's."""

    def __init__(self, event: str, needs: tuple[Fact, ...], ground: Ground, *, told: Told | None = None, refusal: Refused | None = None):
        super().__init__(told.data if told is not None else None, auto_id=f"{event}-%s")
        self.event, self.ground, self.told, self.refusal = event, ground, told, refusal
        self.needs = {need.name: need for need in needs}
        for need in needs:
            built = _field(event, need, ground)
            if built is not None:
                self.fields[need.name] = built
        if told is None and event == "dispatch":
            self.initial["unit"] = ground.proposed_unit
        if told is None and ground.template:
            for each in self.templates:
                if str(each["template"].pk) == ground.template:
                    self.initial[reply_templates.TEXTS[event]] = each["words"]
        if "evidence" in self.fields:
            self.fields |= {name: _talk_field(name, label) for name, label in TALK}

    @cached_property
    def templates(self) -> list[dict[str, Any]]:
        """Reply templates for the text of this move, each with its words for this ticket."""
        ticket, user = self.ground.grievance, self.ground.user
        rows = reply_templates.offered(ticket, self.event, user)
        return [{"template": row, "words": reply_templates.fill(row.body, ticket, user)} for row in rows]

    def full_clean(self) -> None:
        self._errors, self.cleaned_data = ErrorDict(), {}
        for name, problems in (self.refusal.fields if self.refusal is not None else {}).items():
            self._errors[name if name in self.fields else forms.forms.NON_FIELD_ERRORS] = self.error_class(problems)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Fields in order with what the template must know beside the widget."""
        return [self._row(name) for name in self.fields if not name.startswith("talk_")]

    def _row(self, name: str) -> dict[str, Any]:
        need, bound = self.needs[name], self[name]
        row: dict[str, Any] = {"need": need, "bound": bound, "kind": need.kind, "count": 0}
        if need.kind in ("text", "lines") and need.most > MORE_THAN_A_LINE:
            row["count"] = need.most
        if reply_templates.TEXTS.get(self.event) == name:
            row["templates"] = self.templates
        if need.kind in ("files", "evidence"):
            row |= {"kept": self.kept(name), "most": MOST_FILES}
        if need.kind == "evidence":
            row["talk"] = [self[each] for each, _ in TALK]
            row["talking"] = self.told is not None and bool(self.told.talk())
        if need.kind == "score":
            row["chosen"] = bound.value()
        if need.kind == "choice":
            row |= {"radio": isinstance(self.fields[name].widget, forms.RadioSelect), "value": bound.value()}
        if need.kind == "units":
            row["selects"] = self._selects(bound)
        if need.kind == "ticket":
            row["kin"] = self.ground.kin
        return row

    def _selects(self, bound: forms.BoundField) -> list[str]:
        """Three selects of one name rather than a list that needs Ctrl, which nobody finds."""
        chosen = [*(self.told.data.getlist(bound.name) if self.told is not None else []), "", "", ""][:3]
        select = forms.Select(choices=self.ground.units)
        return [
            select.render(bound.html_name, code, {"class": "form-select", "aria-label": f"{bound.label} {number}"})
            for number, code in enumerate(chosen, start=1)
        ]

    def kept(self, name: str) -> list[File]:
        """Files sent earlier and still free to be used."""
        return self.told.uploads[name].files if self.told is not None and name in self.told.uploads else []

    @property
    def has_files(self) -> bool:
        return any(need.kind in ("files", "evidence") for need in self.needs.values())


def _field(event: str, need: Fact, ground: Ground) -> forms.Field | None:
    """None where this person is not asked: what only a leader, a proxy or a unit may say."""
    unasked = _NOT_ASKED.get((event, need.name)) or _NOT_ASKED.get(("", need.name))
    if unasked is not None and unasked(ground):
        return None
    built = _BUILD[need.kind](event, need, ground)
    built.required = need.needed or ("", need.name) == ("", "incoming")
    built.label, built.help_text = _LABELS.get((event, need.name), need.label), need.help
    return built


_NOT_ASKED: dict[tuple[str, str], Any] = {
    ("dispatch", "final"): lambda ground: not ground.is_one_of(Actor.LEADER),
    ("", "incoming"): lambda ground: not ground.stands.proxy,
    ("comment", "circle"): lambda ground: ground.is_one_of(Actor.ENTERPRISE),
    ("comment", "answers"): lambda ground: not ground.is_one_of(Actor.SPECIALIST, Actor.HANDLER) or len(ground.orders) == 1,
    ("reopen", "source"): lambda ground: ground.is_one_of(Actor.ENTERPRISE),
    ("co_done", "unit"): lambda ground: not ground.is_one_of(Actor.HANDLER),
    ("rate", "reason"): lambda ground: True,
}
_LABELS = {("reopen", "reason"): "哪里还没解决", ("urge", "note"): "想说的话（选填）", ("comment", "body"): "说明"}


def _text(event: str, need: Fact, ground: Ground) -> forms.Field:
    if need.most > MORE_THAN_A_LINE:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 5 if need.most > 2000 else 3}))
    return forms.CharField(widget=forms.TextInput(attrs={"maxlength": need.most}))


def _lines(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}))


def _choice(event: str, need: Fact, ground: Ground) -> forms.Field:
    assert need.choices is not None
    choices = list(need.choices.choices)
    kept = _NARROWED.get((event, need.name))
    if kept is not None:
        allowed, first = kept(ground)
        choices = [pair for pair in choices if pair[0] in allowed]
        return forms.ChoiceField(choices=choices, initial=first)
    if len(choices) <= 4 and need.needed:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
    return forms.ChoiceField(choices=[("", "请选择" if need.needed else "不改"), *choices])


def _circles(ground: Ground) -> tuple[list[str], str]:
    if ground.is_one_of(Actor.SPECIALIST):
        return list(Circle.values), Circle.ENTERPRISE
    return [Circle.ENTERPRISE, Circle.PARTNERS], Circle.PARTNERS


_NARROWED: dict[tuple[str, str], Any] = {
    ("comment", "circle"): _circles,
    ("resume", "reason"): lambda ground: ([ResumeReason.MANUAL, ResumeReason.REPLIED], ResumeReason.MANUAL),
    ("reopen", "source"): lambda ground: ([ReopenSource.CALLBACK, ReopenSource.LOW_RATING, ReopenSource.ENTERPRISE], ReopenSource.CALLBACK),
    ("co_done", "result"): lambda ground: (
        ([CoResult.DONE, CoResult.RETURNED], CoResult.DONE) if ground.is_one_of(Actor.PARTNER) else ([CoResult.WAIVED], CoResult.WAIVED)
    ),
}


def _score(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.IntegerField()


def _flag(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.BooleanField()


def _date(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.CharField(widget=forms.TextInput(attrs={"type": "date", "min": ground.today.isoformat()}))


def _moment(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.CharField(widget=forms.TextInput(attrs={"type": "datetime-local", "min": f"{ground.today.isoformat()}T00:00"}))


def _item(event: str, need: Fact, ground: Ground) -> forms.Field:
    item = ground.grievance.service_item
    blank = [("", "请选择")] if item is None or event == "reclassify" else []
    return forms.ChoiceField(choices=lambda: [*blank, *ground.items], initial="" if blank else item.code)


def _unit(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.ChoiceField(choices=lambda: ground.co_units if event == "co_done" else ground.units)


def _units(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.MultipleChoiceField()


def _person(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.ChoiceField(choices=lambda: ground.people)


def _ticket(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.CharField(
        widget=forms.TextInput(attrs={"maxlength": 15, "list": f"{event}-{need.name}-kin", "placeholder": "MC261121-000000"})
    )


def _order(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.ChoiceField(choices=lambda: ground.orders)


def _files(event: str, need: Fact, ground: Ground) -> forms.Field:
    return forms.CharField()


_BUILD = {
    "text": _text, "lines": _lines, "choice": _choice, "score": _score, "flag": _flag, "date": _date, "moment": _moment, "item": _item,
    "unit": _unit, "units": _units, "person": _person, "ticket": _ticket, "order": _order, "files": _files, "evidence": _files,
}  # fmt: skip


def _talk_field(name: str, label: str) -> forms.Field:
    match name:
        case "talk_channel":
            return forms.ChoiceField(label=label, required=False, choices=TALK_CHANNELS)
        case "talk_at":
            widget = forms.TextInput(attrs={"type": "datetime-local"})
            return forms.CharField(label=label, required=False, widget=widget, help_text="不填就是现在")
        case "talk_note":
            return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 2}))
        case _:
            return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs={"maxlength": 50}))
