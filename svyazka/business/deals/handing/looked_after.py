"""Who looks after a client in each department on the way of his deals: what one wants to know while he rings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from svyazka.business.calls.whose_phone import PhoneKey
from svyazka.business.staff import presence
from svyazka.business.staff.presence import Presence
from svyazka.kit import clock, words

MOST_DEALS = 60
_NOT_HERE = Presence(is_at_work=False)


class Known(NamedTuple):
    """A deal of the client, and who is responsible for it."""

    id: int
    is_open: bool
    stage: str
    colour: str
    instruction: str
    step: str
    step_at: datetime | None
    department_id: int | None
    person_id: int | None
    person: str
    phone: PhoneKey
    is_working: bool


@dataclass
class Carer:
    """Somebody who looks after the client, and how it stands with him just now."""

    person_id: int
    name: str
    phone: PhoneKey
    deals: list[int] = field(default_factory=list)  # open ones
    was: bool = False  # responsible before; nobody of the department is now
    is_head: bool = False  # nobody of the department ever was: its head
    presence: Presence = _NOT_HERE


@dataclass
class Desk:
    """A department, and who looks after the client there. Nobody: not even a head is known."""

    name: str
    carers: list[Carer]


@dataclass
class LookedAfter:
    desks: list[Desk]
    deals: list[Known]  # the open ones, the newest first


def of_client(client_id: int) -> LookedAfter:
    """Three statements, however many deals and people there are."""
    deals = _deals(client_id)
    departments = _departments([deal.department_id for deal in deals if deal.department_id])
    desks = [Desk(name, carers(number, deals) or head) for number, name, head in departments]
    if nowhere := carers(None, deals):
        desks.append(Desk("", nowhere))
    people = [carer for desk in desks for carer in desk.carers]
    known = presence.presences(clock.now(), people=[one.person_id for one in people]) if people else {}
    for carer in people:
        carer.presence = known.get(carer.person_id, _NOT_HERE)
    return LookedAfter(desks, [deal for deal in deals if deal.is_open])


def carers(department_id: int | None, deals: Sequence[Known]) -> list[Carer]:
    """Whoever is responsible in this department, each once; if nobody is, whoever was last. `deals`: the open ones
    first, the newest of each before the others."""
    theirs = [deal for deal in deals if deal.department_id == department_id and deal.person_id and deal.is_working]
    found: dict[int, Carer] = {}
    for deal in theirs:
        if deal.is_open:
            assert deal.person_id
            found.setdefault(deal.person_id, Carer(deal.person_id, deal.person, deal.phone)).deals.append(deal.id)
    if found or not theirs:
        return list(found.values())
    assert theirs[0].person_id
    return [Carer(theirs[0].person_id, theirs[0].person, theirs[0].phone, was=True)]


def _deals(client_id: int) -> list[Known]:
    with connection.cursor() as cursor:
        cursor.execute(_DEALS, {"client": client_id, "most": MOST_DEALS})
        return [
            Known(
                row[0], row[1], words.here(words.read(row[2])), row[3], words.here(words.read(row[4])),
                words.translated(row[5], words.read(row[6])), row[7], row[8], row[9], row[10],
                PhoneKey(row[11], row[12]), row[13],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


# The open deals, and what was before them on their way; of a client without any, the way that he went last.
_DEALS = """
with way as (
    select coalesce(first_id, id) as first from deals_deal where client_id = %(client)s and closed_at is null
), last as (
    select coalesce(first_id, id) as first from deals_deal where client_id = %(client)s order by opened_at desc limit 1
)
select deal.id, deal.closed_at is null, stage.words, stage.colour, stage.instruction_words,
       deal.next_step, stage.next_step_words, deal.next_step_at,
       coalesce(pipeline.department_id, deal.department_id, person.department_id),
       person.id, coalesce(person.full_name, ''), coalesce(person.pbx_code, ''), coalesce(person.extension, ''),
       coalesce(person.is_active, false)
from deals_deal deal
join deals_stage stage on stage.id = deal.stage_id
join deals_pipeline pipeline on pipeline.id = deal.pipeline_id
left join staff_person person on person.id = deal.responsible_id
where deal.client_id = %(client)s and (
    deal.closed_at is null or coalesce(deal.first_id, deal.id) in (select first from way)
    or (not exists (select from way) and coalesce(deal.first_id, deal.id) in (select first from last))
)
order by deal.closed_at is not null, deal.opened_at desc, deal.id desc limit %(most)s
"""


def _departments(also: Sequence[int]) -> list[tuple[int, str, list[Carer]]]:
    """Those that have a pipeline, in the order of the way, and these; each with its head."""
    with connection.cursor() as cursor:
        cursor.execute(_DEPARTMENTS, [list(also)])
        return [
            (number, words.here(words.read(named)), [Carer(head, name, PhoneKey(*phone), is_head=True)] if head else [])
            for number, named, head, name, *phone in cursor.fetchall()
        ]


_DEPARTMENTS = """
select department.id, department.words, head.id, head.full_name, head.pbx_code, head.extension
from staff_department department
cross join lateral (
    select min(position) as position from deals_pipeline where department_id = department.id and is_active
) way
left join lateral (
    select person.id, full_name, pbx_code, extension from staff_person person
    left join staff_companyrole role on role.code = person.role
    where department_id = department.id and person.is_active and 'head' in (person.role, role.based_on)
    order by person.role <> 'head', person.id limit 1
) head on true
where way.position is not null or department.id = any(%s)
order by way.position nulls last, department.id
"""
