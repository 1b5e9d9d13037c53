"""The history of a client: everything that happened, in one line of time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Interaction, InteractionQuerySet
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

PAGE = 30
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
        data=data or {},
        arrival_id=arrival_id,
        waiting=waiting,
    )
    announce("interaction", happened.pk, data=_ids(happened))
    return happened


@transaction.atomic
def note(client_id: int, text: str, *, deal_id: int | None, by: Actor) -> Interaction:
    """A person's own words, for the colleagues."""
    text = text.strip()
    if not text:
        raise Refused(_("The note is empty."), fields={"text": _("Write something.")})
    written = add(client_id, kind=Interaction.Kind.NOTE, text=text, deal_id=deal_id, by=by)
    record("clients.noted", About("interaction", written.pk, client_id=client_id, deal_id=deal_id), by=by)
    return written


@transaction.atomic
def take_up(happened: Interaction, *, by: Actor) -> None:
    """Out of the queue: this person deals with it. Whoever is later is told by whom it was taken."""
    taken = Interaction.objects.filter(pk=happened.pk, at=happened.at, waiting=True).update(
        waiting=False, taken_by_id=by.actor_id, taken_at=clock.now()
    )
    if not taken:
        raise Refused(_("A colleague has already taken this up."))
    about = About("interaction", happened.pk, client_id=happened.client_id, deal_id=happened.deal_id)
    record("clients.taken_up", about, by=by, data=_ids(happened))


def of_client(client_id: int, *, before: Before | None = None) -> list[Interaction]:
    return _page(Interaction.objects.of_client(client_id), before)


def of_deal(deal_id: int, *, before: Before | None = None) -> list[Interaction]:
    return _page(Interaction.objects.of_deal(deal_id), before)


def waiting(*, limit: int = 50) -> list[Interaction]:
    """The live queue: what came in and nobody has taken up, longest waiting first."""
    return list(Interaction.objects.filter(waiting=True).order_by("at", "id")[:limit])


def _page(rows: InteractionQuerySet, before: Before | None) -> list[Interaction]:
    """One more than a page, so that the reader knows whether there is another."""
    if before:
        at, number = before
        # The first condition is what the index and the months' pieces can use.
        rows = rows.filter(Q(at__lt=at) | Q(id__lt=number), at__lte=at)
    return list(rows[: PAGE + 1])


def _ids(happened: Interaction) -> dict[str, int]:
    return {"client": happened.client_id, **({"deal": happened.deal_id} if happened.deal_id else {})}
