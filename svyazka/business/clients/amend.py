"""Something that happened goes on while it stands in the history already: a call ends, photos come in one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import announce

NEAR = timedelta(days=1)


def amend(number: int, *, near: datetime, data: dict[str, Any], waiting: bool = False, text: str | None = None) -> None:
    """Sets what is known of it now. What somebody has taken up does not begin to wait again.

    Without `text` its words stay. `near`: about when it happened; only the pieces of the table around it are looked
    into.
    """
    rows = Interaction.objects.filter(pk=number, at__range=(near - NEAR, near + NEAR))
    happened = rows.select_for_update().get()
    waiting = waiting and happened.taken_at is None
    text = happened.text if text is None else text
    if (happened.data, happened.waiting, happened.text) == (data, waiting, text):
        return
    rows.update(data=data, waiting=waiting, text=text)
    ids = {"client": happened.client_id, **({"deal": happened.deal_id} if happened.deal_id else {})}
    announce("interaction", number, data=ids)


@dataclass(frozen=True)
class Known:
    """What is known now of one thing that happened."""

    number: int
    near: datetime
    data: dict[str, Any]
    waiting: bool


def amend_all(known: Sequence[Known]) -> None:
    """`amend` for many, in one statement. The caller tells the pages of it."""
    if not known:
        return
    given = json.dumps([{"id": one.number, "data": one.data, "waiting": one.waiting} for one in known])
    times = [one.near for one in known]
    with connection.cursor() as cursor:
        cursor.execute(_AMEND_ALL, [given, min(times) - NEAR, max(times) + NEAR])


_AMEND_ALL = """
update clients_interaction happened set data = known.data, waiting = known.waiting and happened.taken_at is null
from jsonb_to_recordset(%s) as known (id bigint, data jsonb, waiting boolean)
where happened.id = known.id and happened.at between %s and %s
and (happened.data, happened.waiting) is distinct from (known.data, known.waiting and happened.taken_at is null)
"""


def move(number: int, *, near: datetime, client_id: int, deal_id: int) -> None:
    """It turned out to belong to another deal: it stands in that one's history from now on."""
    rows = Interaction.objects.filter(pk=number, at__range=(near - NEAR, near + NEAR))
    before = rows.select_for_update().get()
    rows.update(client_id=client_id, deal_id=deal_id)
    for client, deal in ((before.client_id, before.deal_id), (client_id, deal_id)):
        announce("interaction", number, data={"client": client, **({"deal": deal} if deal else {})})
