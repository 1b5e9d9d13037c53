"""Who of a crew was on site, from when to when. Each marks himself; whoever leads the visit marks the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import record
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking
from svyazka.business.visits.models import Presence, Resource, Visit
from svyazka.business.visits.telling import about, concerned
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@dataclass(frozen=True)
class There:
    """Somebody who goes there, and his times."""

    who: Resource
    times: Sequence[Presence]
    is_leader: bool = False

    @property
    def since(self) -> datetime | None:
        """Where he is there now."""
        return next((one.came_at for one in self.times if one.left_at is None), None)

    @property
    def altogether(self) -> timedelta:
        return sum(((one.left_at or clock.now()) - one.came_at for one in self.times), timedelta())


def of_visit(visit: Visit) -> list[There]:
    """The people of the visit, and whoever else was there; whoever leads it first. In two statements."""
    times = list(visit.presences.select_related("who__person"))
    people = {one.pk: one for one in _people(visit)} | {one.who_id: one.who for one in times}
    found = [There(who, [one for one in times if one.who_id == pk], _leads(visit, who)) for pk, who in people.items()]
    return sorted(found, key=lambda one: (not one.is_leader, one.who.position, one.who.pk))


def may_mark(visit: Visit, who: Resource, by: Person) -> bool:
    return by.pk in (visit.resource.person_id, who.person_id)


@transaction.atomic
def come(visit: Visit, people: Sequence[Resource], *, by: Person, at: datetime | None = None) -> None:
    """They are there from now on, or since `at`. Who is there already stays so."""
    current = _held(visit, people, by, at)
    moment = min(at or clock.now(), clock.now())
    there = set(_there(current).values_list("who_id", flat=True))
    for who in people:
        if who.pk not in there:
            Presence.objects.create(visit=current, who=who, came_at=_after_last(current, who, moment), by=by)
            _tell(current, "visits.came", (None, who.name), by=by)
    _end(current)


@transaction.atomic
def leave(visit: Visit, people: Sequence[Resource], *, by: Person, at: datetime | None = None) -> None:
    """They have left. Who is not there changes nothing."""
    current = _held(visit, people, by, at)
    for one in _there(current).filter(who__in=people).select_related("who"):
        one.left_at, one.with_visit = max(min(at or clock.now(), clock.now()), one.came_at), False
        one.save(update_fields=["left_at", "with_visit"])
        _tell(current, "visits.left", (one.who.name, None), by=by)


@transaction.atomic
def undo(visit: Visit, who: Resource, *, by: Person, at: datetime | None = None) -> None:
    """His last tap was a mistake: he never came, or has not left."""
    current = _held(visit, [who], by, at)
    last = current.presences.filter(who=who).last()
    if last is None:
        return
    if last.left_at is None or last.with_visit:
        last.delete()
        _tell(current, "visits.left", (who.name, None), by=by)
        return
    last.left_at, last.with_visit = None, False
    last.save(update_fields=["left_at", "with_visit"])
    _tell(current, "visits.came", (None, who.name), by=by)
    _end(current)


def all_leave(visit: Visit, at: datetime) -> None:
    """The visit is over. The caller holds it."""
    for one in visit.presences.filter(left_at=None):
        one.left_at, one.with_visit = max(at, one.came_at), True
        one.save(update_fields=["left_at", "with_visit"])


def all_are_back(visit: Visit) -> None:
    """It was not over after all."""
    visit.presences.filter(with_visit=True).update(left_at=None, with_visit=False)


def _people(visit: Visit) -> list[Resource]:
    """Of a crew whose people nobody has entered, whoever leads it."""
    rows = Resource.objects.filter(bookings__visit=visit, kind=Resource.Kind.ENGINEER).select_related("person")
    people = list(rows.distinct().order_by("position", "pk"))
    return people or [visit.resource]


def _leads(visit: Visit, who: Resource) -> bool:
    """He himself. A person is one resource only: whoever has the phone of a crew is found in it by his name."""
    leader = visit.resource
    if who.pk == leader.pk:
        return True
    return leader.person is not None and who.name == leader.person.full_name


def _there(visit: Visit) -> QuerySet[Presence]:
    """Whoever is there, or was until the end."""
    return visit.presences.filter(Q(left_at=None) | Q(with_visit=True))


def _end(visit: Visit) -> None:
    """A colleague has ended it meanwhile: whoever was there until then has left with it."""
    if visit.was_over(None):
        all_leave(visit, visit.status_since or clock.now())


def _held(visit: Visit, people: Sequence[Resource], by: Person, at: datetime | None) -> Visit:
    current = booking.lock(visit)
    if current.was_over(at):
        raise Refused(_("The visit is over."))
    if clock.local(current.starts_at).date() > clock.today():
        raise Refused(_("The day of this visit has not come yet."))
    known = {one.who.pk for one in of_visit(current)}
    if any(who.pk not in known for who in people):
        raise Refused(_("Somebody who does not go to this visit."))
    if not all(may_mark(current, who, by) for who in people):
        raise Refused(_("Only whoever leads the visit marks others."))
    return current


def _after_last(visit: Visit, who: Resource, moment: datetime) -> datetime:
    """Nobody comes before he has left, however wrong a clock is."""
    last = visit.presences.filter(who=who).last()
    return max(moment, last.left_at) if last and last.left_at else moment


def _tell(visit: Visit, verb: str, changes: tuple[str | None, str | None], *, by: Person) -> None:
    record(verb, about(visit), by=by, changes={"who": changes}, people=concerned(visit))
