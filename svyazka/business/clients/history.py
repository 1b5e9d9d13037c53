"""The history of a client: everything that happened, in one line of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import mentions
from svyazka.business.clients.models import Interaction
from svyazka.business.journal import because
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.notices.tell import tell
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows
from svyazka.kit.asking import Asking
from svyazka.kit.refusals import Refused

PAGE = 30
SENT_TWICE = timedelta(seconds=10)
# Where a page of earlier ones begins: several things may have happened at the same moment.
Before = tuple[datetime, int]


def add(
    client_id: int,
    *,
    kind: str,
    by: Actor,
    direction: str = "",
    deal_id: int | None = None,
    channel: str = "",
    text: str = "",
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
    arrival_id: int | None = None,
    waiting: bool = False,
) -> Interaction:
    """Adds what happened. `waiting`: it stands in the live queue until somebody takes it up."""
    happened = Interaction.objects.create(
        at=at or clock.now(),
        client_id=client_id,
        deal_id=deal_id,
        kind=kind,
        direction=direction,
        channel=channel,
        by_id=by.actor_id,
        text=text.replace("\x00", ""),
        data={**(data or {}), **_by_rule()},
        arrival_id=arrival_id,
        waiting=waiting,
    )
    announce("interaction", happened.pk, data=_ids(happened))
    return happened


def _by_rule() -> dict[str, Any]:
    """A history says by which of the company's rules; and rules know what came of them."""
    reason = because.now()
    return {"run": reason.run_id, "rule": reason.rule} if reason.run_id else {}


def add_all(happened: Sequence[Interaction]) -> Sequence[Interaction]:
    """In one statement. The caller tells the pages of it."""
    return Interaction.objects.bulk_create(happened)


def take_back(numbers: Sequence[int]) -> None:
    """What was brought along from elsewhere, as if it had never been."""
    Interaction.objects.filter(pk__in=numbers).delete()


def tick_off(numbers: Sequence[int], *, is_done: bool = True) -> None:
    """Lines of tasks that came from elsewhere: done there, or open again."""
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute(_TICKED if is_done else _OPEN_AGAIN, [list(numbers)])


_TICKED = """update clients_interaction set data = data || '{"event": "done"}' where id = any(%s)"""
_OPEN_AGAIN = "update clients_interaction set data = data - 'event' where id = any(%s)"


def missed_calls_of(client_ids: Iterable[int]) -> dict[int, list[Interaction]]:
    """Calls of these clients that nobody has taken up."""
    waits = Interaction.objects.filter(client_id__in=client_ids, kind=Interaction.Kind.CALL, waiting=True)
    found: dict[int, list[Interaction]] = {}
    for happened in waits:
        found.setdefault(happened.client_id, []).append(happened)
    return found


def add_to_many(deals: Iterable[tuple[int, int]], *, kind: str, data: dict[str, Any], by: Actor) -> None:
    """The same happened with many deals at once (client, deal). The pages that show them hear of it from the caller."""
    now = clock.now()
    Interaction.objects.bulk_create(
        [
            Interaction(at=now, client_id=client_id, deal_id=deal_id, kind=kind, by_id=by.actor_id, data=data)
            for client_id, deal_id in deals
        ],
        batch_size=500,
    )


