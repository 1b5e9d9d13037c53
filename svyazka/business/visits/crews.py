"""Who belongs to a crew, and who goes in somebody's place on a day. Members can be booked alone as well."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NoReturn

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.visits import freed, periods
from svyazka.business.visits.models import Booking, CrewMember, Resource, Substitution, Visit
from svyazka.business.visits.periods import Overlaps, Taken
from svyazka.business.visits.road import news
from svyazka.business.visits.road.news import Happened
from svyazka.business.visits.telling import people_of
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

MOST_MEMBERS = 12


def could_belong(crew: Resource | None) -> list[Resource]:
    """People who can be booked, and whoever belongs to it already."""
    found = Resource.objects.filter(kind=Resource.Kind.ENGINEER)
    there = found.filter(crews__crew=crew) if crew else found.none()
    return list((found.bookable() | there).distinct())


def members_of(crew: Resource) -> list[Resource]:
    return [one.member for one in crew.members.select_related("member").order_by("id")]


def choose(crew: Resource, members: Iterable[Resource]) -> tuple[str, str] | None:
    """→ who went and who goes, in words, where that is another. Visits that are booked already stay as they are."""
    before, chosen = members_of(crew), list(dict.fromkeys(members))
    if chosen and crew.kind != Resource.Kind.CREW:
        _refuse(_("Only a crew has members."))
    if any(one.kind != Resource.Kind.ENGINEER for one in chosen):
        _refuse(_("People belong to a crew; vehicles and tools are asked for by the kinds of visits."))
    if len(chosen) > MOST_MEMBERS:
        _refuse(_("A crew has {most} people at most.").format(most=MOST_MEMBERS))
    if {one.pk for one in before} == {one.pk for one in chosen}:
        return None
    crew.members.exclude(member__in=chosen).delete()
    rows = [CrewMember(crew=crew, member=one) for one in chosen if one not in before]
    CrewMember.objects.bulk_create(rows)
    return _names(before), _names(chosen)


@transaction.atomic
def substitute(crew: Resource, day: date, away: Resource, *, instead: Resource | None, by: Actor) -> Substitution:
    """On that day `instead` goes, or nobody; also to the visits that are booked already."""
    if day < clock.today():
        raise Refused(_("This day is over."), fields={"day": _("This day is over.")})
    members = {one.pk for one in members_of(crew)}
    if away.pk not in members:
        raise Refused(_("{name} does not belong to this crew.").format(name=away.name))
    if instead and (instead.pk in members or instead.kind != Resource.Kind.ENGINEER or not instead.is_bookable):
        message = _("Choose somebody who does not go with this crew anyway.")
        raise Refused(message, fields={"instead": message})
    found = Substitution.objects.filter(crew=crew, day=day, away=away).first()
    now = found.instead if found else away
    if now == instead:
        return found or _nothing_to_do()
    _exchange(crew, day, now, instead, by=by)
    written, _new = Substitution.objects.update_or_create(crew=crew, day=day, away=away, defaults={"instead": instead})
    periods.changed(crew, day)
    _tell(written, (now.name if now else None, instead.name if instead else None), by=by)
    return written


@transaction.atomic
def take_back(substitution: Substitution, *, by: Actor) -> None:
    """The member goes himself. A second click changes nothing."""
    rows = Substitution.objects.filter(pk=substitution.pk).select_related("crew", "away", "instead")
    found = rows.first()
    if found is None:
        return
    if found.day >= clock.today():
        _exchange(found.crew, found.day, found.instead, found.away, by=by)
    found.delete()
    periods.changed(found.crew, found.day)
    _tell(found, (found.instead.name if found.instead else None, found.away.name), by=by)


def _exchange(crew: Resource, day: date, now: Resource | None, then: Resource | None, *, by: Actor) -> None:
    """Of the crew's visits on that day. Whoever comes has to be free for all of them."""
    begins, ends = clock.day_bounds(day)
    concerned = {one.pk for one in (now, then) if one}
    periods.stand_in_line(concerned, alone=concerned)
    of_crew = Booking.objects.filter(resource=crew, kind=Booking.Kind.VISIT, during__overlap=(begins, ends))
    visits = Visit.objects.filter(pk__in=of_crew.values("visit_id")).ahead().order_by("pk")
    for visit in visits.select_related("resource", "lacks"):
        went = people_of(visit)
        wanted = [one for one in periods.of_visit(visit) if one.resource_id == crew.pk and begins <= one.start < ends]
        if now:
            periods.give_back_some(visit, now, [one.start for one in wanted])
        if then:
            _take(visit, then, [Taken(then.pk, one.start, one.end) for one in wanted])
        news.note(visit, Happened("team", {}, people_of(visit), went), by=by)


def _take(visit: Visit, then: Resource, wanted: list[Taken]) -> None:
    try:
        periods.take(wanted, kind=Booking.Kind.VISIT, visit=visit)
    except Overlaps as refusal:
        message = _("{name} has something else to do on that day.").format(name=then.name)
        raise Refused(message, fields={"instead": message}) from refusal


def _tell(substitution: Substitution, changes: tuple[str | None, str | None], *, by: Actor) -> None:
    crew, day = substitution.crew, substitution.day
    people = [one.person_id for one in (crew, substitution.away, substitution.instead) if one and one.person_id]
    note = f"{crew.name}, {day:%d.%m.%Y}"
    about = About("resource", crew.pk)
    freed.note_day(crew, day)
    record("visits.substituted", about, by=by, changes={"instead": changes}, note=note, people=people)
    for one in (substitution.away, substitution.instead):
        if one:
            announce("resource", one.pk)


def _names(resources: Iterable[Resource]) -> str:
    return ", ".join(one.name for one in resources)


def _nothing_to_do() -> Substitution:
    raise Refused(_("This member goes with the crew anyway."))


def _refuse(message: Promise | str) -> NoReturn:
    raise Refused(message, fields={"members": message})
