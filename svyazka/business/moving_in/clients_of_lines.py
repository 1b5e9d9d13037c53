"""The clients of lines: found among those who are here, or made; each learns what he lacked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

from django.db import connection

from svyazka.business.clients import take_over
from svyazka.business.clients.identify import Contact
from svyazka.business.clients.matching import filing
from svyazka.business.clients.matching.one_by_one import decide_one_by_one, renamed
from svyazka.business.clients.models import Client, ContactPoint, Trait
from svyazka.business.journal.record import About, Change, record_all
from svyazka.business.moving_in.comparing import said_in
from svyazka.business.moving_in.models import MovedIn, MoveIn, MoveInRow
from svyazka.business.moving_in.translating import Line
from svyazka.engines.matching.decide import Decision
from svyazka.engines.matching.record import Record, normalise, together
from svyazka.kit import clock


@dataclass
class Item:
    """A line on its way: whose it is, and what was made of it."""

    row: MoveInRow
    line: Line
    record: Record
    client_id: int = 0
    is_new: bool = False
    decision: Decision | None = None
    changes: dict[str, Any] = field(default_factory=dict)


def give_their_clients(given: MoveIn, items: Sequence[Item]) -> None:
    """Whose client is a row of his own: he has moved over already, and may have been merged into another one since."""
    asked = {item.line.client_there for item in items if item.line.client_there}
    here = ids_here(given, MovedIn.Kind.CLIENT, asked)
    for item in items:
        item.client_id = here.get(item.line.client_there, 0)


def ids_here(given: MoveIn, kind: str, outside_ids: Collection[str]) -> dict[str, int]:
    """Number there → number here, of clients as whom they are known today; only of those who are here still."""
    if not outside_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_HERE[kind], [given.origin, kind, list(outside_ids)])
        return dict(cursor.fetchall())


_HERE = {
    MovedIn.Kind.CLIENT.value: """
with recursive moved as (
    select m.outside_id, c.id, c.merged_into_id from moving_in_movedin m join clients_client c on c.id = m.object_id
    where m.origin = %s and m.kind = %s and m.outside_id = any(%s)
    union all
    select moved.outside_id, c.id, c.merged_into_id from moved join clients_client c on c.id = moved.merged_into_id
)
select outside_id, id from moved where merged_into_id is null
""",
    MovedIn.Kind.DEAL.value: """
select m.outside_id, d.id from moving_in_movedin m join deals_deal d on d.id = m.object_id
where m.origin = %s and m.kind = %s and m.outside_id = any(%s)
""",
}


def find_clients(items: Sequence[Item], given: MoveIn) -> None:
    """In the order of the file: new ones are made, known ones learn what they lacked, those of the same lines, too."""
    decided = decide_one_by_one([item.record for item in items])
    new = [item for item, decision in zip(items, decided, strict=True) if decision.client is None]
    made = [brought(item) for item in new]
    for item, number in zip(new, take_over.make(made), strict=True):
        item.client_id, item.is_new = number, True
        item.changes["client"] = "made"
    numbers = [item.client_id for item in items]
    for item, decision in zip(items, decided, strict=True):
        item.decision = renamed(decision, numbers)
        item.client_id = item.client_id or item.decision.client or 0
    known = [item for item in items if not item.is_new]
    learnt = learn(known)
    _file([(item, one) for item, one in zip(new, made, strict=True) if item.client_id not in learnt])
    filing.file(learnt)
    _write_journal(given, new, known)


def _file(made: Sequence[tuple[Item, take_over.Brought]]) -> None:
    """What was written of a new client is mostly all that his line says, by which it was compared already."""
    records = {}
    for item, one in made:
        written = list(filing.given_of(*take_over.written(one)))
        is_all = written == [said_in(item.line)]
        record = together([item.record] if is_all else map(normalise, written))
        seen = (one.created_at or clock.now()).astimezone(UTC).date()
        records[item.client_id] = replace(record, seen=None), seen
    filing.file_normalised(records)


def learn(items: Sequence[Item]) -> set[int]:
    """Several lines may be of one client: each learns what those before it have not brought. Of whom there was more to
    learn: whoever asks files them."""
    left, more = list(items), set[int]()
    while left:
        now: dict[int, Item] = {}
        rest = []
        for item in left:
            (rest.append(item) if item.client_id in now else now.update({item.client_id: item}))
        learnt = take_over.learn({number: brought(item) for number, item in now.items()})
        for number, said in learnt.items():
            now[number].changes |= {"learnt": said} if said else {}
        more |= {number for number, said in learnt.items() if said}
        left = rest
    return more


def brought(item: Item) -> take_over.Brought:
    line, client = item.line, item.line.client
    traits = [(Trait.Kind.COMPANY.value, client.company), (Trait.Kind.TAX_NUMBER.value, client.tax_number)]
    if item.client_id:
        traits += [(Trait.Kind.NAME.value, client.name), (Trait.Kind.ADDRESS.value, client.address)]
    return take_over.Brought(
        name=line.name,
        kind=Client.Kind.COMPANY if client.is_company else Client.Kind.PERSON,
        address=client.address,
        note="" if line.deal else line.note,
        facts=line.facts.get("client", {}),
        contacts=[(one.kind, one.value) for one in contacts(line)],
        traits=[(kind, said) for kind, said in traits if said],
        created_at=client.created_at,
    )


def contacts(line: Line) -> list[Contact]:
    phones = [Contact(ContactPoint.Kind.PHONE, number) for number in line.phones]
    return [*phones, *(Contact(ContactPoint.Kind.EMAIL, address) for address in line.emails)]


def _write_journal(given: MoveIn, new: Sequence[Item], known: Sequence[Item]) -> None:
    changes = [("moving_in.client_made", item) for item in new]
    changes += [("moving_in.client_joined", item) for item in known]
    record_all(
        [
            Change(
                verb,
                About("client", item.client_id, client_id=item.client_id),
                given.by,
                {"file": (None, given.name), "line": (None, item.row.number)},
            )
            for verb, item in changes
        ],
        quietly=True,
    )
