"""Numbers where somebody else answered: they stay with the client, crossed out wherever one would ring them.

What was said last about a number counts; it stands in the client's history.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Actor
from svyazka.kit import phones


class Said(NamedTuple):
    at: datetime
    by: str | None


def note(deal: Deal, number: str, *, by: Actor) -> None:
    _write(deal, number, "wrong_number", by=by)


def take_back(deal: Deal, number: str, *, by: Actor) -> None:
    _write(deal, number, "right_number", by=by)


def of_client(client_id: int) -> dict[str, Said]:
    """Number, as people read it → who said so, and when."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG, [client_id])
        said = cursor.fetchall()
    return {text: Said(at, by) for text, event, at, by in said if event == "wrong_number"}


_WRONG = """
select distinct on (happened.text) happened.text, happened.data->>'event', happened.at, person.full_name
from clients_interaction happened left join staff_person person on person.id = happened.by_id
where happened.client_id = %s and happened.kind = 'task'
  and happened.data->>'event' in ('wrong_number', 'right_number')
order by happened.text, happened.at desc, happened.id desc
"""


def _write(deal: Deal, number: str, event: str, *, by: Actor) -> None:
    said = phones.readable(number)
    history.add(deal.client_id, kind=Interaction.Kind.TASK, deal_id=deal.pk, text=said, data={"event": event}, by=by)
