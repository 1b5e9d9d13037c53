"""What was measured, in short: how many openings, and the size of each. For whoever loads the van."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from svyazka.business.sheets import forms, wording
from svyazka.business.sheets.models import Sheet
from svyazka.engines.sheets.form import Answers, Form, Rule, Section, standing
from svyazka.kit import words


@dataclass(frozen=True)
class Opening:
    """`size`: width and height, the least of each; empty where they are not known."""

    name: str
    size: str


@dataclass(frozen=True)
class Measured:
    """The rows of one section of a sheet. `is_whole`: whoever filled it in says so."""

    name: str
    openings: tuple[Opening, ...]
    visit_id: int
    is_whole: bool


def of_deals(deal_ids: Iterable[int]) -> dict[int, list[Measured]]:
    """By deal, the newest visit first; in one question."""
    rows = Sheet.objects.filter(visit__deal__in=set(deal_ids)).select_related("written", "visit")
    found: dict[int, list[Measured]] = {}
    for sheet in rows.order_by("-visit__starts_at", "form__position"):
        measured = list(_measured(forms.read_version(sheet.written), sheet))
        found.setdefault(sheet.visit.deal_id, []).extend(measured)
    return found


def _measured(form: Form, sheet: Sheet) -> Iterator[Measured]:
    for section in form.sections:
        if section.rows and (openings := tuple(_openings(section, sheet.answers))):
            yield Measured(words.here(section.name), openings, sheet.visit_id, sheet.finished_at is not None)


def _openings(section: Section, answers: Answers) -> Iterator[Opening]:
    """Which of the numbers are width and height says the check of the diagonals."""
    rule = next((one for one in section.checks if one.rule == Rule.DIAGONALS), None)
    sizes = rule.fields[:2] if rule else ()
    for number, row in enumerate(standing(answers, section), 1):
        yield Opening(wording.row_name(section, row["kind"], number), _size(section, sizes, row["answers"]))


def _size(section: Section, codes: Sequence[str], own: Mapping[str, Any]) -> str:
    said = [wording.said(section, code, least) for code in codes if (least := _least(own.get(code))) is not None]
    if len(said) != 2:
        return ""
    unit = wording.unit(section.field(codes[1]))
    return f"{said[0].removesuffix(f' {unit}')} × {said[1]}"


def _least(value: Any) -> float | None:
    """What is fitted has to go through where the opening is narrowest."""
    known = [one for one in (value if isinstance(value, list) else [value]) if one is not None]
    return min(known, default=None)
