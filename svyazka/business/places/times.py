"""How long the way takes: from the server that the company has chosen, and where it does not say, by the built-in
estimate. What a server has said is kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta

import numpy as np
from django.db import connection

from svyazka.business.places import services
from svyazka.business.places.models import Measured, PairTime, Service
from svyazka.business.places.travel_source import TooMany, TravelSource
from svyazka.business.places.troubles import Trouble
from svyazka.engines.routing.estimate import Estimate
from svyazka.engines.routing.problem import Point, Points, Seconds
from svyazka.kit import clock

MOSCOW = Point(55.7522, 37.6156)
HURRIED = 1.5  # seconds for one question, while a client waits on the phone
KEPT = timedelta(days=30)  # roads are built, maps renewed
GRAIN = 10_000  # points are the same in whose degrees the fourth digit is
Pairs = dict[tuple[int, int], int | None]


class FromServer:
    """Fits engines.routing.problem.Travel. `is_estimated`: the server has not said everything; whoever shows a plan
    made with it says so."""

    def __init__(self, service: Service, estimate: Estimate, *, patience: float) -> None:
        self._service, self._estimate, self._patience = service, estimate, patience
        self._source = f"{service.kind}-{service.generation}"
        self.is_estimated = False

    @property
    def version(self) -> str:
        return f"{self._source}+{self._estimate.version}"

    @property
    def screening(self) -> Screening:
        return Screening(self, self._estimate)

    def matrix(self, points: Points) -> Seconds:
        return self._filled(self._estimate.matrix(points), _points(points), _points(points))

    def to_many(self, point: Point, points: Points) -> Seconds:
        row = self._estimate.to_many(point, points)
        filled: Seconds = self._filled(row[None, :], _points([point]), _points(points))[0]
        return filled

    def _filled(self, estimated: Seconds, origins: list[Point], targets: list[Point]) -> Seconds:
        """What is estimated, replaced by what the server says. Parking and the hour come on top in both."""
        rows, columns = [_key(point) for point in origins], [_key(point) for point in targets]
        said = self._said(dict(zip(rows, origins, strict=True)), dict(zip(columns, targets, strict=True)))
        slow = 1.0 if self._estimate.hour is None else self._estimate.slowness[self._estimate.hour]
        driven = np.array([[said.get((row, column)) or 0 for column in columns] for row in rows], dtype=np.float64)
        taken = (driven * slow + self._estimate.parking).astype(np.int32)
        return np.where((driven > 0) & (estimated > 0), taken, estimated)

    def _said(self, origins: dict[int, Point], targets: dict[int, Point]) -> Pairs:
        known = _known(self._source, list(origins), list(targets))
        # From a place to itself, too: who lacks the same is to lack just the same.
        wanted = [(row, column) for row in origins for column in targets if (row, column) not in known]
        if not wanted:
            return known
        new: Pairs = {}
        try:
            with closing(services.source(self._service, patience=self._patience)) as source:
                for rows, columns in _blocks(wanted, source.most):
                    _ask(source, rows, columns, origins, targets, new)
            services.answered(self._service)
        except Trouble as trouble:
            self.is_estimated = True
            services.failed(self._service, trouble.why)
        _keep(self._source, new)
        return known | new


class Screening:
    """Whoever waits on the phone does not wait for the ways to thousands of places: these are estimated, and only of
    the few that are about to be named the server is asked."""

    def __init__(self, travel: FromServer, estimate: Estimate) -> None:
        self.version, self.matrix, self.to_many = travel.version, travel.matrix, estimate.to_many


class Estimated:
    """The built-in estimate in the place of a server. `is_estimated`: there is one, and it is away."""

    def __init__(self, estimate: Estimate, *, is_estimated: bool) -> None:
        self._estimate, self.is_estimated = estimate, is_estimated
        self.version = estimate.version
        self.matrix, self.to_many = estimate.matrix, estimate.to_many
        self.screening = self


def travel(*, hour: int | None = None, patience: float = services.PATIENCE) -> FromServer | Estimated:
    """`hour`: of the day at which somebody sets out; without it the mean of the day. `patience`: HURRIED while somebody
    waits."""
    usual, has_server = _built_in()
    estimated = usual if hour is None else usual.at_hour(hour)
    if has_server and (service := services.ready(Service.What.TRAVEL)):
        return FromServer(service, estimated, patience=patience)
    return Estimated(estimated, is_estimated=has_server)


def along(ways: Sequence[tuple[Point, Point]]) -> list[int]:
    """Of ways as a board shows them: no server is asked for that, but what it has said already counts."""
    return _along(estimate(), ways) if ways else []


def with_km(ways: Sequence[tuple[Point, Point]]) -> list[tuple[int, float]]:
    """The same, and how far it is: always by the built-in estimate, for servers are asked for times alone."""
    if not ways:
        return []
    built_in = estimate()
    km: list[float] = built_in.km_along([way[0] for way in ways], [way[1] for way in ways]).tolist()
    return list(zip(_along(built_in, ways), km, strict=True))


def _along(built_in: Estimate, ways: Sequence[tuple[Point, Point]]) -> list[int]:
    origins, targets = [way[0] for way in ways], [way[1] for way in ways]
    seconds: list[int] = built_in.along(origins, targets).tolist()
    service = services.ready(Service.What.TRAVEL)
    if service is None:
        return seconds
    pairs = [(_key(origin), _key(target)) for origin, target in ways]
    known = _known_pairs(f"{service.kind}-{service.generation}", pairs)
    said = (known.get(pair) for pair in pairs)
    return [driven + built_in.parking if driven else seconds[at] for at, driven in enumerate(said)]


def estimate() -> Estimate:
    """The built-in one, with what finished visits have taught it."""
    return _built_in()[0]


def _built_in() -> tuple[Estimate, bool]:
    """And whether there is a server to ask. In one question: a call waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(_BUILT_IN)
        lat, lon, figures, has_server = cursor.fetchall()[0]
    usual = Estimate(MOSCOW if lat is None or lon is None else Point(lat, lon))
    if figures is None:
        return usual, has_server
    learnt = json.loads(figures)
    return Estimate(usual.centre, kmh=tuple(learnt["kmh"]), slowness=tuple(learnt["slowness"])), has_server


