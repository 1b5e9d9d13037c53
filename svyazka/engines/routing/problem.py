"""The nouns that every planner shares: what is to be done, who works when, what the way takes, and a plan of it.

Times are whole seconds since one epoch that the caller chooses, the same for the whole problem: midnight of its first
day, say, for they have to stay below 2**28. Places are degrees. Nobody here knows of a time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.int32]
Skills = frozenset[str]
NO_SKILLS: Skills = frozenset()


class Point(NamedTuple):
    lat: float
    lon: float


# Of many, one (lat, lon) in a row.
Points = Sequence[Point] | NDArray[np.float64]


class Span(NamedTuple):
    """A window of beginnings includes both ends; of what takes time, `end` is the first second that is free again."""

    start: int
    end: int


def apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, those that overlap or touch as one; one that ends before it begins is none."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        elif span.start <= span.end:
            found.append(Span(*span))
    return tuple(found)


class Break(NamedTuple):
    """A pause of this length, whole, somewhere between two times; the way may be interrupted for it."""

    length: int
    within: Span


class Key(NamedTuple):
    """Whose day: the number of a resource, and the number of a day."""

    worker: int
    day: int


class Travel(Protocol):
    """What the way takes, parking included; from a place to itself nothing."""

    @property
    def version(self) -> str:
        """Another one means other seconds: what was computed with it has to be computed again."""

    def matrix(self, points: Points) -> Seconds:
        """From each (row) to each (column)."""

    def to_many(self, point: Point, points: Points) -> Seconds: ...


@dataclass(frozen=True, slots=True)
class Job:
    """Work at a place. Whatever may not change its time has one window only, if need be of a single second."""

    id: int
    at: Point
    work: int
    windows: tuple[Span, ...]  # in which it may begin
    # The skills of each resource that has to be there, all of them from the beginning to the end: a team has several.
    needs: tuple[Skills, ...] = (NO_SKILLS,)
    priority: int = 1  # what it costs to leave it undone, beside the others
    load: int = 1  # of the capacity of whoever does it
    district: str = ""
    # What the client was told. `windows` says whether it may be left, evaluate() counts whether it was.
    promise: Span | None = None
    # Stays with the same resources at the same time as in the plan before, as long as all of them are there that day.
    locked: bool = False
    after: int | None = None  # another job, if that is of the problem: it has to be over …
    pause: int = 0  # … and so many seconds gone by

    def __post_init__(self) -> None:
        object.__setattr__(self, "windows", apart(self.windows))


@dataclass(frozen=True, slots=True)
class WorkDay:
    """A day of a resource: of a person, a crew, a van."""

    worker: int
    day: int
    shift: Span  # he sets out not before, and is back by its end
    start: Point | None  # None: the way to the first job takes nothing
    end: Point | None
    skills: Skills = NO_SKILLS
    breaks: tuple[Break, ...] = ()  # taken in the order of their windows
    away: tuple[Span, ...] = ()  # absences: no work, no way, no break
    districts: frozenset[str] = frozenset()  # none: goes everywhere
    capacity: int | None = None
    most_work: int | None = None  # seconds of work; the way does not count

    def __post_init__(self) -> None:
        if self.away:
            object.__setattr__(self, "away", tuple(_within(self.shift, apart(self.away))))
        if len(self.breaks) > 1:
            object.__setattr__(self, "breaks", tuple(sorted(self.breaks, key=lambda one: one.within)))

    @property
    def key(self) -> Key:
        return Key(self.worker, self.day)

    def goes_to(self, district: str) -> bool:
        return not self.districts or not district or district in self.districts


def _within(shift: Span, spans: Iterable[Span]) -> Iterator[Span]:
    for span in spans:
        cut = Span(max(span.start, shift.start), min(span.end, shift.end))
        if cut.start < cut.end:
            yield cut


class Stop(NamedTuple):
    job: int
    start: int


@dataclass(frozen=True)
class Plan:
    """Per worker-day its jobs in order, with the seconds at which the work begins. A team's job stands in each of its
    members' days. Breaks have no place of their own: evaluate() says whether there is room for them."""

    routes: Mapping[Key, tuple[Stop, ...]] = field(default_factory=dict)

    def of(self, key: Key) -> tuple[Stop, ...]:
        return self.routes.get(key, ())

    @cached_property
    def places(self) -> Mapping[int, tuple[tuple[Key, int], ...]]:
        """Job → with whom on which day, and when it begins, for each of its team."""
        found: dict[int, list[tuple[Key, int]]] = {}
        for key in sorted(self.routes):
            for stop in self.routes[key]:
                found.setdefault(stop.job, []).append((key, stop.start))
        return {job: tuple(places) for job, places in found.items()}


@dataclass(frozen=True)
class Problem:
    jobs: tuple[Job, ...]
    days: tuple[WorkDay, ...]
    travel: Travel
    before: Plan = field(default_factory=Plan)  # in force now: what is locked, and what a change is measured by

    @cached_property
    def job(self) -> Mapping[int, Job]:
        return {job.id: job for job in self.jobs}

    @cached_property
    def workday(self) -> Mapping[Key, WorkDay]:
        return {day.key: day for day in self.days}
