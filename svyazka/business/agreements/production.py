"""What production gets: agreed openings as a table, one in a line, and what of them is ordered already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from svyazka.business.agreements import links
from svyazka.business.agreements.models import Agreement
from svyazka.business.agreements.telling import about
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.sheets import forms, wording
from svyazka.business.sheets.models import FormKind
from svyazka.engines.sheets.form import Field, Form, Kind, Section, each, is_known
from svyazka.engines.sheets.shown import shown
from svyazka.kit import clock, words
from svyazka.kit.refusals import Refused

MOST = 2_000  # agreements in one file
Value = str | int | float | datetime | None


@dataclass(frozen=True)
class Column:
    """One of the file. `part`: which of the three, where it was measured three times."""

    section: str
    field: str
    head: str
    part: int | None = None


def list_agreed() -> QuerySet[Agreement]:
    """What holds now, of all deals; whether the one that it replaced was ordered."""
    earlier = Agreement.objects.filter(deal=OuterRef("deal"), form=OuterRef("form"), number__lt=OuterRef("number"))
    rows = Agreement.objects.filter(is_current=True).annotate(
        was_ordered=Exists(earlier.filter(ordered_at__isnull=False))
    )
    return rows.select_related("deal", "client", "visit", "form", "ordered_by")


def in_lines(rows: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """As a list shows them: without what was agreed, which may be long."""
    said = {"client_name": KT("content__client"), "place": KT("content__address")}
    return rows.defer("content", "strokes").annotate(**said)


@transaction.atomic
def order(agreement: Agreement, *, by: Actor) -> Agreement:
    """Production has it. A second click changes nothing."""
    current = links.held_agreement(agreement)
    if not current.is_current:
        raise Refused(_("There is a newer agreement in this deal: order that one."))
    if current.ordered_at is None:
        current.ordered_at, current.ordered_by_id = clock.now(), by.actor_id
        _stored(current, "agreements.ordered", by=by)
    return current


@transaction.atomic
def take_back(agreement: Agreement, *, by: Actor) -> Agreement:
    """It was a mistake. A second click changes nothing."""
    current = links.held_agreement(agreement)
    if current.ordered_at is not None:
        current.ordered_at = current.ordered_by = None
        _stored(current, "agreements.order_taken_back", by=by)
    return current


def note_export(count: int, *, by: Actor) -> None:
    """Who took how many out of the house."""
    record("agreements.exported", About("agreement", 0), by=by, changes={"count": (None, count)})


def table(agreements: Sequence[Agreement]) -> Iterator[list[Value]]:
    """The first line names the columns. All of one form; where it has changed, fields that are gone stand last."""
    read = {one.written_id: one.written for one in agreements}
    known = {pk: forms.read_version(written) for pk, written in read.items()}
    newest_first = [known[pk] for pk in sorted(known, key=lambda pk: read[pk].number, reverse=True)]
    columns = _columns(newest_first)
    yield [*_heads(), *(one.head for one in columns)]
    for agreement in agreements:
        yield from _lines(agreement, known[agreement.written_id], columns)


def forms_agreed() -> list[FormKind]:
    """Those of which there is anything to order."""
    return list(FormKind.objects.filter(Exists(Agreement.objects.filter(form=OuterRef("pk"), is_current=True))))


def _heads() -> list[str]:
    return [
        _("Deal"),
        _("Agreement"),
        _("Signed"),
        _("Ordered"),
        _("Client"),
        _("Address"),
        _("№"),
        _("What"),
        _("Kind"),
    ]


def _columns(read: Iterable[Form]) -> list[Column]:
    """Plain sections first come first, as in the form; each column once, in the words of the newest."""
    found: dict[tuple[str, str, int | None], Column] = {}
    for form in read:
        for section in form.sections:
            for one in _of_section(section):
                found.setdefault((one.section, one.field, one.part), one)
    return list(found.values())


def _of_section(section: Section) -> Iterator[Column]:
    for field in section.fields:
        if field.kind == Kind.PHOTO:
            continue
        for part in (1, 2, 3) if field.kind == Kind.TRIPLE else (None,):
            yield Column(section.code, field.code, _head(field, part), part)


def _head(field: Field, part: int | None) -> str:
    name = words.here(field.name) + (f" ({part})" if part else "")
    unit = wording.unit(field)
    return f"{name}, {unit}" if unit else name


def _lines(agreement: Agreement, form: Form, columns: Sequence[Column]) -> Iterator[list[Value]]:
    """A line for each row; where the form has none, one line for all of it."""
    answers = agreement.content["answers"]
    plain: dict[tuple[str, str], tuple[Field, Any]] = {}
    for section in form.sections:
        if section.rows is None:
            plain |= _known(form, section, answers, None)
    number = 0
    for section in form.sections:
        for row, _own in each(answers, section) if section.rows else ():
            assert row is not None
            number += 1
            values = {**plain, **_known(form, section, answers, row)}
            name = words.here(section.rows.name if section.rows else {})
            which: list[Value] = [number, name, wording.kind_name(section, row["kind"])]
            yield _line(agreement, form, columns, values, which)
    if not number:
        yield _line(agreement, form, columns, plain, [None, words.here(agreement.form.words), ""])


def _known(
    form: Form, section: Section, answers: Mapping[str, Any], row: Any
) -> dict[tuple[str, str], tuple[Field, Any]]:
    """Only what was asked, as the answers stood."""
    own = row["answers"] if row else answers.get(section.code) or {}
    asked = shown(form, section, answers, row)
    return {(section.code, field.code): (field, own[field.code]) for field in asked if own.get(field.code) is not None}


def _line(
    agreement: Agreement,
    form: Form,
    columns: Sequence[Column],
    values: Mapping[tuple[str, str], tuple[Field, Any]],
    which: list[Value],
) -> list[Value]:
    begin: list[Value] = [
        agreement.deal_id,
        agreement.title,
        agreement.signed_at,
        agreement.ordered_at,
        agreement.content["client"],
        agreement.content["address"],
    ]
    cells = [_cell(form, one, values.get((one.section, one.field))) for one in columns]
    return [*begin, *which, *cells]


def _cell(form: Form, column: Column, known: tuple[Field, Any] | None) -> Value:
    """Numbers as numbers; all else in the words of the form."""
    if known is None:
        return None
    field, value = known
    if column.part:
        return value[column.part - 1] if isinstance(value, list) else None
    if field.kind in (Kind.WHOLE, Kind.DECIMAL):
        return value  # type: ignore[no-any-return]
    section = form.section(column.section)
    return wording.said(section, field.code, value) if section and is_known(field, value) else None


def _stored(agreement: Agreement, verb: str, *, by: Actor) -> None:
    agreement.save(update_fields=["ordered_at", "ordered_by"])
    record(verb, about(agreement), by=by, changes={"agreement": (None, agreement.title)})
    announce("deal", agreement.deal_id, data={"visit": agreement.visit_id})
