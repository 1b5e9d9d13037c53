"""What is used, agreed and paid on site stands in the journal and in the client's history, and the pages hear of it.

The history is read by everybody in the office: it names things and people, and no sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from svyazka.business.clients import amend, history
from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import Actor, announce, record
from svyazka.business.visits.models import Visit
from svyazka.business.visits.telling import about, concerned, of_history
from svyazka.kit import clock

Verb = Literal["used", "extra_written", "extra_agreed", "extra_removed", "paid", "payment_corrected"]
IN_ONE_GO = timedelta(hours=1)
MATERIALS = "materials"


def tell(
    visit: Visit,
    verb: Verb,
    *,
    by: Actor,
    changes: Mapping[str, tuple[Any, Any]],
    event: str,
    text: str,
    note: str = "",
    at: datetime | None = None,
) -> None:
    """`event`, `text`: what the history says; materials of one hour are one line of it."""
    record(f"site_work.{verb}", about(visit), by=by, changes=changes, note=note, people=concerned(visit))
    announce("deal", visit.deal_id, data={"visit": visit.pk})
    data, at = _said(visit, event), at or clock.now()
    last = _last(visit, event, by, at) if event == MATERIALS else None
    if last:
        amend.amend(last.pk, near=last.at, data=data, text=text)
        return
    kind = Interaction.Kind.VISIT
    history.add(visit.client_id, kind=kind, deal_id=visit.deal_id, text=text, data=data, at=at, by=by)


def _said(visit: Visit, event: str) -> dict[str, Any]:
    said: dict[str, Any] = of_history(visit, event)
    return said


def _last(visit: Visit, event: str, by: Actor, at: datetime) -> Interaction | None:
    near = (at - IN_ONE_GO, at + IN_ONE_GO)
    rows = Interaction.objects.of_client(visit.client_id).filter(at__range=near, kind=Interaction.Kind.VISIT)
    return rows.filter(by_id=by.actor_id, data__visit=visit.pk, data__event=event).first()
