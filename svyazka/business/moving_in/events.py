"""What happened there becomes history here, in its order of time and at its own dates. Nobody is told of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals import take_over
from svyazka.business.deals.models import Deal
from svyazka.business.moving_in import done_there
from svyazka.business.moving_in.clients_of_lines import ids_here
from svyazka.business.moving_in.models import MovedIn, MoveIn, MoveInEvent, MoveInRow
from svyazka.business.staff.models import Person
from svyazka.kit import clock, partitions

PIECE = 2000
LONGEST_TASK = 200
LONGEST_ADDRESS = 2000  # of a recording
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # what is dated before has no month of its own
State, Kind = MoveInEvent.State, Interaction.Kind


def are_waiting(given: MoveIn) -> bool:
    return given.events.filter(state=State.NEW).exists()


def store_piece(given: MoveIn) -> bool:
    """The next ones; False: there were none."""
    found = list(given.events.filter(state=State.NEW).order_by("at", "id")[:PIECE])
    if found:
        _make_months(found)
        _store(given, found)
    return bool(found)


def _make_months(found: Sequence[MoveInEvent]) -> None:
    """Old ones lie in months that nobody has needed yet."""
    first, last = (min(max(one.at, _EARLIEST), clock.now()).date() for one in (found[0], found[-1]))
    partitions.ensure(Interaction._meta.db_table, span="month", first=first, last=last)


@transaction.atomic
def _store(given: MoveIn, found: Sequence[MoveInEvent]) -> None:
    known = set(_known(given, found))
    placed = _Placing(given, found)
    new: list[MoveInEvent] = []
    for one in found:
        is_placed = placed.client_id(one) is not None
        one.state = State.KNOWN if one.outside_id in known else State.STORED if is_placed else State.ALONE
        if one.state == State.STORED:
            new.append(one)
    written = history.add_all([placed.interaction(one) for one in new])
    for one, happened in zip(new, written, strict=True):
        one.interaction_id = happened.pk
    _plan(placed, new)
    _remember(given, new)
    _keep(found)
    done_there.settle(given, [one for one in found if one.state == State.KNOWN])


class _Placing:
    """Whose each of them is, and who of ours did it: asked once for all."""

    def __init__(self, given: MoveIn, found: Sequence[MoveInEvent]) -> None:
        self.given = given
        self.clients = ids_here(given, MovedIn.Kind.CLIENT, {one.client_there for one in found if one.client_there})
        self.deals = ids_here(given, MovedIn.Kind.DEAL, {one.deal_there for one in found if one.deal_there})
        rows = Deal.objects.filter(pk__in=self.deals.values()).values_list("pk", "client_id", "closed_at")
        self.of_deal = {pk: (client_id, closed_at is None) for pk, client_id, closed_at in rows}
        self.people = set(Person.objects.values_list("pk", flat=True))

    def deal_id(self, one: MoveInEvent) -> int | None:
        return self.deals.get(one.deal_there)

    def client_id(self, one: MoveInEvent) -> int | None:
        """A deal's history is its client's."""
        if deal_id := self.deal_id(one):
            return self.of_deal[deal_id][0]
        return self.clients.get(one.client_there)

    def person_id(self, one: MoveInEvent) -> int | None:
        chosen = self.given.mapping.get("people", {}).get(one.said.get("by", ""), "")
        return int(chosen) if chosen.isdecimal() and int(chosen) in self.people else None

    def interaction(self, one: MoveInEvent) -> Interaction:
        person_id = self.person_id(one)
        kind, text, data = _in_our_words(one)
        if person_id is None and one.said.get("by"):
            data["by"] = one.said["by"]
        return Interaction(
            at=min(one.at, clock.now()),
            client_id=self.client_id(one) or 0,
            deal_id=self.deal_id(one),
            kind=kind,
            direction=one.said.get("direction", ""),
            by_id=person_id,
            text=text,
            data={**data, "moved_in": self.given.pk},
        )

    def task(self, one: MoveInEvent) -> take_over.BroughtTask | None:
        """What is still to be done there is to be done here: in an open deal, or by a person whom we know."""
        if one.kind != "task" or one.said.get("is_done"):
            return None
        deal_id, person_id = self.deal_id(one), self.person_id(one)
        deal_id = deal_id if deal_id and self.of_deal[deal_id][1] else None
        if deal_id is None and person_id is None:
            return None
        due_at = datetime.fromisoformat(one.said["due_at"]) if "due_at" in one.said else one.at
        what = " ".join(one.said.get("text", "").split()) or "—"
        return take_over.BroughtTask(what[:LONGEST_TASK], due_at, deal_id, person_id)


def _in_our_words(one: MoveInEvent) -> tuple[str, str, dict[str, Any]]:
    """Kind, text, and what it knows besides."""
    text = one.said.get("text", "")
    if one.kind == "call":
        return Kind.CALL, text, _call(one)
    if one.kind == "message":
        return Kind.MESSAGE, text, {}
    if one.kind == "stage":
        left, _arrow, to = text.rpartition(" → ")
        return Kind.STAGE, "", {"from": {"ru": left} if left else {}, "to": {"ru": to}}
    if one.kind == "task":
        first, _line, rest = text.partition("\n")
        cut = first[:LONGEST_TASK]
        data = {"what": cut, **({"event": "done"} if one.said.get("is_done") else {})}
        return Kind.TASK, rest if cut == first else text, data
    return Kind.NOTE, text, {}


def _call(one: MoveInEvent) -> dict[str, Any]:
    """Not one that was missed: whom nobody rang back years ago is nobody's problem now."""
    data: dict[str, Any] = {}
    if seconds := one.said.get("seconds"):
        data |= {"seconds": seconds, "result": "answered"}
    if phone := one.said.get("phone"):
        data["phone"] = phone
    recording = one.said.get("recording", "")
    if recording.startswith(("https://", "http://")) and len(recording) <= LONGEST_ADDRESS:
        data["recording_there"] = recording
    return data


