"""What becomes of a room's rows when all that is known of a client is erased. Each room says it of its own tables,
in its `erased.py`; a test finds tables, and columns with words in them, of which nobody has said anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from django.db.models import FileField, Model

from svyazka.kit.held import Held, Rows, by

AT_ONCE = 500
# A room's own table of what is held, a way over other tables, or a function.
Of = tuple[Held, ...] | str | Rows


class Why(StrEnum):
    """For which reason rows, or what is left of them, have to be kept; what is said of it stands where it is read."""

    TAXES = "taxes"
    COUNTED = "counted"
    PROOF = "proof"
    JOURNAL = "journal"
    NUMBER = "number"


class Fate(StrEnum):
    REMOVED = "removed"
    EMPTIED = "emptied"  # that there was something stays, what it was does not
    KEPT = "kept"


@dataclass(frozen=True)
class Piece:
    """How many rows it was, and behind which one the next piece begins; none: there is nothing more."""

    rows: int
    after: str | None = None


class Step(Protocol):
    @property
    def name(self) -> str: ...

    def piece(self, client_ids: Sequence[int], after: str) -> Piece:
        """Inside a transaction. Done once more, it changes nothing more."""
        ...


@dataclass(frozen=True)
class Erased:
    """`columns`: what is emptied; `values`: what stands there instead, where that is not simply nothing. `stays`: words
    that are nothing of his."""

    model: type[Model]
    rows: Rows
    fate: Fate
    columns: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    stays: tuple[str, ...] = ()
    why: Why | None = None
    without_files: Callable[[Sequence[Any]], None] = lambda _rows: None

    @property
    def name(self) -> str:
        return self.model.__name__

    def piece(self, client_ids: Sequence[int], after: str) -> Piece:
        if self.fate == Fate.KEPT:
            return Piece(0)
        found = self.rows(client_ids).order_by("pk")
        some = list((found.filter(pk__gt=after) if after else found)[:AT_ONCE])
        if some:
            self._erase(some)
        return Piece(len(some), str(some[-1].pk) if len(some) == AT_ONCE else None)

    def _erase(self, some: Sequence[Any]) -> None:
        """The files first: what a crash leaves behind is a row that is done once more, never a file without a row."""
        self._remove_files(some)
        self.without_files(some)
        rows = self.model._default_manager.filter(pk__in=[one.pk for one in some])
        if self.fate == Fate.REMOVED:
            rows.delete()
        else:
            rows.update(**{column: self._nothing(column) for column in self.columns}, **self.values)

    def _remove_files(self, some: Sequence[Any]) -> None:
        names = [one.name for one in self.model._meta.local_fields if isinstance(one, FileField)]
        for name in names:
            if self.fate == Fate.REMOVED or name in self.columns:
                for row in some:
                    if given := getattr(row, name):
                        given.storage.delete(given.name)

    def _nothing(self, column: str) -> Any:
        known: Any = self.model._meta.get_field(column)
        if known.null:
            return None
        empty: Any = {"JSONField": dict, "ArrayField": list, "BinaryField": bytes}.get(known.get_internal_type(), str)
        return known.get_default() if known.has_default() else empty()


def removed(model: type[Model], rows: Of, **more: Any) -> Erased:
    return Erased(model, _rows(model, rows), Fate.REMOVED, **more)


def emptied(model: type[Model], rows: Of, *columns: str, **more: Any) -> Erased:
    return Erased(model, _rows(model, rows), Fate.EMPTIED, columns, **more)


def kept(model: type[Model], rows: Of, why: Why, *, stays: tuple[str, ...] = ()) -> Erased:
    return Erased(model, _rows(model, rows), Fate.KEPT, why=why, stays=stays)


def _rows(model: type[Model], rows: Of) -> Rows:
    if isinstance(rows, tuple):
        return next(one.rows for one in rows if one.model is model)
    return by(model, rows) if isinstance(rows, str) else rows
