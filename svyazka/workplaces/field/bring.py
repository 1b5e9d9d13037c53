"""What to take along: for one visit, and for a whole day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from svyazka.business.sheets import openings
from svyazka.business.sheets.openings import Measured
from svyazka.business.visits.looked import along
from svyazka.business.visits.models import Resource, Visit

THINGS = (Resource.Kind.VEHICLE, Resource.Kind.TOOL)


@dataclass(frozen=True)
class Load:
    """`things`: of the kind of work; `equipment`: vehicles and tools that are booked along; `people`: who goes too,
    where it is more than one; `measured`: what earlier visits of the deal have measured."""

    visit: Visit
    things: Sequence[str]
    equipment: Sequence[str]
    people: Sequence[str]
    measured: Sequence[Measured]

    def __bool__(self) -> bool:
        return bool(self.things or self.equipment or self.visit.brief or self.measured)

    @property
    def count(self) -> int:
        """How many openings."""
        return sum(len(one.openings) for one in self.measured)


@dataclass(frozen=True)
class DayLoad:
    """What of it is for the whole day, each once; and the visits of which there is more to say."""

    things: Sequence[str]
    equipment: Sequence[str]
    visits: Sequence[Load]

    def __bool__(self) -> bool:
        return bool(self.things or self.equipment or self.visits)


def of_visits(visits: Sequence[Visit]) -> dict[int, Load]:
    """One question for all of them."""
    measured = openings.of_deals(one.deal_id for one in visits) if visits else {}
    return {one.pk: _load(one, measured) for one in visits}


def of_day(visits: Sequence[Visit]) -> DayLoad:
    """Of those that somebody has still to go to."""
    ahead = [one for one in visits if one.status in Visit.MOVABLE]
    loads = list(of_visits(ahead).values())
    return DayLoad(
        list(dict.fromkeys(thing for one in loads for thing in one.things)),
        list(dict.fromkeys(thing for one in loads for thing in one.equipment)),
        [one for one in loads if one.visit.brief or one.measured],
    )


def _load(visit: Visit, measured: Mapping[int, Sequence[Measured]]) -> Load:
    people = [one.name for one in along(visit, Resource.Kind.ENGINEER)]
    earlier = [one for one in measured.get(visit.deal_id, ()) if one.visit_id != visit.pk]
    equipment = [one.name for one in along(visit, *THINGS)]
    return Load(visit, visit.kind.bring, equipment, people if len(people) > 1 else [], earlier)
