"""Something that happened goes on while it stands in the history already: a call ends, photos come in one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import Actor, announce

NEAR = timedelta(days=1)


def amend(number: int, *, near: datetime, data: dict[str, Any], waiting: bool = False, text: str | None = None) -> None:
    """Sets what is known of it now. What somebody has taken up does not begin to wait again.

    Without `text` its words stay. `near`: about when it happened; only the pieces of the table around it are looked
    into.
    """
    known: dict[str, Any] = {"data": json.dumps(data), "waiting": waiting, "text": text}
    with connection.cursor() as cursor:
        cursor.execute(_AMEND, {"id": number, "begins": near - NEAR, "ends": near + NEAR, **known})
        found = cursor.fetchone()
    if found:
        client, deal = found
        announce("interaction", number, data={"client": client, **({"deal": deal} if deal else {})})


_AMEND = """
update clients_interaction happened set data = known.data, waiting = known.waiting, text = known.text
from (
    select id, %(data)s::jsonb as data, %(waiting)s::boolean and taken_at is null as waiting,
        coalesce(%(text)s::text, text) as text
    from clients_interaction where id = %(id)s and at between %(begins)s and %(ends)s for update
) as known
where happened.id = known.id and happened.at between %(begins)s and %(ends)s
and (happened.data, happened.waiting, happened.text) is distinct from (known.data, known.waiting, known.text)
returning happened.client_id, happened.deal_id
"""


@dataclass(frozen=True)
class Last:
    """The last thing of this kind that happened with a client by this person in that time, and of which this is
    known."""

    client_id: int
    kind: str
    by: Actor
    known: dict[str, Any]
    begins: datetime
    ends: datetime


def amend_last(last: Last, *, data: dict[str, Any], text: str) -> bool:
    """`amend` of what is found so. Whether there is such a thing."""
    given: dict[str, Any] = {
        "client": last.client_id, "kind": last.kind, "by": last.by.actor_id, "known": json.dumps(last.known),
        "begins": last.begins, "ends": last.ends, "data": json.dumps(data), "text": text,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_AMEND_LAST, given)
        found = cursor.fetchone()
    if found is None:
        return False
    number, deal, has_changed = found
    if has_changed:
        announce("interaction", number, data={"client": last.client_id, **({"deal": deal} if deal else {})})
    return True


_AMEND_LAST = """
with last as materialized (
    select id, at, deal_id from clients_interaction
    where client_id = %(client)s and at between %(begins)s and %(ends)s and kind = %(kind)s
    and by_id is not distinct from %(by)s::bigint and data @> %(known)s::jsonb
    order by at desc, id desc limit 1 for update
), changed as (
    update clients_interaction happened set data = %(data)s::jsonb, waiting = false, text = %(text)s
    from last where happened.id = last.id and happened.at = last.at and happened.at between %(begins)s and %(ends)s
    and (happened.data, happened.waiting, happened.text) is distinct from (%(data)s::jsonb, false, %(text)s::text)
    returning happened.id
)
select id, deal_id, exists (select from changed) from last
"""


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
