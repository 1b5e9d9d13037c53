"""What the house would do with a company's own data: its base, and requests that come one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice

from django.db import connection, transaction

from svyazka.business.clients.identify import Contact
from svyazka.business.clients.matching import commonness, filing
from svyazka.business.clients.matching.recognise import Recognised, recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.models import Client, ContactPoint, Trait
from svyazka.business.duplicates import wording
from svyazka.business.journal.record import Automaton
from svyazka.engines.matching import mailboxes, phone_cells
from svyazka.engines.matching.decide import Likely
from svyazka.engines.matching.gather import gather
from svyazka.engines.matching.record import Given, normalise
from svyazka.kit.texts import storable

COLUMNS = (
    "rec_id", "created_at", "source", "name", "phone", "phone2", "email", "company", "inn", "address", "telegram",
    "whatsapp", "comment", "born",
)  # fmt: skip
BY = Automaton("rehearsal")
PIECE = 2000
_DECISIONS = {"certain": "auto", "doubtful": "flag", "new": "new"}
Row = Mapping[str, str]


@dataclass(frozen=True)
class Rehearsed:
    """Of one request. `match`, `candidates`: rec_ids; of a client who came with a request himself, that one's."""

    rec_id: str
    decision: str  # auto, flag, new
    match: str = ""
    candidates: tuple[str, ...] = ()
    probability: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Said:
    """A row as the doors hand it on."""

    contacts: tuple[Contact, ...]
    known: Known
    on: date | None


@dataclass
class Rehearsal:
    """Of a base that is empty at first. It writes; whoever calls it gives it a database of its own."""

    rec_ids: dict[int, str] = field(default_factory=dict)  # client → the first row that told of him

    def load(self, rows: Iterable[Row]) -> int:
        """Rows with one client_id are one client; without it each is its own. Says how many clients there are."""
        clients: dict[str, list[Row]] = {}
        for number, row in enumerate(rows):
            clients.setdefault(row.get("client_id") or f"row {number}", []).append(row)
        left = iter(clients.values())
        while piece := list(islice(left, PIECE)):
            self._store(piece)
        commonness.count_anew()
        return len(clients)

    def take(self, row: Row) -> Rehearsed:
        """As a form is taken, with nothing but the client: no deal, no task."""
        said = read(row)
        with transaction.atomic():
            found = recognise(said.contacts, said.known, by=BY, on=said.on)
        answer = self._answer(row["rec_id"], found)
        self.rec_ids.setdefault(found.client.pk, row["rec_id"])
        return answer

    def _answer(self, rec_id: str, found: Recognised) -> Rehearsed:
        decision = found.decision
        if decision is None or not decision.likely:
            return Rehearsed(rec_id, "new")
        likely = decision.likely
        return Rehearsed(
            rec_id,
            _DECISIONS[decision.kind],
            self.rec_ids[likely[0].id],
            tuple(self.rec_ids[one.id] for one in likely),
            likely[0].score.probability,
            "; ".join(_sentences(likely[0], decision.doubts)),
        )

    @transaction.atomic
    def _store(self, piece: Sequence[Sequence[Row]]) -> None:
        told = [[read(row) for row in rows] for rows in piece]
        clients = Client.objects.bulk_create([_client(rows) for rows in told])
        points = [
            ContactPoint(client=client, kind=one.kind, account=one.account, value=one.value, shown=one.shown)
            for client, rows in zip(clients, told, strict=True)
            for one in dict.fromkeys(contact for said in rows for contact in said.contacts)
        ]
        ContactPoint.objects.bulk_create(points, ignore_conflicts=True)
        traits = [
            Trait(client=client, kind=kind, value=value)
            for client, rows in zip(clients, told, strict=True)
            for kind, value in dict.fromkeys(trait for said in rows for trait in said.known.traits())
        ]
        Trait.objects.bulk_create(traits, ignore_conflicts=True)
        for client, rows in zip(clients, piece, strict=True):
            self.rec_ids[client.pk] = rows[0]["rec_id"]
        _date(
            [client.pk for client in clients], [max((one.on for one in rows if one.on), default=None) for rows in told]
        )
        filing.file([client.pk for client in clients])


def dedupe(rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    """Each row, the first row that is the same client, and whether that is certain (`auto`) or a person has to say so
    (`flag`)."""
    found = gather([normalise(_given(row)) for row in rows])
    ids = [row["rec_id"] for row in rows]
    of_cluster: dict[int, list[int]] = {}
    for place, first in enumerate(found.likely):
        of_cluster.setdefault(first, []).append(found.certain[place])
    largest = {first: max(parts, key=lambda part: (parts.count(part), -part)) for first, parts in of_cluster.items()}
    for place, first in enumerate(found.likely):
        yield ids[place], ids[first], "auto" if found.certain[place] == largest[first] else "flag"


def read(row: Row) -> Said:
    """Cells as people fill them in; what cannot be read is left out, as a form would leave it to a person."""
    phones = dict.fromkeys(
        number for name in ("phone", "phone2", "whatsapp") for number in phone_cells.read(_cell(row, name)).numbers
    )
    boxes, _unread = mailboxes.read(_cell(row, "email"))
    contacts = [Contact("phone", number) for number in phones]
    contacts += [Contact("email", f"{box.name}@{box.host}") for box in boxes]
    telegram = _cell(row, "telegram")
    known = Known(
        _cell(row, "name"),
        _cell(row, "address"),
        _cell(row, "company"),
        _cell(row, "inn"),
        {"telegram": telegram} if telegram else {},
        _cell(row, "born"),
    )
    return Said(tuple(contacts), known, _day(row))


def _given(row: Row) -> Given:
    said = {name: tuple(filter(None, [_cell(row, name)])) for name in COLUMNS}
    handles = {kind: _cell(row, kind) for kind in ("telegram", "whatsapp") if _cell(row, kind)}
    phones = (*said["phone"], *said["phone2"])
    return Given(
        said["name"],
        phones,
        said["email"],
        said["company"],
        said["inn"],
        said["address"],
        handles,
        seen=_day(row),
        born=said["born"],
    )


def _cell(row: Row, name: str) -> str:
    return storable(row.get(name) or "").strip()[:200]


def _day(row: Row) -> date | None:
    try:
        return datetime.fromisoformat(row.get("created_at") or "").date()
    except ValueError:
        return None


def _client(rows: Sequence[Said]) -> Client:
    def first(attribute: str) -> str:
        return next(filter(None, (str(getattr(one.known, attribute)) for one in rows)), "")

    kind = Client.Kind.COMPANY if first("company") and not first("name") else Client.Kind.PERSON
    return Client(kind=kind, name=first("name") or first("company"), address=first("address"))


def _date(clients: Sequence[int], days: Sequence[date | None]) -> None:
    """They were heard of when the rows say so, not today."""
    moments = [datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None for day in days]
    with connection.cursor() as cursor:
        cursor.execute(_DATE, [list(clients), moments])


_DATE = """
update clients_client set created_at = given.at from unnest(%s::bigint[], %s::timestamptz[]) as given (id, at)
where clients_client.id = given.id and given.at is not null
"""


def _sentences(likely: Likely, doubts: Iterable[str]) -> Iterator[str]:
    for reason in likely.score.reasons:
        yield wording.sentence(reason.term, reason.ours, reason.theirs)
    for veto in likely.score.vetoes:
        yield wording.veto(veto)
    for doubt in doubts:
        if doubt != "veto":
            yield wording.doubt(doubt)
