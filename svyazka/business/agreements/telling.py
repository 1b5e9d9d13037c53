"""What becomes of an agreement stands in the journal and in the client's history, and whoever is responsible hears."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from svyazka.business.agreements.models import Agreement
from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.notices import tell as notices
from svyazka.business.visits.telling import concerned, of_history

Event = Literal["signed", "signed_by_link", "offered", "thinks", "sent", "not_sent"]
_HEARD = ("signed", "signed_by_link", "thinks", "not_sent")


def tell(agreement: Agreement, event: Event, *, by: Actor, at: datetime | None = None) -> None:
    """`at`: when it happened, where that was before now."""
    visit = agreement.visit
    record(f"agreements.{event}", about(agreement), by=by, changes={"agreement": (None, agreement.title)})
    announce("agreement", agreement.pk, people=concerned(visit), data={"deal": agreement.deal_id, "visit": visit.pk})
    announce("deal", agreement.deal_id, data={"visit": visit.pk})
    said = {**of_history(visit, f"agreement_{event}"), "number": agreement.title}
    text = agreement.note if event == "thinks" else ""
    kind, deal_id = Interaction.Kind.VISIT, agreement.deal_id
    history.add(agreement.client_id, kind=kind, deal_id=deal_id, text=text, data=said, at=at, by=by)
    if event in _HEARD and agreement.deal.responsible_id:
        data = {"number": agreement.title, "client": agreement.client.name}
        whose = {"deal_id": agreement.deal_id, "client_id": agreement.client_id}
        notices.tell({agreement.deal.responsible_id}, f"agreement.{event}", by=by, data=data, **whose)


def about(agreement: Agreement) -> About:
    return About("agreement", agreement.pk, client_id=agreement.client_id, deal_id=agreement.deal_id)
