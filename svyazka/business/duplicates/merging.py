"""Two clients become one, and two again.

Nothing is deleted: the one who is gone stays as he was and points on, and each value that was changed is kept
(`MergedRow`). What the rooms do with their tables they say themselves, in their `going_along.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.agreements.going_along import ALONG as AGREEMENTS
from svyazka.business.calls.going_along import ALONG as CALLS
from svyazka.business.clients import amend, apart, history, identify
from svyazka.business.clients.change import CHANGEABLE
from svyazka.business.clients.going_along import ALONG as CLIENTS
from svyazka.business.clients.going_along import become, new_version
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.clients.naming import called
from svyazka.business.consents.going_along import ALONG as CONSENTS
from svyazka.business.deals.going_along import ALONG as DEALS
from svyazka.business.deals.held import held_all
from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.work.ring_backs import wait_for_others
from svyazka.business.duplicates.choosing import FACTS, Known, choose, outcome
from svyazka.business.duplicates.going_along import ALONG as DUPLICATES
from svyazka.business.duplicates.models import Merge, MergedRow, Suspicion
from svyazka.business.files.going_along import ALONG as FILES
from svyazka.business.imports.going_along import ALONG as IMPORTS
from svyazka.business.inbox.going_along import ALONG as INBOX
from svyazka.business.journal.going_along import ALONG as JOURNAL
from svyazka.business.journal.record import About, Actor, News, announce_all, record
from svyazka.business.money.going_along import ALONG as MONEY
from svyazka.business.notices.going_along import ALONG as NOTICES
from svyazka.business.offers.going_along import ALONG as OFFERS
from svyazka.business.visits.going_along import ALONG as VISITS
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.cells import Cell, put_back
from svyazka.kit.going_along import Fate, Two
from svyazka.kit.refusals import Refused

LATELY = timedelta(hours=1)
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_113
ROOMS = (
    DUPLICATES,
    CLIENTS,
    CONSENTS,
    DEALS,
    OFFERS,
    MONEY,
    VISITS,
    CALLS,
    AGREEMENTS,
    INBOX,
    NOTICES,
    IMPORTS,
    FILES,
    JOURNAL,
)


@dataclass(frozen=True)
class Undone:
    """What an undoing has left as it is, because somebody changed it since; and merges that came later, which were
    taken down for it and made again."""

    left: list[Cell]
    made_again: list[Merge]


@transaction.atomic
def merge(
    kept: Client,
    gone: Client,
    *,
    by: Actor,
    choices: Mapping[str, str] | None = None,
    suspicion: Suspicion | None = None,
    search_id: int | None = None,
) -> Merge:
    """`gone` becomes `kept`. `choices`: code of what is known → whose value stays; where none is named,
    `choosing.choice` says it. Refused where one of them is merged already, or they are said not to be the same."""
    _insist_two([kept, gone])
    now = _held([kept.pk, gone.pk])
    _insist_two([now[kept.pk], now[gone.pk]])
    _insist_not_apart(kept.pk, gone.pk)
    done = Merge.objects.create(
        kept=now[kept.pk],
        gone=now[gone.pk],
        gone_name=called(now[gone.pk], list(gone.contact_points.all()))[:200],
        choices=dict(choices or {}),
        suspicion=suspicion,
        search_id=search_id,
        by_id=by.actor_id,
        actor="" if by.actor_id else by.actor_name[:80],
        at=clock.now(),
    )
    _carry_out(done)
    data = {"merge": done.pk, "client": gone.pk, "name": done.gone_name}
    line = history.add(kept.pk, kind=Interaction.Kind.MERGED, data=data, by=by)
    Merge.objects.filter(pk=done.pk).update(history_id=line.pk)
    done.history_id = line.pk
    _tell("clients.merged", done, by=by)
    return done


@transaction.atomic
def undo(done: Merge, *, by: Actor) -> Undone:
    """Both as they were; what came since stays with the survivor, and what was changed since stays changed. Later
    merges that stand on this one are taken down for it and made again."""
    later = _standing_on(done)
    _held({number for one in (done, *later) for number in (one.kept_id, one.gone_id)})
    current = Merge.objects.select_for_update().get(pk=done.pk)
    if current.undone_at:
        raise Refused(_("This merge has been undone already."))
    if [one.pk for one in _standing_on(done)] != [one.pk for one in later]:
        raise Refused(_("Somebody has just merged or separated these clients. Try again."))
    for one in reversed(later):
        _stay_as_changed(one, _take_down(one))
    left = _take_down(current)
    current.undone_at, current.undone_by_id = clock.now(), by.actor_id
    current.left = [[cell.table, cell.row, cell.column] for cell in left]
    current.save()
    for one in later:
        _carry_out(one)
    _say_undone(current)
    _tell("clients.separated", current, by=by)
    return Undone(left, later)


def gather_lately() -> int:
    """What was written with the number of one who was just merged, by somebody who had not heard of it yet. Says how
    many rows have followed him. By one worker at a time."""
    with alone(LOCK) as nobody_else:
        return _gather_lately() if nobody_else else 0


def _gather_lately() -> int:
    lately = Merge.objects.filter(at__gte=clock.now() - LATELY, undone_at=None).order_by("pk")
    return sum(_gather(done) for done in lately)


@transaction.atomic
def _gather(done: Merge) -> int:
    two = _two(done)
    if not any(
        model._default_manager.filter(**{column: two.gone}).exists()
        for room in ROOMS
        for (model, column), fate in room.columns.items()
        if fate == Fate.MOVES
    ):
        return 0
    _held([two.kept, two.gone])
    if not Merge.objects.filter(pk=done.pk, undone_at=None).exists():
        return 0
    followed = _keep(done, [cell for room in ROOMS for cell in room.go(two)])
    made_anew(two)
    return followed


def _insist_two(clients: Collection[Client]) -> None:
    if len({one.pk for one in clients}) < 2:
        raise Refused(_("This is one and the same client."))
    for one in clients:
        if one.merged_into_id:
            words = _("Client {number} is merged with another one already. Merge with that one.")
            raise Refused(format_lazy(words, number=one.pk))


def _insist_not_apart(one: int, other: int) -> None:
    if other in apart.of(one):
        raise Refused(_("It was said of these two that they are different clients. Take that back first."))


def _held(client_ids: Iterable[int]) -> dict[int, Client]:
    """In the order in which everybody else waits: for arrivals, for calls, for deals, at last for the clients."""
    numbers = sorted(set(client_ids))
    identify.wait_for(numbers)
    wait_for_others(numbers)
    held_all(list(Deal.objects.filter(client_id__in=numbers).values_list("pk", flat=True)))
    return {one.pk: one for one in Client.objects.select_for_update().filter(pk__in=numbers).order_by("pk")}


def _two(done: Merge) -> Two:
    return Two(done.kept_id, done.gone_id, done.by_id)


def _carry_out(done: Merge) -> None:
    two = _two(done)
    both = Client.objects.in_bulk([two.kept, two.gone])
    ours, theirs = known_of(both[two.kept], both[two.gone]), known_of(both[two.gone], both[two.kept])
    chosen = choose(ours, theirs, done.choices)
    own = {code: outcome(code, chosen[code], ours.own[code], theirs.own[code]) for code in CHANGEABLE}
    counted = set(Field.objects.filter(of=Field.Of.CLIENT, is_computed=True).values_list("code", flat=True))
    gone = {code: value for code, value in theirs.facts.items() if chosen[f"{FACTS}{code}"] == "gone"}
    facts = {code: value for code, value in gone.items() if code not in counted}  # those are counted anew
    cells = become(two, {code: value for code, value in own.items() if value != ours.own[code]}, facts)
    for room in ROOMS:
        cells += room.go(two)
    Merge.objects.filter(pk=done.pk).update(choices=chosen)
    done.choices = chosen
    _keep(done, cells)
    made_anew(two)


def known_of(one: Client, other: Client) -> Known:
    return Known({code: getattr(one, code) for code in CHANGEABLE}, one.facts, is_newer=one.pk > other.pk)


def _keep(done: Merge, cells: Collection[Cell]) -> int:
    columns = [[getattr(cell, name) for cell in cells] for name in ("table", "row", "column", "before", "after")]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [done.pk, *columns])
    return len(cells)


_KEEP = """
insert into duplicates_mergedrow (merge_id, "table", "row", "column", before, after)
select %s, given.* from unnest(%s::text[], %s::bigint[], %s::text[], %s::text[]::jsonb[], %s::text[]::jsonb[]) as given
"""


def _take_down(done: Merge) -> list[Cell]:
    with connection.cursor() as cursor:
        cursor.execute(_CELLS, [done.pk])
        cells = [Cell(*row) for row in cursor.fetchall()]
    left = put_back(cells)
    two = _two(done)
    new_version(two)
    made_anew(two)
    return left


_CELLS = """
select "table", "row", "column", before::text, after::text from duplicates_mergedrow where merge_id = %s order by id
"""


def _stay_as_changed(done: Merge, left: Collection[Cell]) -> None:
    """It is made again at once: what somebody has changed since at the survivor is not written over then."""
    MergedRow.objects.filter(merge=done).delete()
    changed = {cell.column for cell in left if (cell.table, cell.row) == (Client._meta.db_table, done.kept_id)}
    done.choices = {code: "kept" if code in changed else whose for code, whose in done.choices.items()}


def made_anew(two: Two) -> None:
    """What is kept beside the rows of both: keys, words, next steps."""
    for room in ROOMS:
        room.afterwards(two)


def _standing_on(done: Merge) -> list[Merge]:
    """Later merges of the same clients, or that have changed the same rows, and those that stand on these in turn; the
    oldest first."""
    found: set[int] = set()
    while more := _next_to({done.pk, *found}, since=done.pk) - found:
        found |= more
    return list(Merge.objects.filter(pk__in=found).order_by("pk"))


def _next_to(merges: Collection[int], *, since: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_TO, {"merges": list(merges), "since": since})
        return {number for (number,) in cursor.fetchall()}


_NEXT_TO = """
with given as (select kept_id, gone_id from duplicates_merge where id = any(%(merges)s)),
concerned as (select kept_id as id from given union select gone_id from given)
select id from duplicates_merge where id > %(since)s and undone_at is null and (
    kept_id in (select id from concerned) or gone_id in (select id from concerned)
    or id in (
        select later.merge_id from duplicates_mergedrow mine
        join duplicates_mergedrow later using ("table", "row")
        where mine.merge_id = any(%(merges)s) and later.merge_id > %(since)s
    )
)
"""


def _say_undone(done: Merge) -> None:
    near = (done.at - amend.NEAR, done.at + amend.NEAR)
    line = Interaction.objects.filter(pk=done.history_id or 0, at__range=near).first()
    if line:
        amend.amend(line.pk, near=line.at, data={**line.data, "undone": True})


def _tell(verb: str, done: Merge, *, by: Actor) -> None:
    names: dict[str, tuple[Any, Any]] = {"client": (None, done.gone_id)}
    record(verb, About("client", done.kept_id, client_id=done.kept_id), by=by, changes=names)
    announce_all(
        [
            News("client", done.gone_id, {"client": done.gone_id}),
            *(
                News("deal", number, {"client": client, "deal": number, "stage": stage})
                for number, client, stage in Deal.objects.filter(
                    client_id__in=[done.kept_id, done.gone_id], closed_at=None
                ).values_list("pk", "client_id", "stage_id")
            ),
        ]
    )
