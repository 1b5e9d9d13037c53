"""What was looked at moves over, batch by batch: a restart goes on where it was, and nothing comes twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from svyazka.business.clients import history
from svyazka.business.clients.identify import wait_in_line
from svyazka.business.clients.models import Interaction
from svyazka.business.duplicates import suspicions
from svyazka.business.journal.record import About, record
from svyazka.business.moving_in import changed_there, events, mapping
from svyazka.business.moving_in.checking import alike, known_before, known_kind, liked
from svyazka.business.moving_in.clients_of_lines import Item, contacts, find_clients, give_their_clients
from svyazka.business.moving_in.comparing import record_of
from svyazka.business.moving_in.deals_of_lines import DealMaker
from svyazka.business.moving_in.models import MovedIn, MoveIn, MoveInRow
from svyazka.business.moving_in.translating import Line, Translator
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

PIECE = 400
MOST_SUSPECTED = 3
State, Outcome = MoveInRow.State, MoveInRow.Outcome


@transaction.atomic
def run(given: MoveIn, *, by: Person) -> None:
    """From now on the worker moves it over; also what was stopped."""
    current = MoveIn.objects.select_for_update().get(pk=given.pk)
    if current.state not in (MoveIn.State.CHECKED, MoveIn.State.STOPPED):
        raise Refused(_("This move is at work already. Look at the new state."))
    if not current.rows.filter(state=State.READY).exists() and not events.are_waiting(current):
        raise Refused(_("There is nothing in it that could be moved over."))
    mapping.make_sources(current, by=by)
    current.by, current.state = by, MoveIn.State.RUNNING
    current.save(update_fields=["by", "state"])
    record("moving_in.started", About("move_in", current.pk), by=by, changes={"name": (None, current.name)})


@transaction.atomic
def stop(given: MoveIn, *, by: Person) -> None:
    """After the batch that is at work. What has moved over stays; it can go on, or be undone."""
    stopped = MoveIn.objects.filter(pk=given.pk, state=MoveIn.State.RUNNING).update(state=MoveIn.State.STOPPED)
    if not stopped:
        raise Refused(_("It has stopped already."))
    record("moving_in.stopped", About("move_in", given.pk), by=by, changes={"name": (None, given.name)})


def store_piece(given: MoveIn) -> bool:
    """The next lines; False: there were none, and it is done. One that cannot be stored does not keep the others."""
    rows = alike(list(given.rows.filter(state=State.READY).order_by("number")[:PIECE]))
    if not rows:
        return events.store_piece(given)
    try:
        _store(given, rows)
    except (DataError, IntegrityError):
        for row in given.rows.filter(pk__in=[row.pk for row in rows]).order_by("number"):
            _store_alone(given, row)
    return True


def _store_alone(given: MoveIn, row: MoveInRow) -> None:
    try:
        _store(given, [row])
    except (DataError, IntegrityError):
        faults = [*row.faults, [-1, _("This cannot be stored.")]]
        given.rows.filter(pk=row.pk).update(state=State.WRONG, faults=faults)


@transaction.atomic
def _store(given: MoveIn, rows: Sequence[MoveInRow]) -> None:
    _commit_without_waiting()
    translator = Translator(given)
    items = [_item(row, translator.line(row)) for row in rows]
    kind = known_kind(given, rows)
    known = known_before(given, [item.row.outside_id for item in items], kind)
    wait_in_line([contact for item in items for contact in contacts(item.line)])
    fresh = [item for item in items if item.row.outside_id not in known]
    give_their_clients(given, fresh)
    find_clients([item for item in fresh if not item.client_id], given)
    changed_there.update(given, [item for item in items if item.row.outside_id in known], known, kind)
    DealMaker(given).make([item for item in fresh if item.line.deal])
    _write_notes(given, items)
    _remember(given, fresh, kind)
    _suspect(fresh)
    _keep(given, items)


def _item(row: MoveInRow, line: Line) -> Item:
    return Item(row, line, record_of(line, row.packed))


def _write_notes(given: MoveIn, items: Sequence[Item]) -> None:
    """What fits no field: in the history of the deal, or of a client who was here before."""
    noted = [item for item in items if item.line.note and not (item.is_new and not item.line.deal)]
    noted = [item for item in noted if item.row.outcome != Outcome.KNOWN or item.changes.get("note_changed")]
    made = [
        Interaction(
            at=(item.line.client.created_at or clock.now()),
            client_id=item.client_id,
            deal_id=item.row.deal_id,
            kind=Interaction.Kind.NOTE,
            text=item.line.note,
            data={"moved_in": given.pk},
        )
        for item in noted
    ]
    for item, happened in zip(noted, history.add_all(made), strict=True):
        item.changes["notes"] = [happened.pk]


def _remember(given: MoveIn, fresh: Sequence[Item], kind: str) -> None:
    seen: dict[str, dict[str, Any]] = {}
    for item in fresh:
        number = item.row.deal_id if kind == MovedIn.Kind.DEAL else item.client_id
        if item.row.outside_id and number:
            there = changed_there.as_there(item.line, item.changes.get("stored", {}))
            seen.setdefault(item.row.outside_id, {"id": item.row.outside_id, "number": number, "there": there})
    if seen:
        rows = json.dumps(list(seen.values()), ensure_ascii=False, default=str)
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, [given.origin, kind, given.pk, rows])


# What pointed to something that has been undone or deleted meanwhile points to the new one.
_REMEMBER = """
insert into moving_in_movedin (origin, kind, outside_id, object_id, of_id, there)
select %s, %s, id, number, %s, there from jsonb_to_recordset(%s) as given (id text, number bigint, there jsonb)
on conflict (origin, kind, outside_id) do update
set object_id = excluded.object_id, of_id = excluded.of_id, there = excluded.there
"""


def _suspect(fresh: Sequence[Item]) -> None:
    """Without tasks: whoever moved a company over works them off from the list."""
    found = [
        suspicions.of_likely(item.client_id, likely, item.decision, deal_id=item.row.deal_id)
        for item in fresh
        if item.is_new and item.decision and item.decision.kind == "doubtful"
        for likely in item.decision.likely[:MOST_SUSPECTED]
    ]
    suspicions.enter(found)


def _keep(given: MoveIn, items: Sequence[Item]) -> None:
    rows = []
    for item in items:
        row, decision = item.row, item.decision
        if decision:
            kinds = {"certain": Outcome.JOINS, "doubtful": Outcome.DOUBTFUL, "new": Outcome.NEW}
            row.outcome = kinds[decision.kind]
            row.like = liked("client", decision) if decision.likely else {}
        rows.append(
            {
                "id": row.pk, "outcome": row.outcome, "like": row.like, "faults": row.faults,
                "client_id": item.client_id or None, "deal_id": row.deal_id,
                "changes": {key: said for key, said in item.changes.items() if key != "note_changed"},
            }
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [json.dumps(rows, ensure_ascii=False, default=str)])


_KEPT = """
update moving_in_moveinrow r set state = 'stored', outcome = given.outcome, "like" = given.like,
    faults = given.faults, client_id = given.client_id, deal_id = given.deal_id, changes = given.changes
from jsonb_to_recordset(%s) as given (
    id bigint, outcome text, "like" jsonb, faults jsonb, client_id bigint, deal_id bigint, changes jsonb)
where r.id = given.id
"""


def _commit_without_waiting() -> None:
    """For the disk: a batch that a power cut takes is taken with its lines' states, and done again."""
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit to off")
