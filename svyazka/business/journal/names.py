"""Lists of names that a company chose itself: departments, sources, loss reasons, kinds of visits.

A line has a code, made once out of its first name, and words in each language; some lists have an order, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Max, Model, QuerySet

from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import codes, order, words
from svyazka.kit.refusals import ChangedMeanwhile

Line = TypeVar("Line", bound=Model)


@dataclass(frozen=True)
class Names(Generic[Line]):
    """`about`: what the journal calls a line. `verb`: what its entries begin with: "staff.department" → `…_added`."""

    model: type[Line]
    about: str
    verb: str
    is_ordered: bool = False

    def add(self, typed: Mapping[str, str], *, by: Actor) -> Line:
        return self.enter(self.new(typed), by=by)

    def new(self, typed: Mapping[str, str]) -> Line:
        """Not stored yet: what else it needs can still be said of it."""
        known = dict(self._lines().values_list("code", "words__ru"))
        name = words.chosen(typed, besides=list(known.values()))
        last = self._lines().aggregate(last=Max("position"))["last"] if self.is_ordered else None
        place = {"position": 0 if last is None else last + 1} if self.is_ordered else {}
        return self.model(code=codes.made_of(name, besides=known), words=name, **place)

    def enter(self, made: Line, *, by: Actor) -> Line:
        try:
            with transaction.atomic():
                made.save(force_insert=True)
                self.record("added", made, by=by, changes={"name": (None, _name(made))})
        except IntegrityError as conflict:
            raise words.taken() from conflict
        return made

    @transaction.atomic
    def rename(self, line: Line, typed: Mapping[str, str], *, by: Actor) -> Line:
        current = self.held(line)
        before = {"name": _name(current), "translation": _translation(current)}
        if self.call(current, typed):
            current.save(update_fields=["words"])
            after = {"name": _name(current), "translation": _translation(current)}
            changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
            self.record("changed", current, by=by, changes=changes, note=_name(current))
        return current

    def call(self, current: Any, typed: Mapping[str, str]) -> bool:
        """Gives it this name, not stored yet. Whether it is another one."""
        others = self._lines().exclude(pk=current.pk).values_list("words__ru", flat=True)
        before, current.words = current.words, words.chosen(typed, besides=list(others))
        return bool(current.words != before)

    @transaction.atomic
    def switch(self, line: Line, *, on: bool, by: Actor) -> None:
        """Off, it is not offered any more; what has it keeps it."""
        current: Any = self.held(line)
        if current.is_active != on:
            current.is_active = on
            current.save(update_fields=["is_active"])
            self.record("changed", current, by=by, changes={"is_active": (not on, on)}, note=_name(current))

    @transaction.atomic
    def move(self, line: Line, *, up: bool, by: Actor) -> None:
        """A place further up or down."""
        if changes := reorder(self._lines(), line, up=up):
            self.record("changed", line, by=by, changes=changes, note=_name(line))

    @transaction.atomic
    def remove(self, line: Line, *, by: Actor) -> None:
        """Whether anything still needs it has been asked before."""
        current = self.held(line)
        self.record("removed", current, by=by, changes={"name": (_name(current), None)})
        current.delete()

    def held(self, line: Line) -> Line:
        """As it is now, until the end of the transaction."""
        current = self._lines().select_for_update().filter(pk=line.pk).first()
        if current is None:
            raise ChangedMeanwhile
        return current

    def record(
        self, what: str, line: Line, *, by: Actor, changes: Mapping[str, tuple[Any, Any]], note: str = ""
    ) -> None:
        record(f"{self.verb}_{what}", About(self.about, line.pk), by=by, changes=changes, note=note)

    def _lines(self) -> QuerySet[Line]:
        return self.model._default_manager.all()


def reorder(lines: QuerySet[Any], line: Any, *, up: bool) -> dict[str, tuple[int, int]]:
    """A place further up or down among `lines`. What the journal says of it; nothing, if it was at the end."""
    before = list(lines.select_for_update())
    if line not in before:
        raise ChangedMeanwhile
    after = order.shifted(before, line, up=up)
    places = sorted(one.position for one in before)
    if len(set(places)) < len(places):
        places = list(range(len(places)))
    for position, one in zip(places, after, strict=True):
        if one.position != position:
            lines.model.objects.filter(pk=one.pk).update(position=position)
    was, now = before.index(line) + 1, after.index(line) + 1
    return {"position": (was, now)} if was != now else {}


def _name(line: Any) -> str:
    return words.to_store(line.words)


def _translation(line: Any) -> str:
    return str(line.words.get("en", ""))
