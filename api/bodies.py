"""What may be sent: names and JSON types, taken from the tables of facts. What a value means is for the subject to judge.

A body is refused for an unknown name and for a wrong type (`"true"` is not a boolean, `1.0` not an integer); whether something needed is
missing, too long or out of sight the subject says, in the words the pages use too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from grievances.moves import Fact, Move
from grievances.states import GRADES

LARGEST_VERSION = 2**31 - 1


class Strict(serializers.Field):
    """A value of exactly one JSON type; null stands for nothing said."""

    wanted: tuple[type, ...] = (str,)
    problem = "须是文字"

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"allow_null": True, **facts})

    def to_internal_value(self, data: Any) -> Any:
        if type(data) not in self.wanted:
            self.refuse()
        return data

    def to_representation(self, value: Any) -> Any:
        return value

    def refuse(self) -> NoReturn:
        raise serializers.ValidationError(self.problem)


@extend_schema_field({"type": "string"})
class Text(Strict):
    pass


@extend_schema_field({"type": "boolean"})
class Flag(Strict):
    wanted, problem = (bool,), "须是 true 或 false"


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": max(GRADES)})
class Score(Strict):
    wanted, problem = (int,), "须是 1 到 5 的整数"


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class Key(Strict):
    wanted, problem = (int, str), "须是编号"


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": LARGEST_VERSION})
class Version(Strict):
    wanted, problem = (int,), "须是整数，取自您看到的这一件的 version"

    def to_internal_value(self, data: Any) -> Any:
        if type(data) is not int or not 0 <= data <= LARGEST_VERSION:
            self.refuse()
        return data


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class Texts(Strict):
    wanted, problem = (list,), "须是文字的列表"

    def to_internal_value(self, data: Any) -> Any:
        if type(data) is not list or any(type(each) is not str for each in data):
            self.refuse()
        return data


_TALK = {
    "type": "object",
    "properties": {
        "talk": {
            "type": "object",
            "properties": {
                "channel": {"type": "string"},
                "person": {"type": "string"},
                "at": {"type": "string", "format": "date-time"},
                "note": {"type": "string"},
            },
            "required": ["channel", "person", "note"],
        }
    },
    "required": ["talk"],
}


@extend_schema_field(_TALK["properties"]["talk"])
class Talk(Strict):
    wanted, problem = (dict,), "须是 {channel, person, at, note}"


@extend_schema_field(
    {"type": "array", "items": {"oneOf": [{"type": "string", "description": "附件号，或 visit:键"}, _TALK]}, "maxItems": 10}
)
class EvidenceList(Strict):
    wanted, problem = (list,), "须是列表：附件号、visit:键 或 {talk: {channel, person, at, note}}"

    def to_internal_value(self, data: Any) -> Any:
        if type(data) is not list or any(type(each) not in (str, dict) for each in data):
            self.refuse()
        return data


_FIELDS: dict[str, type[Strict]] = {
    "flag": Flag,
    "score": Score,
    "place": Key,
    "order": Key,
    "units": Texts,
    "files": Texts,
    "lines": Texts,
    "evidence": EvidenceList,
}


def field_of(fact: Fact, *, needed: bool | None = None) -> serializers.Field:
    """The field of one fact, with what the table says of it for the schema."""
    plain: dict[str, Any] = {}
    match fact.kind:
        case "text" | "phone":
            plain = {"type": "string", "maxLength": fact.most}
        case "choice" if fact.choices is not None:
            plain = {"type": "string", "enum": list(fact.choices.values)}
        case "date":
            plain = {"type": "string", "format": "date"}
        case "moment":
            plain = {"type": "string", "format": "date-time"}
    field = _FIELDS.get(fact.kind, Text)
    if plain:
        field = extend_schema_field(plain)(type(field.__name__, (field,), {}))
    return field(required=fact.needed if needed is None else needed, label=fact.label, help_text=fact.help or fact.label)


class Body(serializers.Serializer[Any]):
    """Checks names and types only: a field that is `required` is so in the schema, and by the subject's refusal."""

    @classmethod
    def taken(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """On the fields of the class: none of them keeps anything, and to copy them all for one body takes longer than to check it."""
        found: dict[str, Any] = {}
        problems: dict[str, list[str]] = {}
        for name, value in data.items():
            field = cls._declared_fields.get(name)
            if field is None or field.read_only:
                problems[str(name)[:60]] = ["这里没有这个字段"]
            elif value is not None:
                try:
                    found[name] = field.to_internal_value(value)
                except serializers.ValidationError as error:
                    problems[name] = [str(each) for each in error.detail]
            else:
                found[name] = None
        if problems:
            raise serializers.ValidationError(problems)
        return found


def body(name: str, facts: Iterable[Fact], **more: serializers.Field) -> type[Body]:
    """A body of these facts; `name` is what the schema calls it."""
    fields: dict[str, Any] = {fact.name: field_of(fact) for fact in facts}
    return type(name, (Body,), {**fields, **more})


def optional(name: str, facts: Iterable[Fact], **more: serializers.Field) -> type[Body]:
    """The same with nothing required: a draft, a correction."""
    fields: dict[str, Any] = {fact.name: field_of(fact, needed=False) for fact in facts}
    return type(name, (Body,), {**fields, **more})


def body_of_move(move: Move) -> type[Body]:
    name = "".join(word.capitalize() for word in move.event.split("_")) + "Move"
    return body(name, move.asked, version=Version(required=True, allow_null=False, help_text="您看到的这一件的 version"))


def read(kind: type[Body], data: Any) -> dict[str, Any]:
    """Raises rest_framework's ValidationError."""
    if not isinstance(data, Mapping):
        raise serializers.ValidationError({"non_field_errors": ["请求内容须是一个 JSON 对象。"]})
    return kind.taken(data)


def said_in(kind: type[Body], request: Any) -> dict[str, Any]:
    """Raises ValidationError, also for what is missing."""
    said = read(kind, request.data)
    missing = {name: ["请填写。"] for name, field in kind._declared_fields.items() if field.required and said.get(name) is None}
    if missing:
        raise serializers.ValidationError(missing)
    return {name: value for name, value in said.items() if value is not None}
