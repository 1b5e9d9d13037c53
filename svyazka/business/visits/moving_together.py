"""Several visits change places at once: all of them or none. One after the other they would stand in each other's way.

What the clients were told stays so: a confirmation holds, and it is no move that anybody counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.held import held
from svyazka.business.journal.record import Actor
from svyazka.business.visits import booking, periods
from svyazka.business.visits.models import Booking, CrewMember, Resource, Visit
from svyazka.business.visits.periods import NotFree, Overlaps, Taken
from svyazka.business.visits.settling import Settled, Wish, settle
from svyazka.business.visits.telling import people_of, tell
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@dataclass(frozen=True)
class Move:
    visit_id: int
    resource: Resource
    starts_at: datetime


@transaction.atomic
def move_together(moves: Sequence[Move], *, reason: str, by: Actor) -> list[Visit]:
    """Refused where one of them cannot be. Whoever had them and whoever gets them sees it on the phone."""
    visits = hold({one.visit_id for one in moves}, {one.resource.pk for one in moves})
    if any(visit.status != Visit.Status.PLANNED for visit in visits.values()):
        raise Refused(_("The visit is already under way, finished or cancelled."))
    so_far = {pk: periods.of_visit(visit) for pk, visit in visits.items()}
    people = {pk: people_of(visit) for pk, visit in visits.items()}
    for visit in visits.values():
        periods.give_back(visit)
    for one in sorted(moves, key=lambda one: one.visit_id):
        _put(visits[one.visit_id], one, so_far[one.visit_id], people[one.visit_id], reason=reason, by=by)
    return list(visits.values())


def hold(visit_ids: Collection[int], resources: Collection[int]) -> dict[int, Visit]:
    """Nobody else changes these visits, or books these resources, until the end of the transaction. Whoever moves
    several lots of them holds them all at once, before the first: locks are taken in one order."""
    rows = Visit.objects.filter(pk__in=visit_ids)
    deals = {pk: held(pk) for pk in sorted(set(rows.values_list("deal_id", flat=True)))}
    list(rows.order_by("pk").select_for_update().only("pk"))
    concerned = {*resources, *Booking.objects.filter(visit__in=visit_ids).values_list("resource_id", flat=True)}
    concerned |= set(CrewMember.objects.filter(crew__in=concerned).values_list("member_id", flat=True))
    periods.stand_in_line(concerned, alone=concerned)
    found = {visit.pk: visit for visit in rows.order_by("pk").select_related("kind", "resource", "client")}
    for visit in found.values():
        visit.deal = deals[visit.deal_id]
    return found


def _put(visit: Visit, to: Move, so_far: list[Taken], people: set[int], *, reason: str, by: Actor) -> None:
    was, before = visit.starts_at, visit.resource
    settled = _settled(visit, to, so_far)
    try:
        periods.take(settled.wanted, kind=Booking.Kind.VISIT, visit=visit)
    except Overlaps as refusal:
        raise _taken(to) from refusal
    visit.resource = to.resource
    for name, value in booking.times_of(settled).items():
        setattr(visit, name, value)
    visit.reason, visit.late_minutes = reason, 0
    visit.lacks = visit.lacks_since = None
    visit.version += 1
    visit.save()
    plan = (_in_words(before, was), _in_words(to.resource, visit.starts_at))
    moved = was if was != visit.starts_at else None
    tell(visit, "replanned", by=by, note=reason, changes={"plan": plan}, was=moved, also=people)


def _settled(visit: Visit, to: Move, so_far: list[Taken]) -> Settled:
    wish = Wish(visit.kind, to.resource, to.starts_at.astimezone(UTC), visit.deal, visit=visit)
    try:
        return settle(wish, so_far=so_far)
    except NotFree as refusal:
        raise (Refused(refusal.words) if refusal.words else _taken(to)) from refusal
    except Overlaps as refusal:
        raise _taken(to) from refusal


def _taken(to: Move) -> Refused:
    words = _("{name} has something else to do at {time}.")
    return Refused(str(words).format(name=to.resource.name, time=f"{clock.local(to.starts_at):%H:%M}"))


def _in_words(resource: Resource, at: datetime) -> str:
    return f"{resource.name}, {clock.local(at):%d.%m.%Y %H:%M}"
