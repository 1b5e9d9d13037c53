"""Which crew installs what from which day on: work of one to three days, and no more vans and tools on a day than there
are. One yes or no for each job, crew and first day; what is too much for that goes by territories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

from svyazka.engines.routing.problem import NO_SKILLS, Point, Seconds, Skills, Travel
from svyazka.engines.routing.solvers.zero_one import Column, choose
from svyazka.engines.routing.watch import Watch

UNPLACED = 100 * 3600  # seconds of driving that a job of priority 1 is worth
A_DAY_OFF = 1800  # … and a day that it begins earlier or later than wished
AT_ONCE = 60_000  # choices that are settled as a whole within a minute
NEAR = 3  # days from the wish; only where everything at once is too much
CREWS = 8  # that are near enough to a job there
JOBS = 150


@dataclass(frozen=True, slots=True)
class Installation:
    id: int
    at: Point
    days: int  # one after the other, as the horizon counts them
    first: int  # may begin from this day …
    last: int  # … to this one
    wish: int | None = None
    needs: Skills = NO_SKILLS
    stock: Mapping[str, int] = field(default_factory=dict)  # vans and tools, on each of its days
    priority: int = 1
    territory: str = ""


@dataclass(frozen=True, slots=True)
class Crew:
    id: int
    at: Point
    skills: Skills = NO_SKILLS
    off: frozenset[int] = frozenset()  # days
    territories: frozenset[str] = frozenset()  # none: goes everywhere


class Placed(NamedTuple):
    crew: int
    start: int


@dataclass(frozen=True)
class Weeks:
    """What is to be planned. `fixed` stays as it is, and takes its crew, vans and tools."""

    jobs: tuple[Installation, ...]
    crews: tuple[Crew, ...]
    horizon: int  # working days
    stock: Mapping[str, Sequence[int]]  # how many there are, day by day
    travel: Travel
    fixed: Mapping[int, Placed] = field(default_factory=dict)

    @cached_property
    def job(self) -> Mapping[int, Installation]:
        return {job.id: job for job in self.jobs}

    def way(self, crew: int, job: Installation) -> int:
        return int(self._ways[crew, self._numbers[job.id]])

    @cached_property
    def _numbers(self) -> Mapping[int, int]:
        return {job.id: number for number, job in enumerate(self.jobs)}

    @cached_property
    def _ways(self) -> Seconds:
        """From each crew to each job."""
        points = [*(crew.at for crew in self.crews), *(job.at for job in self.jobs)]
        return self.travel.matrix(points)[: len(self.crews), len(self.crews) :]


Reason = Literal["skill", "days", "stock", "room"]


@dataclass(frozen=True)
class Schedule:
    placed: Mapping[int, Placed]
    unplaced: Mapping[int, Reason]
    cost: int
    is_proven: bool = False  # nothing costs less

    def travel(self, weeks: Weeks) -> int:
        crews = {crew.id: number for number, crew in enumerate(weeks.crews)}
        jobs = ((weeks.job[number], at) for number, at in self.placed.items())
        return sum(2 * job.days * weeks.way(crews[at.crew], job) for job, at in jobs)


def schedule(weeks: Weeks, *, watch: Watch) -> Schedule:
    """All at once, or territory by territory; what was left over there has a chance everywhere."""
    choices = list(_choices(weeks, weeks.jobs))
    if len(choices) <= AT_ONCE:
        placed, is_proven = _settle(weeks, choices, weeks.fixed, watch.past(watch.seconds))
        return _schedule(weeks, placed, is_proven=is_proven)
    placed, parts = dict(weeks.fixed), [*_parts(weeks), weeks.jobs]
    for number, jobs in enumerate(parts):
        left = [job for job in jobs if job.id not in placed]
        until = watch.used + (watch.seconds - watch.used) / (len(parts) - number)
        placed, _is_proven = _settle(weeks, list(_near(weeks, left)), placed, watch.past(until))
    return _schedule(weeks, placed, is_proven=False)


def _schedule(weeks: Weeks, placed: Mapping[int, Placed], *, is_proven: bool) -> Schedule:
    unplaced = {job.id: _why_not(weeks, job) for job in weeks.jobs if job.id not in placed}
    off = sum(_off_wish(weeks.job[number], at.start) for number, at in placed.items())
    cost = UNPLACED * sum(weeks.job[number].priority for number in unplaced) + A_DAY_OFF * off
    plan = Schedule(placed, unplaced, cost, is_proven)
    return replace(plan, cost=cost + plan.travel(weeks))


def _why_not(weeks: Weeks, job: Installation) -> Reason:
    able = [crew for crew in weeks.crews if _may(crew, job)]
    if not able:
        return "skill"
    starts = [start for start in _starts(weeks, job) if any(_is_there(crew, job, start) for crew in able)]
    if not starts:
        return "days"
    return "room" if any(_has_stock(weeks, job, start) for start in starts) else "stock"


def _has_stock(weeks: Weeks, job: Installation, start: int) -> bool:
    """Whether there are enough vans and tools for it, if nobody else has any."""
    days = range(start, start + job.days)
    return all(weeks.stock[kind][day] >= many if kind in weeks.stock else many <= 0
               for day in days for kind, many in job.stock.items())  # fmt: skip


class _Choice(NamedTuple):
    job: Installation
    crew: int
    start: int
    way: int

    @property
    def cost(self) -> int:
        return 2 * self.job.days * self.way + A_DAY_OFF * _off_wish(self.job, self.start)


def _choices(weeks: Weeks, jobs: Iterable[Installation]) -> Iterator[_Choice]:
    for job in jobs:
        able = [number for number, crew in enumerate(weeks.crews) if _may(crew, job)]
        if job.id not in weeks.fixed:
            yield from _choices_of(weeks, job, able, _starts(weeks, job))


def _near(weeks: Weeks, jobs: Iterable[Installation]) -> Iterator[_Choice]:
    for job in jobs:
        able = [number for number, crew in enumerate(weeks.crews) if _may(crew, job)]
        nearest = sorted(able, key=lambda number: weeks.way(number, job))[:CREWS]
        wished = [start for start in _starts(weeks, job) if _off_wish(job, start) <= NEAR]
        yield from _choices_of(weeks, job, nearest, wished)


def _choices_of(weeks: Weeks, job: Installation, crews: Iterable[int], starts: Sequence[int]) -> Iterator[_Choice]:
    for number in crews:
        for start in starts:
            if _is_there(weeks.crews[number], job, start):
                yield _Choice(job, number, start, weeks.way(number, job))


def _is_there(crew: Crew, job: Installation, start: int) -> bool:
    return crew.off.isdisjoint(range(start, start + job.days))


def _may(crew: Crew, job: Installation) -> bool:
    goes = not crew.territories or not job.territory or job.territory in crew.territories
    return goes and job.needs <= crew.skills


def _starts(weeks: Weeks, job: Installation) -> range:
    return range(max(0, job.first), min(job.last, weeks.horizon - job.days) + 1)


def _off_wish(job: Installation, start: int) -> int:
    return 0 if job.wish is None else abs(start - job.wish)


def _settle(
    weeks: Weeks, choices: Sequence[_Choice], placed: Mapping[int, Placed], stop: Callable[[], bool]
) -> tuple[dict[int, Placed], bool]:
    """`placed` with what is added to it, and whether nothing better could be."""
    if not choices or stop():
        return dict(placed), not choices
    rows = _Rows(weeks, placed)
    columns = [Column(choice.cost, rows.of(choice)) for choice in choices]
    jobs = list({choice.job.id: choice.job for choice in choices}.values())
    columns += [Column(UNPLACED * job.priority, [(rows.of_job(job), 1)]) for job in jobs]
    answer = choose(columns, rows.bounds, stop=stop, known=_greedily(columns, rows.bounds))
    chosen = [choices[number] for number in answer.chosen if number < len(choices)] if answer else []
    found = {one.job.id: Placed(weeks.crews[one.crew].id, one.start) for one in chosen}
    return {**placed, **found}, answer is not None and answer.is_proven


def _greedily(columns: Sequence[Column], bounds: Sequence[tuple[float, float]]) -> list[bool]:
    """The cheapest first, as long as there is room: something to begin with. What is left over costs most, so it is
    last."""
    room = [high for _low, high in bounds]
    taken = [False] * len(columns)
    for number in sorted(range(len(columns)), key=lambda one: columns[one].cost):
        if all(room[row] >= many for row, many in columns[number].takes):
            taken[number] = True
            for row, many in columns[number].takes:
                room[row] -= many
    return taken


class _Rows:
    """What choices take from each other: a crew's day, vans and tools of a day; and each job is done once, or not."""

    def __init__(self, weeks: Weeks, placed: Mapping[int, Placed]) -> None:
        self.weeks = weeks
        self.bounds: list[tuple[float, float]] = []
        self.numbers: dict[tuple[object, ...], int] = {}
        self.left = {kind: list(stock) for kind, stock in weeks.stock.items()}
        self.busy: set[tuple[int, int]] = set()
        for number, at in placed.items():
            self._take(weeks.job[number], at)

    def of(self, choice: _Choice) -> list[tuple[int, float]]:
        crew, takes = self.weeks.crews[choice.crew].id, [(self.of_job(choice.job), 1.0)]
        for day in range(choice.start, choice.start + choice.job.days):
            takes.append((self._row(("crew", crew, day), float((crew, day) not in self.busy)), 1.0))
            for kind, many in choice.job.stock.items():
                has = self.left[kind][day] if kind in self.left else 0
                takes.append((self._row(("stock", kind, day), max(0.0, has)), many))
        return takes

    def of_job(self, job: Installation) -> int:
        return self._row(("job", job.id), 1.0, low=1.0)

    def _row(self, name: tuple[object, ...], high: float, *, low: float = 0.0) -> int:
        if name not in self.numbers:
            self.numbers[name] = len(self.bounds)
            self.bounds.append((low, high))
        return self.numbers[name]

    def _take(self, job: Installation, at: Placed) -> None:
        for day in range(at.start, at.start + job.days):
            self.busy.add((at.crew, day))
            for kind, many in job.stock.items():
                if kind in self.left:
                    self.left[kind][day] -= many


def _parts(weeks: Weeks) -> Iterator[list[Installation]]:
    """Territory by territory, no more than goes at once; the one with the most work first, it has the least choice."""
    found: dict[str, list[Installation]] = {}
    for job in sorted(weeks.jobs, key=lambda job: job.at.lon):
        found.setdefault(job.territory, []).append(job)
    for jobs in sorted(found.values(), key=len, reverse=True):
        for begin in range(0, len(jobs), JOBS):
            yield jobs[begin : begin + JOBS]
