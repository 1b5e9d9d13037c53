"""Who looks after a client in each department on the way of his deals: what one wants to know while he rings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from svyazka.business.calls.whose_phone import PhoneKey
from svyazka.business.staff import presence
from svyazka.business.staff.presence import Presence
from svyazka.kit import clock, words
from svyazka.kit.asking import Asking, ask, together

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


def ask_of_client(client_id: int) -> Asking[LookedAfter]:
    """Two statements in one journey, however many deals and people there are. How it stands with them is asked next
    (`ask_presence`)."""
    deals, departments = yield from together(_ask_deals(client_id), _ask_departments())
    theirs = {deal.department_id for deal in deals}
    on_the_way = [one for one in departments if one.has_pipeline or one.id in theirs]
    desks = [Desk(one.name, carers(one.id, deals) or one.head) for one in on_the_way]
    if nowhere := carers(None, deals):
        desks.append(Desk("", nowhere))
    return LookedAfter(desks, [deal for deal in deals if deal.is_open])


def ask_presence(after: LookedAfter) -> Asking[None]:
    people = [carer for desk in after.desks for carer in desk.carers]
    if not people:
        return
    known = yield from presence.ask_presences(clock.now(), people=[one.person_id for one in people])
    for carer in people:
        carer.presence = known.get(carer.person_id, _NOT_HERE)


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


def _ask_deals(client_id: int) -> Asking[list[Known]]:
    found = yield from ask(_DEALS, {"client": client_id, "most": MOST_DEALS})
    return [
        Known(
            row[0], row[1], words.here(words.read(row[2])), row[3], words.here(words.read(row[4])),
            words.translated(row[5], words.read(row[6])), row[7], row[8], row[9], row[10],
            PhoneKey(row[11], row[12]), row[13],
        )
        for row in found
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


class _Department(NamedTuple):
    id: int
    name: str
    has_pipeline: bool
    head: list[Carer]


def _ask_departments() -> Asking[list[_Department]]:
    """Those that have a pipeline, in the order of the way, and the others; each with its head."""
    found = yield from ask(_DEPARTMENTS)
    return [
        _Department(
            number,
            words.here(words.read(named)),
            has_pipeline,
            [Carer(head, name, PhoneKey(*phone), is_head=True)] if head else [],
        )
        for number, named, has_pipeline, head, name, *phone in found
    ]


_DEPARTMENTS = """
select department.id, department.words, way.position is not null, head.id, head.full_name, head.pbx_code, head.extension
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
order by way.position nulls last, department.id
"""