_BUILT_IN = """
select background.lat, background.lon, measured.figures,
    exists (select 1 from places_service where what = 'travel' and is_on and kind <> '')
from (select 1) one
left join places_background background on background.id = 1
left join places_measured measured on measured.id = 1
"""


def learn(learnt: Estimate, *, journeys: int) -> None:
    figures = {"kmh": learnt.kmh, "slowness": learnt.slowness}
    Measured.objects.update_or_create(pk=1, defaults={"at": clock.now(), "journeys": journeys, "figures": figures})


def forget_old() -> None:
    PairTime.objects.filter(at__lt=clock.now() - KEPT).delete()


def _ask(
    source: TravelSource,
    rows: Sequence[int],
    columns: Sequence[int],
    origins: dict[int, Point],
    targets: dict[int, Point],
    new: Pairs,
) -> None:
    """A server that allows less than its maker is asked for halves."""
    try:
        answer = source.seconds([origins[row] for row in rows], [targets[column] for column in columns])
    except TooMany:
        if len(rows) == len(columns) == 1:
            raise Trouble("not_understood") from None
        for fewer_rows, fewer_columns in _halves(rows, columns):
            _ask(source, fewer_rows, fewer_columns, origins, targets, new)
        return
    for row, times in zip(rows, answer, strict=True):
        new.update(((row, column), seconds) for column, seconds in zip(columns, times, strict=True))


def _halves(rows: Sequence[int], columns: Sequence[int]) -> list[tuple[Sequence[int], Sequence[int]]]:
    if len(rows) >= len(columns):
        half = len(rows) // 2
        return [(rows[:half], columns), (rows[half:], columns)]
    half = len(columns) // 2
    return [(rows, columns[:half]), (rows, columns[half:])]


def _blocks(wanted: Sequence[tuple[int, int]], most: int) -> Iterator[tuple[list[int], list[int]]]:
    """Those who lack the same are asked for together: of a new place, the ways there and back, not everything."""
    missing: dict[int, list[int]] = defaultdict(list)
    for row, column in wanted:
        missing[row].append(column)
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for row, columns in missing.items():
        alike[tuple(columns)].append(row)
    for columns_alike, rows in alike.items():
        for first in range(0, len(rows), most):
            for left in range(0, len(columns_alike), most):
                yield rows[first : first + most], list(columns_alike[left : left + most])


def _points(points: Points) -> list[Point]:
    return [Point(float(one[0]), float(one[1])) for one in points]


def _key(point: Point) -> int:
    """Both in one number: 22 binary digits are enough for the longitude."""
    return round((point.lat + 90) * GRAIN) << 22 | round((point.lon + 180) * GRAIN)


def _known(source: str, origins: Sequence[int], targets: Sequence[int]) -> Pairs:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [source, list(origins), list(targets)])
        return {(origin, target): seconds for origin, target, seconds in cursor.fetchall()}


_KNOWN = """
select origin, target, seconds from places_pairtime where source = %s and origin = any(%s) and target = any(%s)
"""


def _known_pairs(source: str, pairs: Sequence[tuple[int, int]]) -> Pairs:
    origins, targets = (list(column) for column in zip(*dict.fromkeys(pairs), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_PAIRS, [origins, targets, source])
        return {(origin, target): seconds for origin, target, seconds in cursor.fetchall()}


_KNOWN_PAIRS = """
select origin, target, seconds
from places_pairtime join unnest(%s::bigint[], %s::bigint[]) as wanted (origin, target) using (origin, target)
where source = %s
"""


def _keep(source: str, new: Pairs) -> None:
    if not new:
        return
    # In order: two who keep the same at once must not wait for each other.
    pairs = sorted(new)
    origins, targets = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [source, clock.now(), origins, targets, [new[pair] for pair in pairs]])


_KEEP = """
insert into places_pairtime (source, at, origin, target, seconds)
select %s, %s, origin, target, seconds
from unnest(%s::bigint[], %s::bigint[], %s::int[]) as new (origin, target, seconds)
on conflict do nothing
"""
