"""What a drop on the board would do, before anything is written: whether it goes, who hears of it, how the ways are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from svyazka.business.deals.models import Deal
from svyazka.business.places import find, times
from svyazka.business.visits import (
    board,
    fitting,
    misfits,
    move_reasons,
    periods,
    settling,
    taking_along,
    telling,
    wishes,
)
from svyazka.business.visits.board import Taken
from svyazka.business.visits.models import Resource, Visit, VisitKind, Waiting
from svyazka.business.visits.periods import NotFree
from svyazka.business.visits.settling import Settled, Wish
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


class DoesNotGo(Refused):
    """It cannot stand there; something else might be near."""


@dataclass(frozen=True)
class Effect:
    starts_at: datetime
    ends_at: datetime
    resource: Resource
    along: list[str]  # who and what goes there besides
    hear: list[str]  # of the staff, by name
    way_there: int | None  # seconds
    way_on: int | None
    faults: list[str]  # what does not fit, though nobody forbids it
    is_asked_again: bool = False  # the client had confirmed the time that it leaves
    is_often: bool = False
    later: tuple[taking_along.Effect, ...] = ()  # of the visits that wait for it, what goes along

    @property
    def with_it(self) -> list[taking_along.Effect]:
        return [one for each in self.later for one in each]

    @property
    def seen(self) -> str:
        return taking_along.token(self.later)

    @property
    def minutes_there(self) -> int:
        return -(-(self.way_there or 0) // 60)

    @property
    def minutes_on(self) -> int:
        return -(-(self.way_on or 0) // 60)


def of_move(visit: Visit, starts_at: datetime, resource: Resource) -> Effect:
    """Raises Refused, in words; DoesNotGo where the time or the person is to blame."""
    start = starts_at.astimezone(UTC)
    if (start, resource.pk) == (visit.starts_at, visit.resource_id) and not visit.is_orphaned:
        raise Refused(_("The visit is at this time already."))
    settled = _settled(Wish(visit.kind, resource, start, visit.deal, visit=visit), periods.of_visit(visit))
    before = telling.people_of(visit)
    effect = _effect(settled, resource, visit.address, visit, before)
    is_another_time = start != visit.starts_at
    return replace(
        effect,
        is_asked_again=is_another_time and visit.confirmed_at is not None,
        is_often=is_another_time and visit.moves + 1 >= move_reasons.rules().moves_are_many,
        later=taking_along.effects(visit, settled.fit.ends_at),
    )


def of_booking(
    deal: Deal, kind: VisitKind, starts_at: datetime, resource: Resource, *, waits: Waiting | None = None
) -> Effect:
    """`waits`: the client waits for a window, and has said when he can be visited. Raises Refused, in words."""
    settled = _settled(Wish(kind, resource, starts_at.astimezone(UTC), deal))
    effect = _effect(settled, resource, waits.address if waits else deal.address, None, set())
    if waits is None or _suits(waits, settled.fit.starts_at):
        return effect
    return replace(effect, faults=[*effect.faults, _("The client has asked for another time. Ring him first.")])


def _suits(waits: Waiting, starts_at: datetime) -> bool:
    at = clock.local(starts_at)
    return fitting.allows_day(waits, at.date()) and wishes.read(waits.wishes).allow_hour(at.hour)


def _settled(wish: Wish, so_far: Sequence[periods.Taken] = ()) -> Settled:
    try:
        return settling.look(wish, so_far=so_far)
    except NotFree as refusal:
        raise DoesNotGo(refusal.words or _taken_by(wish)) from refusal
    except Refused as refusal:
        raise DoesNotGo(refusal.message) from refusal


def _taken_by(wish: Wish) -> str:
    """Whoever is dropped on something is told on what."""
    cell = board.read_one(wish.resource, wish.day)
    mine = wish.visit.pk if wish.visit else 0
    others = [one.taken for one in cell.entries if not mine or one.taken.visit_id != mine]
    said = [_in_words(one) for one in others if one.ends_at > wish.start]
    if not said:
        return _("{name} is taken at this time.").format(name=wish.resource.name)
    return _("{name} is taken at this time: {what}.").format(name=wish.resource.name, what=said[0])


def _in_words(one: Taken) -> str:
    hours = f"{clock.local(one.starts_at):%H:%M}–{clock.local(one.ends_at):%H:%M}"
    return f"{hours} {one.client if one.visit_id else one.note}".strip()


def _effect(settled: Settled, resource: Resource, address: str, visit: Visit | None, before: set[int]) -> Effect:
    names = _names({one.resource_id for one in settled.wanted})
    people = {person for _name, person in names.values() if person} | before
    there, on, faults = _ways(settled, resource, address, visit)
    return Effect(
        starts_at=settled.fit.starts_at,
        ends_at=settled.fit.ends_at,
        resource=resource,
        along=[name for pk, (name, _person) in names.items() if pk != resource.pk],
        hear=_called(people),
        way_there=there,
        way_on=on,
        faults=faults,
    )


def _names(resources: set[int]) -> dict[int, tuple[str, int | None]]:
    found = Resource.objects.filter(pk__in=resources).values_list("pk", "name", "person_id")
    return {pk: (name, person) for pk, name, person in found}


def _called(people: set[int]) -> list[str]:
    found = Resource.objects.filter(person__in=people).values_list("person__full_name", flat=True)
    return list(found.order_by("position", "pk"))


def _ways(
    settled: Settled, resource: Resource, address: str, visit: Visit | None
) -> tuple[int | None, int | None, list[str]]:
    """From whoever is visited before, and on to the next one."""
    first = min(one for one in settled.wanted if one.resource_id == resource.pk)
    here = Taken(resource.pk, first.start, first.end, "visit", "", address=address)
    cell = board.read_one(resource, clock.local(first.start).date())
    others = [one.taken for one in cell.visits if visit is None or one.taken.visit_id != visit.pk]
    before = [one for one in others if one.ends_at <= here.starts_at]
    after = [one for one in others if one.starts_at >= here.ends_at]
    there = _way(before[-1].address, address) if before else _from_home(resource, address)
    on = _way(address, after[0].address) if after else None
    faults = []
    if before and not misfits.fits(before[-1], here, there):
        faults.append(misfits.too_far(before[-1], here, there or 0))
    if after and not misfits.fits(here, after[0], on):
        faults.append(misfits.too_far(here, after[0], on or 0))
    return there, on, faults


def _way(origin: str, target: str) -> int | None:
    placed = find.of_all([origin, target])
    start, end = placed.get(origin), placed.get(target)
    if not start or not end or start.is_rough or end.is_rough:
        return None
    return times.along([(start.point, end.point)])[0]


def _from_home(resource: Resource, address: str) -> int | None:
    home, placed = board.home_of(resource), find.of(address)
    if not home or not placed or placed.is_rough:
        return None
    return times.along([(home, placed.point)])[0]
