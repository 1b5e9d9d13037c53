"""A line of a file in our words: a client, and where lines are deals, his deal. What fits no field becomes a note."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from svyazka.business.deals.models import Field
from svyazka.business.imports.cells import Cells
from svyazka.business.moving_in import cells as read
from svyazka.business.moving_in import columns, staging
from svyazka.business.moving_in.foreign import ForeignClient, ForeignDeal
from svyazka.business.moving_in.known_titles import target_of
from svyazka.business.moving_in.models import MoveIn, MoveInRow
from svyazka.engines.matching import companies, mailboxes, phone_cells, tax_numbers
from svyazka.engines.matching.meaningless import is_nobody
from svyazka.kit import emails
from svyazka.kit.refusals import Refused

T = TypeVar("T")
Fault = tuple[int, str]
NAME, ADDRESS, TEXT = 200, 300, 10_000


@dataclass
class Line:
    """`phones`, `emails`: those that can be used. `fatal`: why nobody can be made of it."""

    client: ForeignClient
    deal: ForeignDeal | None = None
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)  # "deal", "client" → code → value
    note: str = ""
    client_there: str = ""  # whose it is, by his number there, where he is a row of his own
    faults: list[Fault] = field(default_factory=list)
    fatal: str = ""

    @property
    def name(self) -> str:
        return self.client.name or self.client.company


class Translator:
    """Of one file: which column is what, and what of its misspellings is put right, is asked once."""

    def __init__(self, given: MoveIn) -> None:
        self.given, self.cells = given, Cells()
        self.places: dict[str, list[int]] = {}
        for place, key in sorted(given.columns.items(), key=lambda pair: int(pair[0])):
            self.places.setdefault(key, []).append(int(place))
        self.own = {key: one for key, one in columns.own_fields().items() if key in self.places}
        accepted = given.repairs.filter(is_accepted=True).values_list("place", "old", "new")
        self.repairs = {(place, old): new for place, old, new in accepted}

    def line(self, row: MoveInRow) -> Line:
        return _Reading(self, row).line()


class _Reading:
    """One line. What could not be read goes into its note, so that it is not lost."""

    def __init__(self, of: Translator, row: MoveInRow) -> None:
        self.of, self.row = of, row
        self.has_deal = row.is_deal(of.given)
        cells = (of.repairs.get((place, cell), cell) for place, cell in enumerate(row.cells))
        self.cells = [" ".join(cell.split()) for cell in cells]
        self.faults: list[Fault] = []
        self.unread: list[int] = []

    def line(self) -> Line:
        phones, emails_ = self._phones(), self._emails()
        client = self._client()
        deal = self._deal(client) if self.has_deal else None
        facts = self._facts()
        line = Line(client, deal, phones, emails_, facts, self._note(client), faults=self.faults)
        if self.row.kind == MoveInRow.Kind.DEAL:
            line.client_there = self._raw(staging.OF_PLACE)
            return _of_another_row(line)
        if not (phones or emails_ or client.name or client.company or client.tax_number):
            line.fatal = _("Nothing says who it is: no name, company, phone or e-mail address can be read.")
        return line

    def _client(self) -> ForeignClient:
        name, company = self._name(), self._text("company")[:NAME]
        if name and not company and companies.has_form(name):
            name, company = "", name
        # A dash in the column of the name is nobody.
        name = "" if is_nobody(name.lower()) else name
        company = "" if is_nobody(company.lower()) else company
        created = self._moment("created")
        return ForeignClient(
            id=self._text("id")[:100],
            name=name[:NAME],
            is_company=bool(company and not name),
            company=company,
            phones=tuple(filter(None, self._all("phone"))),
            emails=tuple(filter(None, self._all("email"))),
            handles={kind: said for kind in ("telegram", "whatsapp") if (said := self._text(kind))},
            tax_number=self._tax_number(),
            address=", ".join(filter(None, self._all("address")))[:ADDRESS],
            created_at=created,
        )

    def _deal(self, client: ForeignClient) -> ForeignDeal:
        return ForeignDeal(
            id=client.id or line_id(self.row.cells),
            name=self._text("deal_name"),
            stage_id=self._stage(),
            pipeline_id=self._text("pipeline"),
            sum=self._read("sum", read.amount, _("No sum can be read here.")),
            source=self._text("source"),
            address=client.address,
            responsible_id=self._text("responsible"),
            created_at=client.created_at,
            changed_at=self._moment("changed"),
            closed_at=self._moment("closed"),
            lost_because=self._text("lost_because"),
        )

    def _name(self) -> str:
        whole = " ".join(dict.fromkeys(filter(None, self._all("name"))))
        parts = " ".join(filter(None, (self._text(part) for part in ("last", "first", "middle"))))
        return " ".join((parts or whole).split())

    def _phones(self) -> list[str]:
        found: dict[str, None] = {}
        for place in self.of.places.get("phone", []):
            one = phone_cells.read(self._cell(place))
            found |= dict.fromkeys(one.numbers)
            for reason in one.unread:
                self._fault(place, _PHONE_REASONS[reason]())
            if not one.numbers and not one.unread and self._cell(place):
                self._fault(place, _("No telephone number can be read here."))
            if one.extensions:
                self.unread.append(place)  # its extension has no place of its own
        return list(found)

    def _emails(self) -> list[str]:
        found: dict[str, None] = {}
        for place in self.of.places.get("email", []):
            cell = self._cell(place)
            written = [piece for piece in re.split(r"[\s;,|]+", cell) if "@" in piece]
            for piece in written:
                try:
                    found[emails.normalise(piece.strip(".,:<>()'\""))] = None
                except emails.NotAnEmail:
                    self._fault(place, _("No e-mail address can be read here."))
            if cell and not written:
                boxes, _reasons = mailboxes.read(cell)
                why = _("It means an e-mail address, but is none as it stands.") if boxes else ""
                self._fault(place, why or _("No e-mail address can be read here."))
        return list(found)

    def _tax_number(self) -> str:
        for place in self.of.places.get("inn", []):
            if not (cell := self._cell(place)):
                continue
            one = tax_numbers.read(cell)
            if one.inn:
                return one.inn
            self._fault(place, _("This is no tax number: its check digits do not fit."))
        return ""

    def _facts(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {Field.Of.CLIENT: {}, Field.Of.DEAL: {}}
        for key, one in self.of.own.items():
            for place in self.of.places[key]:
                if not (cell := self._cell(place)):
                    continue
                try:
                    found[one.of][one.code] = self.of.cells.read(one, _as_typed(one, cell))
                except Refused as refusal:
                    self._fault(place, str(refusal.message))
        if not self.has_deal:
            found[Field.Of.DEAL] = {}
        return found

    def _note(self, client: ForeignClient) -> str:
        """Notes as they stand; then what fits no field, and what could not be read, by its title."""
        said = list(filter(None, self._plain_notes()))
        kept = [place for place in self.of.places.get(columns.NOTE, []) if not _is_note(self._title(place))]
        kept += sorted({*self.unread, *self._without_field(client)})
        said += [f"{self._title(place)}: {self.row.cells[place]}" for place in kept if self._raw(place)]
        return "\n".join(dict.fromkeys(said))[:TEXT]

    def _without_field(self, client: ForeignClient) -> list[int]:
        """What nothing of ours shows, though it was understood."""
        targets = ["telegram", "whatsapp", "deal_name", "lost_because", "inn"]
        targets += ["company"] if client.name and client.company else []
        if not self.has_deal:
            targets += [*columns.OF_DEAL, *(key for key, one in self.of.own.items() if one.of == Field.Of.DEAL)]
        targets += [target for target, what in _MAPPED.items() if self._is_unmapped(target, what)]
        return [place for target in dict.fromkeys(targets) for place in self.of.places.get(target, [])]

    def _is_unmapped(self, target: str, what: str) -> bool:
        """It is nobody and nothing here."""
        said = self._stage() if target == "stage" else self._text(target)
        return bool(said) and not self.of.given.mapping.get(what, {}).get(said)

    def _stage(self) -> str:
        return " / ".join(filter(None, (self._text("pipeline"), stage))) if (stage := self._text("stage")) else ""

    def _text(self, target: str) -> str:
        return next(filter(None, self._all(target)), "")

    def _all(self, target: str) -> list[str]:
        return [self._cell(place) for place in self.of.places.get(target, [])]

    def _plain_notes(self) -> list[str]:
        """With their lines, where they come from a system."""
        read_cell = self._cell if self.row.kind == MoveInRow.Kind.LINE else self._raw
        return [read_cell(place) for place in self.of.places.get(columns.NOTE, []) if _is_note(self._title(place))]

    def _moment(self, target: str) -> datetime | None:
        return self._read(target, read.moment, _("No date can be read here."))

    def _read(self, target: str, reader: Callable[[str], T | None], why: str) -> T | None:
        for place in self.of.places.get(target, []):
            if not (cell := self._cell(place)):
                continue
            found = reader(cell)
            if found is None:
                self._fault(place, why)
            return found
        return None

    def _fault(self, place: int, why: str) -> None:
        self.faults.append((place, why))
        self.unread.append(place)

    def _cell(self, place: int) -> str:
        return self.cells[place] if place < len(self.cells) else ""

    def _raw(self, place: int) -> str:
        return self.row.cells[place] if place < len(self.row.cells) else ""

    def _title(self, place: int) -> str:
        titles = self.of.given.titles
        return titles[place] if place < len(titles) and titles[place] else _("Column {number}").format(number=place + 1)


def _of_another_row(line: Line) -> Line:
    """Where that row has not come, the deal's own name stands for its client."""
    assert line.deal is not None
    name = line.deal.name or _("Deal {number}").format(number=line.deal.id)
    line.client = replace(line.client, name=name[:NAME], address="")
    return line


def line_id(cells: Sequence[str]) -> str:
    """What has no number of its own is known again as long as nothing of it is changed."""
    return "line " + hashlib.sha256(json.dumps(list(cells), ensure_ascii=False).encode()).hexdigest()[:32]


def _is_note(title: str) -> bool:
    return target_of(title) == columns.NOTE


def _as_typed(one: Field, cell: str) -> str:
    """Dates in any shape."""
    if one.kind in (Field.Kind.DATE, Field.Kind.MOMENT) and (at := read.moment(cell)):
        return at.strftime("%Y-%m-%d" if one.kind == Field.Kind.DATE else "%Y-%m-%d %H:%M:%S")
    return cell


_MAPPED = {"responsible": "people", "stage": "stages", "source": "sources"}
_PHONE_REASONS: dict[str, Callable[[], str]] = {
    "digits_lost": lambda: _("A spreadsheet has rounded this number: its last digits are lost."),
    "placeholder": lambda: _("This number stands for none."),
    "no_number": lambda: _("No telephone number can be read here."),
    "no_town": lambda: _("The code of the town is missing."),
}
