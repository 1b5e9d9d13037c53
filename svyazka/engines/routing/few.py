"""Where few visits are concerned everything is looked at: who goes, in which order, and who has to be told another
time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from svyazka.engines.routing import timing
from svyazka.engines.routing.draft import Draft
from svyazka.engines.routing.problem import Job, Key, Point, Span, Stop
from svyazka.engines.routing.timing import Piece, Reached

MOST = 9  # visits that may go elsewhere
STEPS = 20_000  # from one visit to the next, of all that are looked at together


class _Item(NamedTuple):
    job: Job
    piece: Piece
    bit: int
    is_told: bool = False  # another time than before


class _Cost(NamedTuple):
    """What is worse comes first."""

    told: int = 0
    others: int = 0  # to whom somebody else comes
    travel: int = 0

    def plus(self, other: _Cost) -> _Cost:
        return _Cost(self.told + other.told, self.others + other.others, self.travel + other.travel)


class _Route(NamedTuple):
    cost: _Cost
    stops: tuple[Stop, ...]


class _Path(NamedTuple):
    reached: Reached
    order: tuple[_Item, ...]


_Chosen = tuple[_Cost, dict[Key, tuple[Stop, ...]]]
_Routes = dict[int, _Route]  # by who has a place in it
_Paths = dict[int, _Path]  # by how many breaks are behind one


class TooMany(Exception):
    """Not few after all."""


@dataclass
class _Budget:
    """And the ways that are known by now."""

    left: int = STEPS
    ways: dict[tuple[Point, Point], int] = field(default_factory=dict)

    def take(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooMany


def placed_again(draft: Draft, homeless: Sequence[Job]) -> Draft | None:
    """With as few of these lost, and as few told another time, as can be. None where there are too many of them."""
    standing = [job for job in draft.problem.jobs if job.id in draft.starts and not job.locked]
    free = [job for job in (*homeless, *standing) if len(job.needs) == 1 and job.id not in draft.fixed]
    if len(free) > MOST:
        return None
    try:
        chosen = _together(draft, free)
    except TooMany:
        return None
    found = draft.copy()
    for key, stops in chosen.items():
        found.write(key, stops)
    return found


def _together(draft: Draft, free: Sequence[Job]) -> Mapping[Key, tuple[Stop, ...]]:
    """One route for each day, so that they are the best together."""
    budget = _Budget()
    best: dict[int, _Chosen] = {0: (_Cost(), {})}
    for key in draft.routes:
        routes, further = _Day(draft, key, free, budget).routes(), dict[int, _Chosen]()
        for had, (so_far, chosen) in best.items():
            budget.take(len(routes) // 10)
            for places, route in routes.items():
                cost, both = so_far.plus(route.cost), had | places
                if not had & places and (both not in further or cost < further[both][0]):
                    further[both] = cost, {**chosen, key: route.stops}
        best = further
    return min(best.items(), key=lambda one: (*_lost(free, one[0], one[1][0]), *one[1][0]))[1][1]


def _lost(free: Sequence[Job], places: int, cost: _Cost) -> tuple[int, int, int]:
    lost = [job.priority for number, job in enumerate(free) if not places >> number & 1]
    return len(lost), cost.told, sum(lost)


class _Day:
    """Whoever stays there at his time, and whoever may come, in all orders that the clock allows."""

    def __init__(self, draft: Draft, key: Key, free: Sequence[Job], budget: _Budget) -> None:
        self.draft, self.budget, self.route = draft, budget, draft.routes[key]
        self.day = draft.problem.workday[key]
        self.breaks, self.away = self.day.breaks, self.day.away
        here, may = {stop.job for stop in self.route}, {job.id for job in free}
        self.now = sum(1 << number for number, job in enumerate(free) if job.id in here)
        self.stay = 0
        self.items: list[_Item] = []
        for number, stop in enumerate(stop for stop in self.route if stop.job not in may):
            job, bit = draft.problem.job[stop.job], 1 << (len(free) + number)
            self.items.append(_Item(job, Piece(job.work, (Span(stop.start, stop.start),)), bit))
            self.stay |= bit
        for number, job in enumerate(free):
            self.items += self._ways_to_come(job, 1 << number)

    def routes(self) -> _Routes:
        """For each set of visits that the day holds, what costs least. As it is now it may stay."""
        found: _Routes = {}
        for places, taken, path in self._paths():
            free, home = places & ~self.stay, self._way(path.order[-1:], ())
            if places & self.stay == self.stay and self._is_home(taken, path, home):
                route = _Route(self._cost(path), self._stops(path))
                found[free] = min(route, found.get(free, route))
        found[self.now] = _Route(found[self.now].cost._replace(told=0) if self.route else _Cost(), self.route)
        return found

    def _ways_to_come(self, job: Job, bit: int) -> Iterator[_Item]:
        if not (job.needs[0] <= self.day.skills and self.day.goes_to(job.district)):
            return
        windows = told = tuple(self.draft.windows_of(job))
        if job.promise:
            cut = (Span(max(one.start, job.promise.start), min(one.end, job.promise.end)) for one in windows)
            told = tuple(one for one in cut if one.start <= one.end)
        if told:
            yield _Item(job, Piece(job.work, told), bit)
        if told != windows:
            yield _Item(job, Piece(job.work, windows), bit, is_told=True)

    def _paths(self) -> Iterator[tuple[int, int, _Path]]:
        """Through which places, with how many breaks behind one, and the soonest way."""
        layer: dict[tuple[int, int, int], _Paths] = {(0, 0, -1): {0: _Path(Reached(self.day.shift.start, ()), ())}}
        while layer:
            further: dict[tuple[int, int, int], _Paths] = {}
            for (places, told, _last), paths in layer.items():
                for number, item in enumerate(self.items):
                    if not places & item.bit:
                        there = further.setdefault((places | item.bit, told + item.is_told, number), {})
                        self._go_on(paths, item, there)
            layer = {at: paths for at, paths in further.items() if paths}
            for (places, _told, _last), paths in layer.items():
                yield from ((places, taken, path) for taken, path in paths.items())

    def _go_on(self, paths: _Paths, item: _Item, there: _Paths) -> None:
        for taken, path in paths.items():
            self.budget.take(1)
            if not self._is_room(path, item):
                continue
            way = self._way(path.order[-1:], (item,))
            for then, reached in timing.go_on({taken: path.reached}, item.piece, way, self.breaks, self.away).items():
                if then not in there or reached.leaves < there[then].reached.leaves:
                    there[then] = _Path(reached, (*path.order, item))

    def _is_room(self, path: _Path, item: _Item) -> bool:
        jobs = [one.job for one in (*path.order, item)]
        fits = self.day.capacity is None or sum(job.load for job in jobs) <= self.day.capacity
        return fits and (self.day.most_work is None or sum(job.work for job in jobs) <= self.day.most_work)

    def _is_home(self, taken: int, path: _Path, way: int) -> bool:
        home = timing.arrival(path.reached.leaves, way, self.breaks[taken:], self.away)
        return home is not None and home <= self.day.shift.end

    def _cost(self, path: _Path) -> _Cost:
        order, before = path.order, self.draft.problem.before.places
        known = ({key.worker for key, _start in before.get(item.job.id, ())} for item in order)
        others = sum(bool(one) and self.day.worker not in one for one in known)
        return _Cost(sum(item.is_told for item in order), others, sum(self._ways(order)))

    def _ways(self, order: Sequence[_Item]) -> list[int]:
        """To each, and home from the last."""
        return [self._way(order[:number], order[number : number + 1]) for number in range(len(order) + 1)]

    def _way(self, here: Sequence[_Item], there: Sequence[_Item]) -> int:
        """From the last of the one to the first of the other; where there is none, from or to the end of the day."""
        begin = here[-1].job.at if here else self.day.start
        end = there[0].job.at if there else self.day.end
        if begin is None or end is None:
            return 0
        if (begin, end) not in self.budget.ways:
            self.budget.ways[begin, end] = int(self.draft.problem.travel.matrix([begin, end])[0, 1])
        return self.budget.ways[begin, end]

    def _stops(self, path: _Path) -> tuple[Stop, ...]:
        """Not sooner than before, if that can be."""
        before = {stop.job: stop.start for stop in self.route}
        pieces = [_not_sooner(item, before.get(item.job.id)) for item in path.order]
        later = timing.earliest(self.day.shift, pieces, self._ways(path.order), self.breaks, self.away)
        starts = later or path.reached.starts
        return tuple(Stop(item.job.id, start) for item, start in zip(path.order, starts, strict=True))


def _not_sooner(item: _Item, start: int | None) -> Piece:
    if start is None:
        return item.piece
    windows = (Span(max(one.start, start), one.end) for one in item.piece.windows)
    return Piece(item.piece.work, tuple(one for one in windows if one.start <= one.end))
