"""What would go wrong on the phone, named before it does: who is never offered, and which work nobody can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from svyazka.business.visits import rota, work
from svyazka.business.visits.models import Resource, Shift, VisitKind
from svyazka.business.visits.rota import Rota
from svyazka.kit import clock

WEEK = 7


@dataclass(frozen=True)
class Faults:
    """Number → what is wrong with it, in words; nothing of what is sound."""

    of_resources: dict[int, list[str]]
    of_kinds: dict[int, list[str]]


def faults(resources: Sequence[Resource], kinds: Sequence[VisitKind]) -> Faults:
    """A few questions to the database, however many there are."""
    first = clock.today()
    there = rota.unbooked(first, first + timedelta(days=WEEK - 1))
    by_date = set(Shift.objects.filter(day__gte=first).exclude(hours=[]).values_list("resource_id", flat=True))
    members = {member for one in there.members.values() for member in one}
    own_skills = {kind.skill for kind in kinds}
    of_resources = {
        one.pk: list(_of_resource(one, there, own_skills, has_days=one.pk in by_date, is_member=one.pk in members))
        for one in resources
        if one.is_active
    }
    of_kinds = {kind.pk: list(_of_kind(kind, there, by_date)) for kind in kinds}
    return Faults(_wrong(of_resources), _wrong(of_kinds))


def _wrong(found: dict[int, list[str]]) -> dict[int, list[str]]:
    return {pk: said for pk, said in found.items() if said}


def _of_resource(one: Resource, there: Rota, own_skills: set[str], *, has_days: bool, is_member: bool) -> Iterator[str]:
    if one.person and not one.person.is_active:
        yield _("{name} no longer works here.").format(name=one.person)
    if not one.goes_out:
        return
    if not one.hours and not has_days and not is_member:
        yield _("No working hours: nobody is offered this time.")
    if own_skills and not own_skills.intersection(one.skills) and not is_member:
        yield _("Can do none of the kinds of visits.")
    if not one.person and not is_member:
        yield _("The visits stand on nobody's phone.")
    if one.kind == Resource.Kind.CREW:
        yield from _of_crew(one, there)


def _of_crew(crew: Resource, there: Rota) -> Iterator[str]:
    members = there.members.get(crew.pk, ())
    if not members:
        yield _("Nobody belongs to the crew: its people could be booked elsewhere at the same time.")
    if gone := sum(1 for one in members if one not in there.resources):
        yield _("Members who cannot be booked any more: {number}.").format(number=gone)


def _of_kind(kind: VisitKind, there: Rota, by_date: set[int]) -> Iterator[str]:
    can = [one for one in there.resources.values() if one.goes_out and kind.skill in one.skills]
    at_work = [one for one in can if one.hours or one.pk in by_date]
    if not at_work:
        yield _("Whoever can do it has no working hours.") if can else _("Nobody can do it: no window is offered.")
    known = {skill for one in there.resources.values() if one.goes_out for skill in one.skills}
    for word in (word for word in kind.more_skills if word not in known):
        yield _("Nobody knows: {skill}.").format(skill=word)
    if at_work and not _is_enough_people(kind, there, at_work):
        yield _("{number} people are needed; no crew has so many.").format(number=kind.people)
    yield from _of_equipment(kind, there)
    if at_work and kind.most_days == 1 and not _fits_into_a_day(kind, there, at_work):
        yield _("Even the smallest one fits into nobody's working day.")


def _is_enough_people(kind: VisitKind, there: Rota, at_work: Sequence[Resource]) -> bool:
    if any(one.kind == Resource.Kind.CREW and not there.members.get(one.pk) for one in at_work):
        return True
    alone = sum(1 for one in at_work if one.kind == Resource.Kind.ENGINEER)
    crews = [len(there.members[one.pk]) for one in at_work if one.kind == Resource.Kind.CREW]
    return max(crews, default=0) + alone >= kind.people


def _of_equipment(kind: VisitKind, there: Rota) -> Iterator[str]:
    things = [one for one in there.resources.values() if not one.goes_out]
    for word in (word for word in kind.equipment if not any(word in one.skills for one in things)):
        yield _("There is no vehicle and no tool: {what}.").format(what=word)
    vehicles = sum(1 for one in things if one.kind == Resource.Kind.VEHICLE)
    if vehicles < kind.vehicles:
        yield _("{number} vehicles are needed; there are {there}.").format(number=kind.vehicles, there=vehicles)


def _fits_into_a_day(kind: VisitKind, there: Rota, at_work: Sequence[Resource]) -> bool:
    """In the coming week; whoever has no hours in it says nothing."""
    first = clock.today()
    longest = max(work.longest_day(there, at_work, first + timedelta(days=number)) for number in range(WEEK))
    smallest = min([kind.minutes, *(minutes for _size, minutes in kind.steps)])
    return not longest or timedelta(minutes=kind.before + smallest + kind.after) <= longest
