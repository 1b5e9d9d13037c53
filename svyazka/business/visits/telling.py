"""What happens to a visit stands in the journal and in the client's history, and the phones concerned hear of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

from django.db import connection

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.visits.models import Visit
from svyazka.business.visits.road import news
from svyazka.business.visits.road.news import Happened

Event = Literal[
    "booked",
    "moved",
    "replanned",
    "cancelled",
    "changed",
    "confirmed",
    "unconfirmed",
    "on_way",
    "started",
    "paused",
    "gone_on",
    "done",
    "not_done",
    "taken_back",
    "orphaned",
    "found",
    "late",
]


def tell(
    visit: Visit,
    event: Event,
    *,
    by: Actor,
    changes: Mapping[str, tuple[Any, Any]],
    note: str = "",
    was: datetime | None = None,
    also: Collection[int] = (),
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """`was`: the time before a move; `also`: people who went there before; `data`: what the history shows besides;
    `at`: when it happened, where that was before now."""
    there = people_of(visit)
    record(f"visits.{event}", about(visit), by=by, changes=changes, note=note, people={*there, *also})
    news.note(visit, Happened(event, changes, there, also, was), by=by)
    announce("deal", visit.deal_id, data={"visit": visit.pk})
    said = {**of_history(visit, event), **({"was": was.isoformat()} if was else {}), **(data or {})}
    kind = Interaction.Kind.VISIT
    history.add(visit.client_id, kind=kind, deal_id=visit.deal_id, text=note, data=said, at=at, by=by)


def told(visit: Visit, what: str, *, by: Actor, way: str) -> None:
    """The client has been told something in writing."""
    record("visits.client_told", about(visit), by=by, note=f"{what} {way}")
    announce("deal", visit.deal_id, data={"visit": visit.pk})
    said = {**of_history(visit, "told"), "what": what, "way": way}
    history.add(visit.client_id, kind=Interaction.Kind.VISIT, deal_id=visit.deal_id, data=said, by=by)


def of_history(visit: Visit, event: str) -> dict[str, Any]:
    """What a line of the history is made of."""
    return {
        "visit": visit.pk,
        "event": event,
        "at": visit.starts_at.isoformat(),
        "resource": visit.resource.name,
        "kind": visit.kind.words,
        "code": visit.kind.code,
    }


def about(visit: Visit) -> About:
    return About("visit", visit.pk, client_id=visit.client_id, deal_id=visit.deal_id)


def concerned(visit: Visit, also: Collection[int] = ()) -> set[int]:
    """Whose phone must hear of it: those of the staff who go there, and who went there before."""
    return {*people_of(visit), *also}


def people_of(visit: Visit) -> set[int]:
    """Whoever leads it, and those who go with him."""
    if visit.people_there is not None:
        return set(visit.people_there)
    with connection.cursor() as cursor:
        cursor.execute(f"select {WITH_HIM} from visits_visit where id = %s", [visit.pk])  # noqa: S608  # our own words
        found = cursor.fetchone()
    with_him = set(found[0]) if found else set()
    leads = {visit.resource.person_id} if visit.resource.person_id else set()
    return leads | with_him


WITH_HIM = """
array(
    select goes.person_id from visits_booking booked join visits_resource goes on goes.id = booked.resource_id
    where booked.visit_id = visits_visit.id and goes.person_id is not null
)
"""