def _plan(placed: _Placing, new: Sequence[MoveInEvent]) -> None:
    wanted = [(one, task) for one in new if (task := placed.task(one))]
    for (one, _task), number in zip(wanted, take_over.plan_all([task for _one, task in wanted]), strict=True):
        one.task_id = number


def _known(given: MoveIn, found: Sequence[MoveInEvent]) -> Collection[str]:
    before = MovedIn.objects.filter(origin=given.origin, kind=MovedIn.Kind.EVENT)
    return before.filter(outside_id__in=[one.outside_id for one in found]).values_list("outside_id", flat=True)


def _remember(given: MoveIn, new: Sequence[MoveInEvent]) -> None:
    of = {"of": given, "origin": given.origin, "kind": MovedIn.Kind.EVENT}
    MovedIn.objects.bulk_create(
        [MovedIn(**of, outside_id=one.outside_id, object_id=one.interaction_id or 0) for one in new]
    )


def _keep(found: Sequence[MoveInEvent]) -> None:
    rows = [(one.pk, one.state, one.interaction_id, one.task_id) for one in found]
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [list(column) for column in zip(*rows, strict=True)])


_KEPT = """
update moving_in_moveinevent e set state = given.state, interaction_id = given.interaction_id, task_id = given.task_id,
    said = case given.state when 'alone' then e.said else '{}' end
from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[]) as given (id, state, interaction_id, task_id)
where e.id = given.id
"""


def of_deals(deal_ids: Sequence[int]) -> tuple[list[int], list[int]]:
    """What moves have brought to their history: interactions, and tasks."""
    return _pairs(_OF_DEALS, deal_ids)


def of_clients(client_ids: Sequence[int]) -> tuple[list[int], list[int]]:
    return _pairs(_OF_CLIENTS, client_ids)


def _pairs(statement: str, numbers: Sequence[int]) -> tuple[list[int], list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(numbers)])
        found = cursor.fetchall()
    return [happened for happened, _task in found], [task for _happened, task in found if task]


_OF_DEALS = """
select e.interaction_id, e.task_id from clients_interaction i
join moving_in_moveinevent e on e.interaction_id = i.id where i.deal_id = any(%s)
"""
_OF_CLIENTS = """
select e.interaction_id, e.task_id from clients_interaction i
join moving_in_moveinevent e on e.interaction_id = i.id where i.client_id = any(%s)
"""


@transaction.atomic
def undo_piece(given: MoveIn) -> bool:
    """When all rows are undone: the history goes, but for that of deals and clients who stay."""
    found = list(given.events.filter(state=State.STORED).order_by("-at", "-id")[:PIECE])
    if not found:
        given.events.filter(state=State.NEW).update(state=State.UNDONE)
        done_there.take_back(given)
        return False
    stays = _staying(given, found)
    gone = [one for one in found if one.interaction_id not in stays]
    kept_tasks = take_over.unplan([one.task_id for one in gone if one.task_id])
    history.take_back([one.interaction_id for one in gone if one.interaction_id and one.task_id not in kept_tasks])
    for one in found:
        is_kept = one.interaction_id in stays or (one.task_id and one.task_id in kept_tasks)
        one.state = State.KEPT if is_kept else State.UNDONE
    _keep(found)
    undone = [one.outside_id for one in found if one.state == State.UNDONE]
    MovedIn.objects.filter(origin=given.origin, kind=MovedIn.Kind.EVENT, outside_id__in=undone).delete()
    return True


def _staying(given: MoveIn, found: Sequence[MoveInEvent]) -> set[int]:
    """The history of deals and clients that this move has made, and that stay because somebody has worked on them."""
    kept = given.rows.filter(state=MoveInRow.State.KEPT)
    deals = set(kept.filter(changes__deal="made").values_list("deal_id", flat=True))
    clients = set(kept.filter(changes__client="made").values_list("client_id", flat=True))
    numbers = [one.interaction_id for one in found if one.interaction_id]
    rows = Interaction.objects.filter(pk__in=numbers).values_list("pk", "deal_id", "client_id")
    return {pk for pk, deal_id, client_id in rows if (deal_id in deals if deal_id else client_id in clients)}
