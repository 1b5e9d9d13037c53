"""Many deals get their responsible people at once: set-based, a thousand in a second.

What appoints one by one is `facts.appoint`; both leave the same rows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from svyazka.business.clients.models import Interaction
from svyazka.business.journal import because, bell
from svyazka.business.journal.record import Actor
from svyazka.business.notices.tell import tell
from svyazka.business.staff.models import Person


@dataclass(frozen=True, slots=True)
class Held:
    """A deal that is locked until the end of the transaction, with what choosing needs to know of it."""

    id: int
    client_id: int
    pipeline_id: int
    stage_id: int
    source_id: int | None
    responsible_id: int | None
    facts: Mapping[str, Any]
    take_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Gift:
    """What becomes of a deal: nobody, when there is no person; `due_at`: until when it has to be taken up."""

    deal: Held
    person_id: int | None
    due_at: datetime | None = None


def hold(deal_ids: Collection[int], *, waiting: bool = True) -> list[Held]:
    """Those of them that are open, locked in order. Without waiting, those that nobody else is just changing."""
    how = "" if waiting else " skip locked"
    with connection.cursor() as cursor:
        cursor.execute(_HOLD + how, [list(deal_ids)])
        found = cursor.fetchall()
    return [
        Held(number, client, pipeline, stage, source, responsible, json.loads(facts), due_at)
        for number, client, pipeline, stage, source, responsible, facts, due_at in found
    ]


_HOLD = """
select id, client_id, pipeline_id, stage_id, source_id, responsible_id, facts, take_due_at from deals_deal
where id = any(%s) and closed_at is null order by id for no key update"""


def assign(gifts: Collection[Gift], *, at: datetime, by: Actor, verb: str = "deals.appointed", batch: str = "") -> None:
    """The deals, their open steps and waiting hand-offs, journal, history and live events. The caller holds the deals
    and tells whom it concerns. `batch` stands in the journal, so that it can be taken back."""
    if not gifts:
        return
    values: dict[str, Any] = {
        "deals": [gift.deal.id for gift in gifts],
        "people": [gift.person_id for gift in gifts],
        "left": [gift.deal.responsible_id for gift in gifts],
        "due": [gift.due_at for gift in gifts],
        "at": at,
        "by": by.actor_id,
        "actor": "" if by.actor_id else by.actor_name,
        "verb": verb,
        "batch": batch,
        "run": because.now().run_id,
    }
    with connection.cursor() as cursor:
        for statement in (_GIVE, _GIVE_STEPS, _GIVE_LEGS, _RECORD):
            cursor.execute(statement, values)
    _add_to_history(gifts, at=at, by=by, verb=verb)
    transaction.on_commit(bell.ring)


_GIFTS = """
with gift as (
    select * from unnest(%(deals)s::bigint[], %(people)s::bigint[], %(left)s::bigint[], %(due)s::timestamptz[])
        as one (deal_id, person_id, left_id, due_at)
)"""
_GIVE = f"""{_GIFTS}
update deals_deal deal
set responsible_id = gift.person_id, assigned_at = %(at)s, take_due_at = gift.due_at, version = version + 1,
    department_id = case when gift.person_id is null then deal.department_id else person.department_id end
from gift left join staff_person person on person.id = gift.person_id where deal.id = gift.deal_id
"""  # noqa: S608  # of our own words only
# What was given to somebody else stays his.
_GIVE_STEPS = f"""{_GIFTS}
update deals_task task set person_id = gift.person_id from gift
where task.deal_id = gift.deal_id and task.done_at is null and (task.person_id is null or task.person_id = gift.left_id)
"""  # noqa: S608  # of our own words only
# Whoever is responsible for a deal accepts it.
_GIVE_LEGS = f"""{_GIFTS}
update deals_handoff leg set to_person_id = gift.person_id from gift
where leg.to_deal_id = gift.deal_id and leg.state = 'waiting'
"""  # noqa: S608  # of our own words only
_RECORD = f"""{_GIFTS},
said as (
    select deal.id, deal.client_id, deal.stage_id, former.full_name as former, person.full_name as person
    from gift join deals_deal deal on deal.id = gift.deal_id
    left join staff_person former on former.id = gift.left_id
    left join staff_person person on person.id = gift.person_id
),
entry as (
    insert into journal_entry (at, by_id, actor, verb, kind, object_id, client_id, deal_id, changes, note, run_id)
    select %(at)s, %(by)s, %(actor)s, %(verb)s, 'deal', id, client_id, id,
           jsonb_build_object('responsible', jsonb_build_array(former, person)), %(batch)s, %(run)s::bigint from said
)
insert into journal_liveevent (at, topic, object_id, people, data)
select %(at)s, 'deal', id, null, jsonb_build_object('client', client_id, 'deal', id, 'stage', stage_id) from said
"""  # noqa: S608  # of our own words only


def _add_to_history(gifts: Iterable[Gift], *, at: datetime, by: Actor, verb: str) -> None:
    concerned = {number for gift in gifts for number in (gift.person_id, gift.deal.responsible_id) if number}
    names = dict(Person.objects.filter(pk__in=concerned).values_list("pk", "full_name"))
    lines = Interaction.objects.bulk_create(
        Interaction(
            at=at,
            client_id=gift.deal.client_id,
            deal_id=gift.deal.id,
            kind=Interaction.Kind.APPOINTED,
            by_id=by.actor_id,
            data={
                "event": verb.partition(".")[2],
                "from": names.get(gift.deal.responsible_id or 0, ""),
                "to": names.get(gift.person_id or 0, ""),
            },
        )
        for gift in gifts
    )
    with connection.cursor() as cursor:
        columns = [[line.pk, line.client_id, line.deal_id] for line in lines]
        cursor.execute(_ANNOUNCE_LINES, [at, *map(list, zip(*columns, strict=True))])


_ANNOUNCE_LINES = """
insert into journal_liveevent (at, topic, object_id, people, data)
select %s, 'interaction', id, null, jsonb_build_object('client', client_id, 'deal', deal_id)
from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) as line (id, client_id, deal_id)
"""


def tell_receivers(gifts: Iterable[Gift], kind: str, *, by: Actor, batch: str = "") -> None:
    """One notice for each of them, however many deals it is about."""
    received: dict[int, list[Gift]] = defaultdict(list)
    for gift in gifts:
        if gift.person_id:
            received[gift.person_id].append(gift)
    for person_id, his in received.items():
        only = his[0].deal if len(his) == 1 else None
        tell(
            [person_id],
            kind if only else f"{kind}_many",
            by=by,
            deal_id=only.id if only else None,
            client_id=only.client_id if only else None,
            data={"count": len(his), "batch": batch},
        )
