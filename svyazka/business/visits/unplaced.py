"""Work that stands nowhere yet: visits that nobody can go to as they stand, clients who wait for a window, and deals
whose stage wants a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from svyazka.business.clients.naming import CONTACT, called_by
from svyazka.business.visits import waiting, work
from svyazka.business.visits.models import VisitKind
from svyazka.kit import clock

MOST = 40  # of each, on one board
AHEAD = 14  # days: whoever can be visited only later is on the waiting list alone


@dataclass(frozen=True)
class Unplaced:
    """`visit_id`: a visit that has to go to somebody else; otherwise a deal that has none of this kind yet, of which
    `waits` says that its client waits for a window, and when he can be visited."""

    deal_id: int
    client: str
    address: str
    kind: VisitKind
    length: timedelta
    colour: str
    since: datetime  # when the deal came to its stage, since when he waits, or when the visit would be
    why: str
    visit_id: int | None = None
    version: int = 0
    waits: waiting.Unplaced | None = None


@dataclass(frozen=True)
class Tray:
    found: list[Unplaced]
    is_cut: bool  # there are more


def read() -> Tray:
    """Visits first: clients count on them. Then whoever takes a window in the coming days, the most urgent first. Of
    deals, those that have come to a stage that says “booked” come first."""
    kinds = _kinds()
    visits = [_visit(row, kinds[row[0]]) for row in _ask(_VISITS)]
    ahead = [clock.today() + timedelta(days=number) for number in range(AHEAD)]
    waits = [_waits(one) for one in waiting.unplaced(ahead)]
    deals = [_deal(row, kinds[row[0]]) for row in _ask(_DEALS)]
    lists = (visits, waits, deals)
    return Tray([one for each in lists for one in each[:MOST]], any(len(each) > MOST for each in lists))


def deals_without_a_word() -> list[Unplaced]:
    """Deals whose stage wants a visit, and whose clients have not said when they can be visited."""
    kinds = _kinds()
    return [_deal(row, kinds[row[0]]) for row in _ask(_DEALS)[:MOST]]


def _kinds() -> dict[int, VisitKind]:
    return {kind.pk: kind for kind in VisitKind.objects.all()}


def _ask(question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, {"now": clock.now(), "zone": settings.TIME_ZONE, "most": MOST + 1})
        return list(cursor.fetchall())


# As `_to_book` of the deal's moves has it: whoever takes a deal on to such a stage is asked to book.
_DEALS = f"""
select k.id, d.id, c.id, c.name, case when c.name = '' then {CONTACT} end, d.address, stage.colour, d.stage_since,
       stage.id = booked.id, d.facts->>'openings'
from visits_visitkind k
join deals_stage booked on booked.code = k.booked_stage
join deals_stage stage on stage.pipeline_id = booked.pipeline_id and (stage.id = booked.id or stage.position = (
    select max(before.position) from deals_stage before
    where before.pipeline_id = booked.pipeline_id and before.position < booked.position and before.kind = 'open'))
join deals_deal d on d.stage_id = stage.id and d.closed_at is null
join clients_client c on c.id = d.client_id
where k.booked_stage <> '' and not exists (
    select from visits_visit v where v.deal_id = d.id and v.kind_id = k.id
      and v.status not in ('cancelled', 'not_done'))
  and not exists (
    select from visits_waiting w where w.deal_id = d.id and w.kind_id = k.id and w.state = 'open')
order by (stage.id = booked.id) desc, d.stage_since, d.id
limit %(most)s
"""  # noqa: S608  # of our own words only


def _waits(one: waiting.Unplaced) -> Unplaced:
    return Unplaced(
        deal_id=one.deal_id,
        client=one.client,
        address=one.address,
        kind=one.kind,
        length=one.length,
        colour=one.colour,
        since=one.since,
        why="",
        waits=one,
    )


def _deal(row: tuple[Any, ...], kind: VisitKind) -> Unplaced:
    _kind, deal_id, client_id, name, contact, address, colour, since, is_there, openings = row
    return Unplaced(
        deal_id=deal_id,
        client=called_by(client_id, name, contact),
        address=address,
        kind=kind,
        length=work.length_of(kind, int(openings) if openings and openings.isdecimal() else 0),
        colour=colour,
        since=since,
        why=_("The stage says that it is booked, and it is not.") if is_there else "",
    )


_VISITS = f"""
select v.kind_id, v.id, v.deal_id, c.id, c.name, case when c.name = '' then {CONTACT} end, v.address, stage.colour,
       v.starts_at, v.ends_at, v.version, coalesce(lacks.name, r.name), gone.why
from visits_visit v
join visits_resource r on r.id = v.resource_id
join deals_deal d on d.id = v.deal_id
join deals_stage stage on stage.id = d.stage_id
join clients_client c on c.id = v.client_id
left join staff_person who on who.id = r.person_id
left join visits_resource lacks on lacks.id = v.lacks_id
cross join lateral (select (v.starts_at at time zone %(zone)s)::date as day) at
left join visits_shift s on s.resource_id = r.id and s.day = at.day
cross join lateral (select case
    when lacks.id is not null then 'lacks'
    when not r.is_active or not coalesce(who.is_active, true) then 'left'
    when exists (select from staff_absence a where a.person_id = r.person_id and a.during @> v.starts_at) then 'away'
    when coalesce(s.hours, r.hours->((extract(isodow from at.day) - 1)::int::text), '[]'::jsonb) = '[]'::jsonb
        then 'off' end as why) gone
where v.status = 'planned' and v.starts_at > %(now)s and gone.why is not null
    or v.status = 'planned' and v.lacks_id is not null and v.ends_at > %(now)s
order by v.starts_at, v.id
limit %(most)s
"""  # noqa: S608  # of our own words only


def _visit(row: tuple[Any, ...], kind: VisitKind) -> Unplaced:
    _kind, visit_id, deal_id, client_id, name, contact, address, colour, starts_at, ends_at, version, resource, why = (
        row
    )
    said = {
        "lacks": _("Lacks: {name}."),
        "left": _("{name} no longer works here."),
        "away": _("{name} is away then."),
        "off": _("{name} does not work on this day."),
    }
    return Unplaced(
        deal_id=deal_id,
        client=called_by(client_id, name, contact),
        address=address,
        kind=kind,
        length=ends_at - starts_at,
        colour=colour,
        since=starts_at,
        why=said[why].format(name=resource),
        visit_id=visit_id,
        version=version,
    )