@transaction.atomic
def note(client_id: int, text: str, *, deal_id: int | None, by: Actor, picked: Collection[int] = ()) -> Interaction:
    """A person's own words, for the colleagues; whoever is named in it hears of it (`picked`: out of the suggestions).
    Sent twice within seconds, they are written once."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refused(_("The note is empty."), fields={"text": _("Write something.")})
    if before := _just_noted(client_id, text, deal_id=deal_id, by=by):
        return before
    named = mentions.find(text, picked=picked, right="deals.see" if deal_id else "clients.see")
    data = {"mentions": named} if named else {}
    written = add(client_id, kind=Interaction.Kind.NOTE, text=text, deal_id=deal_id, data=data, by=by)
    tell(map(int, named), "note.mentioned", by=by, deal_id=deal_id, client_id=client_id, data={"text": text})
    record("clients.noted", About("interaction", written.pk, client_id=client_id, deal_id=deal_id), by=by)
    return written


@transaction.atomic
def take_up(happened: Interaction, *, by: Actor) -> None:
    """Out of the queue, with all else that waits of this client: this person deals with him. A second click changes
    nothing; whoever comes later is told who was quicker."""
    waits = Interaction.objects.filter(client_id=happened.client_id, waiting=True)
    if not waits.update(waiting=False, taken_by_id=by.actor_id, taken_at=clock.now()):
        _refuse_taken(happened, by=by)
        return
    about = About("interaction", happened.pk, client_id=happened.client_id, deal_id=happened.deal_id)
    record("clients.taken_up", about, by=by, data=_ids(happened))


@transaction.atomic
def put_back(happened: Interaction, *, by: Actor) -> None:
    """Into the queue again: whoever took it up cannot see to it after all. A second click changes nothing."""
    if happened.waiting:
        return
    taken = Interaction.objects.filter(pk=happened.pk, waiting=False, taken_by_id=by.actor_id)
    if not taken.update(waiting=True, taken_by_id=None, taken_at=None):
        raise Refused(_("Only whoever took this up can put it back."))
    about = About("interaction", happened.pk, client_id=happened.client_id, deal_id=happened.deal_id)
    record("clients.put_back", about, by=by, data=_ids(happened))


def settle(deal_id: int, *, by: Actor) -> None:
    """What waited in a deal that is closed waits no longer."""
    for happened in list(Interaction.objects.filter(deal_id=deal_id, waiting=True)):
        need_not_wait(happened, by=by)


def need_not_wait(happened: Interaction, *, by: Actor) -> None:
    """This alone is settled; what else waits of the client waits on."""
    waits = Interaction.objects.filter(pk=happened.pk, waiting=True)
    if waits.update(waiting=False, taken_by_id=by.actor_id, taken_at=clock.now()):
        announce("interaction", happened.pk, data=_ids(happened))


def settle_messages(client_id: int, *, by: Actor) -> None:
    """What he wrote waits no longer: somebody answers it elsewhere. Calls and requests wait on."""
    waits = Interaction.objects.filter(client_id=client_id, kind=Interaction.Kind.MESSAGE, waiting=True)
    if found := list(waits):
        waits.update(waiting=False, taken_by_id=by.actor_id, taken_at=clock.now())
        announce("interaction", found[0].pk, data=_ids(found[0]))


def unsettle_messages(client_id: int, *, since: datetime) -> None:
    """What he has written since then, and somebody has settled, waits again."""
    incoming = Interaction.objects.filter(client_id=client_id, kind=Interaction.Kind.MESSAGE, at__gte=since)
    settled = incoming.filter(direction=Interaction.Direction.IN, waiting=False, taken_at__isnull=False)
    if found := list(settled):
        settled.update(waiting=True, taken_by_id=None, taken_at=None)
        announce("interaction", found[0].pk, data=_ids(found[0]))


def spoken_with(client_id: int, kinds: Collection[str], *, before: Before | None = None) -> list[Interaction]:
    """Of these kinds only, the newest first."""
    return _page("client_id", client_id, before, kinds)


def of_client(client_id: int, *, before: Before | None = None) -> list[Interaction]:
    return _page("client_id", client_id, before)


def ask_latest(client_id: int, *, most: int) -> Asking[list[Interaction]]:
    return rows.asked(Interaction, "where client_id = %s order by at desc, id desc limit %s", [client_id, most])


def of_deals(deal_ids: Sequence[int], *, before: Before | None = None) -> list[Interaction]:
    """In one line of time. A page of each is read by the index, so that a long history costs what a short one does."""
    found = [one for deal_id in deal_ids for one in _page("deal_id", deal_id, before)]
    return sorted(found, key=lambda one: (one.at, one.pk), reverse=True)[: PAGE + 1]


def of_kinds(deal_ids: Sequence[int], kinds: Collection[str], *, most: int) -> list[Interaction]:
    """The latest of these kinds in some deals, the newest first."""
    rest = "where deal_id = any(%s) and kind = any(%s) order by at desc, id desc limit %s"
    return rows.read(Interaction, rest, [list(deal_ids), list(map(str, kinds)), most]) if deal_ids else []


def latest_of(deal_ids: Collection[int]) -> dict[int, int]:
    """The number of the last thing that happened in each: another one says that something has."""
    if not deal_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [list(deal_ids)])
        return dict(cursor.fetchall())


_LATEST = "select deal_id, max(id) from clients_interaction where deal_id = any(%s) group by deal_id"


def waiting(*, kind: str = "", newest: bool = False, limit: int = 50) -> list[Interaction]:
    """The live queue: what came in and nobody has taken up, longest waiting first."""
    waits = Interaction.objects.filter(waiting=True)
    order = ("-at", "-id") if newest else ("at", "id")
    return list((waits.filter(kind=kind) if kind else waits).order_by(*order)[:limit])


def count_waiting(*, most: int = 1000) -> dict[str, int]:
    """How many of each kind wait. Counted no further than `most`: nobody works off more in a day."""
    kinds = Interaction.objects.filter(waiting=True).order_by("at", "id").values_list("kind", flat=True)[:most]
    return Counter(kinds)


def _just_noted(client_id: int, text: str, *, deal_id: int | None, by: Actor) -> Interaction | None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"note {client_id} {by.actor_id}"])
    lately = Interaction.objects.of_client(client_id).filter(at__gte=clock.now() - SENT_TWICE)
    return lately.filter(kind=Interaction.Kind.NOTE, deal_id=deal_id, by_id=by.actor_id, text=text).first()


def _refuse_taken(happened: Interaction, *, by: Actor) -> None:
    taken_by = Interaction.objects.filter(pk=happened.pk).values_list("taken_by_id", flat=True).first()
    if taken_by and taken_by == by.actor_id:
        return
    name = Person.objects.filter(pk=taken_by).values_list("full_name", flat=True).first() if taken_by else None
    if name:
        raise Refused(format_lazy(_("{name} has already taken this up."), name=name))
    raise Refused(_("A colleague has already taken this up."))


def _page(whose: str, number: int, before: Before | None, kinds: Collection[str] = ()) -> list[Interaction]:
    """One more than a page, so that the reader knows whether there is another."""
    # The first condition is what the months' pieces can use.
    earlier = "and at <= %s and (at, id) < (%s, %s)" if before else ""
    only = "and kind = any(%s)" if kinds else ""
    rest = f"where {whose} = %s {earlier} {only} order by at desc, id desc limit %s"
    begins = (before[0], *before) if before else ()
    return rows.read(Interaction, rest, [number, *begins, *([list(map(str, kinds))] if kinds else ()), PAGE + 1])


def _ids(happened: Interaction) -> dict[str, int]:
    return {"client": happened.client_id, **({"deal": happened.deal_id} if happened.deal_id else {})}
