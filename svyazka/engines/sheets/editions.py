"""What is different between two editions of a form. Things are the same where their codes are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from svyazka.engines.sheets.form import Check, Field, Form, Section

What = Literal["added", "removed", "moved", "changed"]
# In the order in which they are told.
_OF_SECTION = ("name", "rows")
_OF_FIELD = ("name", "kind", "unit", "choices", "hint", "shown_when", "default")


@dataclass(frozen=True)
class Difference:
    """`of`: a section, a field or a check; `aspect`: what of it is another, of what was changed."""

    what: What
    of: Literal["section", "field", "check"]
    section: Section
    field: Field | None = None
    aspect: str = ""
    before: Any = None
    after: Any = None


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


_Thing = TypeVar("_Thing", bound=_Coded)


def differences(before: Form, after: Form) -> list[Difference]:
    """In the order of the newer one; what went stands behind what is left."""
    return list(_of_forms(before, after))


def _of_forms(before: Form, after: Form) -> Iterator[Difference]:
    were = {section.code: section for section in before.sections}
    moved = _moved(before.sections, after.sections)
    for section in after.sections:
        was = were.pop(section.code, None)
        if was is None:
            yield Difference("added", "section", section)
            continue
        if section.code in moved:
            yield Difference("moved", "section", section)
        yield from _of_section(was, section)
    for gone in were.values():
        yield Difference("removed", "section", gone)


def _of_section(was: Section, section: Section) -> Iterator[Difference]:
    for aspect in _OF_SECTION:
        if getattr(was, aspect) != getattr(section, aspect):
            yield Difference(
                "changed", "section", section, None, aspect, getattr(was, aspect), getattr(section, aspect)
            )
    were = {field.code: field for field in was.fields}
    moved = _moved(was.fields, section.fields)
    for field in section.fields:
        before = were.pop(field.code, None)
        if before is None:
            yield Difference("added", "field", section, field)
            continue
        if field.code in moved:
            yield Difference("moved", "field", section, field)
        yield from _of_field(section, before, field)
    for gone in were.values():
        yield Difference("removed", "field", was, gone)
    yield from _of_checks(was, section)


def _of_field(section: Section, was: Field, field: Field) -> Iterator[Difference]:
    for aspect in _OF_FIELD:
        if getattr(was, aspect) != getattr(field, aspect):
            yield Difference("changed", "field", section, field, aspect, getattr(was, aspect), getattr(field, aspect))


def _of_checks(was: Section, section: Section) -> Iterator[Difference]:
    """A check has no code: one that is another is one that went and one that came."""
    left: list[Check] = list(was.checks)
    came = []
    for check in section.checks:
        if check in left:
            left.remove(check)
        else:
            came.append(check)
    yield from (Difference("removed", "check", was, before=check) for check in left)
    yield from (Difference("added", "check", section, after=check) for check in came)


def _moved(before: Sequence[_Thing], after: Sequence[_Thing]) -> set[str]:
    """As few as explain the new order: those that are in no longest run that kept it."""
    places = {one.code: place for place, one in enumerate(before)}
    common = [one.code for one in after if one.code in places]
    runs: list[list[str]] = []
    for code in common:
        earlier = [run for run in runs if places[run[-1]] < places[code]]
        runs.append([*max(earlier, key=len, default=[]), code])
    kept = max(runs, key=len, default=[])
    return set(common) - set(kept)
