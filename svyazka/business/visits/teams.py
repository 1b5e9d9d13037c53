"""Who and what goes to a visit together: whoever leads it, the people of the crew, helpers, vans, tools."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff import hours
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.periods import NotFree
from svyazka.business.visits.rota import Rota, days_of
from svyazka.engines.routing.windows import Period, left_of
from svyazka.kit import clock


class Row(NamedTuple):
    """Somebody or something is taken in this period."""

    resource: Resource
    period: Period


def able_to(rota: Rota, kind: VisitKind) -> list[Resource]:
    """Who can lead such a visit."""
    return [one for one in rota.resources.values() if one.goes_out and kind.skill in one.skills]


def knows(rota: Rota, kind: VisitKind, resource: Resource, day: date) -> bool:
    """Whether he and those who go with him that day can do such work, all of it."""
    known = {skill for one in rota.people(resource, day) for skill in one.skills}
    return kind.skill in resource.skills and known.issuperset(kind.more_skills)


def gather(
    rota: Rota, kind: VisitKind, resource: Resource, periods: Sequence[Period], *, keep: Collection[int] = ()
) -> list[Row]:
    """Raises NotFree, with the reason. `keep`: those who are asked first, as they go there already."""
    rows = [Row(one, period) for period in periods for one in rota.people(resource, clock.local(period.start).date())]
    for one, period in rows:
        if not rota.is_free(one, period):
            raise NotFree(None if one == resource else _not_free(one.name))
    _refuse_beyond_limits(rota, rows)
    if not kind.takes_others:
        return rows
    others = _others(rota, kind, resource, periods, {row.resource.pk for row in rows}, keep)
    return [*rows, *(Row(one, period) for one in others for period in periods)]


def along_with(visit: Visit) -> list[str]:
    """Who and what goes there besides whoever leads it, by name."""
    rows = Resource.objects.filter(bookings__visit=visit).exclude(pk=visit.resource_id)
    return list(dict.fromkeys(rows.values_list("name", flat=True)))


def is_plain(rota: Rota, kind: VisitKind, resource: Resource, day: date) -> bool:
    """Whether free hours are all that is needed: nobody else, nothing, no limit of a day."""
    return not kind.takes_others and not any(one.is_limited for one in rota.people(resource, day))


def _others(
    rota: Rota,
    kind: VisitKind,
    resource: Resource,
    periods: Sequence[Period],
    there: set[int],
    keep: Collection[int],
) -> list[Resource]:
    free = [one for one in rota.resources.values() if one.pk not in there and _is_free(rota, one, periods)]
    free.sort(key=lambda one: one.pk not in keep)  # otherwise in their order
    chosen: list[Resource] = []
    for need in kind.equipment:
        chosen.append(_first([one for one in free if not one.goes_out and need in one.skills], chosen, need))
    for _number in range(kind.vehicles):
        chosen.append(_first([one for one in free if one.kind == Resource.Kind.VEHICLE], chosen, _("A vehicle")))
    helpers = [one for one in free if one.kind == Resource.Kind.ENGINEER and kind.skill in one.skills]
    for _number in range(kind.people - _fewest(rota, kind, resource, periods)):
        helper = _first(helpers, chosen, _("One more person for this work"))
        _refuse_beyond_limits(rota, [Row(helper, period) for period in periods])
        chosen.append(helper)
    return chosen


def _fewest(rota: Rota, kind: VisitKind, resource: Resource, periods: Sequence[Period]) -> int:
    """How many people he brings. Of a crew whose people nobody has entered, as many as are needed."""
    if resource.kind != Resource.Kind.CREW:
        return 1
    if not rota.members.get(resource.pk):
        return kind.people
    return min(len(rota.members_on(resource, day)) for day in days_of(periods))


def _is_free(rota: Rota, one: Resource, periods: Sequence[Period]) -> bool:
    return all(rota.is_free(one, period) and rota.is_there(one, period) for period in periods)


def _first(able: Sequence[Resource], chosen: Sequence[Resource], what: Promise | str) -> Resource:
    found = next((one for one in able if one not in chosen), None)
    if found is None:
        raise NotFree(_not_free(what))
    return found


def _not_free(what: Promise | str) -> str:
    return str(_("At this time it does not go: {what} is not free.")).format(what=what)


def _refuse_beyond_limits(rota: Rota, rows: Sequence[Row]) -> None:
    for one, period in rows:
        if one.is_limited:
            _refuse_too_much(rota, one, period)


def _refuse_too_much(rota: Rota, one: Resource, period: Period) -> None:
    begins, ends = clock.day_bounds(clock.local(period.start).date())
    of_day = [each for each in rota.visits[one.pk] if each.start < ends and each.end > begins]
    worked = sum((each.end - each.start for each in [*of_day, period]), timedelta())
    if one.most_visits and len(of_day) >= one.most_visits:
        raise NotFree(str(_("{name} has as many visits on that day as are possible.")).format(name=one.name))
    if one.most_minutes and worked > timedelta(minutes=one.most_minutes):
        raise NotFree(str(_("{name} has as much work on that day as is possible.")).format(name=one.name))
    if not all(_is_room(rota, one, period, *each) for each in one.breaks):
        raise NotFree(str(_("Then no time would be left for the break of {name}.")).format(name=one.name))


def _is_room(rota: Rota, one: Resource, period: Period, minutes: int, begins: str, ends: str) -> bool:
    """Whether a pause of these minutes is left. Whoever works through the whole of its time has it on site."""
    day = clock.local(period.start).date()
    between = Period(*hours.of_day({str(day.weekday()): [[begins, ends]]}, day)[0])
    if period.holds(between) or not period.overlaps(between):
        return True
    gaps = left_of(between, [*rota.taken[one.pk], period])
    return any(gap.end - gap.start >= timedelta(minutes=minutes) for gap in gaps)
