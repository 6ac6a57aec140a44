"""What a subject that can be imported or exported says of itself: its columns, who may, how rows are decided and written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction

from community.models import Community
from exchange import undoing
from exchange.columns import Column
from exchange.plan import Row, Verdict
from wording.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Scope:
    """Into which community, by whom, and what was agreed to. `source` is the name of the file, `batch` the history context it is written in."""

    community: Community
    by: User | None
    at: datetime
    accept_warnings: bool = False
    create_places: bool = False
    source: str = ""
    batch: UUID | None = None


class Table(ABC):
    """One subject. `importers` and `exporters` are kinds of post; `models` are written by an import, parents first, all with history."""

    code: ClassVar[str]
    label: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    importers: ClassVar[tuple[str, ...]] = ()
    exporters: ClassVar[tuple[str, ...]] = ()
    models: ClassVar[tuple[type[models.Model], ...]] = ()
    note: ClassVar[str] = ""
    places_may_be_created: ClassVar[bool] = False

    @property
    def can_be_undone(self) -> bool:
        return bool(self.models)

    @property
    def imported(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.read is not None)

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        """Column → the words of its drop-down that depend on the community."""
        return {}

    def decide(self, rows: Sequence[Row], scope: Scope, *, told: Callable[[int], None] = lambda done: None) -> list[str]:
        """Set verdict, changes, key and problems of every row that was understood; gives remarks on the file as a whole.

        Runs in a transaction, which a preview rolls back: a table of few rows writes them here, so that no preview lies.
        """
        raise NotImplementedError

    def carry_out(self, rows: Sequence[Row], scope: Scope) -> None:  # noqa: B027 - most tables write as they decide
        """Write what was decided and `decide` has not written."""

    def undo(self, batch: UUID, at: datetime) -> None:
        """Put back what stood before, in a transaction. Raises undoing.UndoRefused; then nothing is undone."""
        undoing.undo(self.models, batch)

    @abstractmethod
    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        """Rows in sight, filtered and ordered as the list on screen. Raises ValidationError for a filter that means nothing."""

    def columns_for(self, user: User) -> list[Column]:
        """What this person may take out."""
        return list(self.columns)

    def find(self, code: str) -> Column:
        return next(column for column in self.columns if column.code == code)


class RowByRow(Table):
    """A table of hundreds of rows: each is written by the deed a page would call, in a savepoint, and what that refuses is refused."""

    #: Columns that say which thing a row is about; two rows of one file must differ in them.
    key: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def known(self, values: dict[str, Any], scope: Scope) -> Any:
        """The thing on file, or None. References are looked up here: raises ValidationError by column."""

    @abstractmethod
    def current(self, thing: Any) -> dict[str, Any]:
        """Column → value as on file, comparable with what `read` gives."""

    @abstractmethod
    def create(self, values: dict[str, Any], scope: Scope) -> Any:
        """Raises ValidationError, Refused."""

    @abstractmethod
    def update(self, thing: Any, values: dict[str, Any], scope: Scope) -> None:
        """`values` are the columns that change. Raises ValidationError, Refused."""

    def decide(self, rows: Sequence[Row], scope: Scope, *, told: Callable[[int], None] = lambda done: None) -> list[str]:
        seen: dict[tuple[Any, ...], int] = {}
        for done, row in enumerate(rows):
            if done % 50 == 0:
                told(done)
            row.key = " ".join(str(row.values[code]) for code in self.key if code in row.values)
            if row.wrong or self._lacks(row) or self._repeated(row, seen):
                continue
            try:
                with transaction.atomic():
                    self._enter(row, scope)
            except ValidationError as error:
                self._refuse(row, error)
            except Refused as refused:
                row.refuse("", str(refused))
        return []

    def _enter(self, row: Row, scope: Scope) -> None:
        thing = self.known(row.values, scope)
        if thing is None:
            row.verdict = Verdict.CREATE
            if row.doubtful and not scope.accept_warnings:
                row.verdict = Verdict.REFUSED
                return
            self.create(row.values, scope)
            return
        current = self.current(thing)
        row.changes = {code: (current[code], value) for code, value in row.values.items() if code in current and current[code] != value}
        row.verdict = Verdict.UPDATE if row.changes else Verdict.SAME
        if row.changes:
            self.update(thing, {code: after for code, (_, after) in row.changes.items()}, scope)

    def _lacks(self, row: Row) -> bool:
        missing = [column for column in self.columns if column.required and row.values.get(column.code) in (None, "")]
        for column in missing:
            row.refuse(column.code, f"「{column.label}」是必填的。")
        return bool(missing)

    def _repeated(self, row: Row, seen: dict[tuple[Any, ...], int]) -> bool:
        key = tuple(str(row.values.get(code, "")).casefold() for code in self.key)
        earlier = seen.setdefault(key, row.number)
        if earlier != row.number:
            row.refuse(self.key[0], f"与第 {earlier} 行重复，请删去一行。")
        return earlier != row.number

    def _refuse(self, row: Row, error: ValidationError) -> None:
        row.changes = {}
        known = {column.code for column in self.columns}
        by_field: Iterable[tuple[str, Any]] = error.message_dict.items() if hasattr(error, "error_dict") else [("", error.messages)]
        for name, texts in by_field:
            row.refuse(name if name in known else "", "".join(dict.fromkeys(texts)))


def full_clean_of(thing: models.Model, **renamed: str) -> None:
    """Check a model; errors are named by column where its field has another name."""
    try:
        thing.full_clean()
    except ValidationError as error:
        texts = {renamed.get(name, name): messages for name, messages in error.message_dict.items()}
        raise ValidationError(texts) from error
