"""Run in a process of its own with Django set up, over a database that is there: a company of engineers whose two
weeks are booked, and callers who ask for a window.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.db.models import Model

from svyazka.business.clients.models import Client
from svyazka.business.deals import opening
from svyazka.business.journal.record import Automaton
from svyazka.business.places.models import Background, Place
from svyazka.business.visits import day_plans, offering
from svyazka.business.visits.models import Booking, Resource, Shift, Visit, VisitKind
from svyazka.business.visits.offering import Offered, Wishes
from svyazka.config import memory
from svyazka.config.bench import processor, visits_windows
from svyazka.config.bench.dispatch import CENTRE, SKILLS, Weeks
from svyazka.engines.routing.day_plan import DayPlan
from svyazka.engines.routing.problem import Key, Span
from svyazka.engines.routing.wanted import Request
from svyazka.kit import addresses, clock

DAYS, STEP, HOUR = 14, 1800, 3600
WORK = 40  # minutes
SLOTS = tuple(Span(hour * HOUR, (hour + 2) * HOUR - 300) for hour in range(0, 24, 2))


def main() -> None:
    """Arguments: how many engineers, how many calls, the folder of the cluster. The figures go to stdout."""
    print(json.dumps(_calls(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))))


def _calls(number: int, calls: int, cluster: Path) -> dict[str, float]:
    company = Company(Weeks(number, number))
    while day_plans.pack_ahead():
        pass
    memory.settle()  # as the pages do; the weeks and their visits are only ours
    return company.asked(calls, cluster)


class Company:
    """Days count from tomorrow, so that none of them has begun. Whoever is booked stays at his time."""

    def __init__(self, weeks: Weeks) -> None:
        self.weeks, self.first = weeks, clock.today() + timedelta(days=1)
        forget_everything()
        Background.objects.update_or_create(pk=1, defaults={"lat": CENTRE.lat, "lon": CENTRE.lon})
        self.kinds = {skill: VisitKind.objects.create(code=skill, skill=skill, minutes=WORK) for skill in SKILLS}
        self.resources = [self._resource(worker) for worker in range(len(weeks.able))]
        self._days_off()
        self._visits()
        self.plans = {key: _as_booked(plan) for key, plan in weeks.plans.items()}

    def asked(self, calls: int, cluster: Path) -> dict[str, float]:
        took, near, broken, shown = [], 0, 0, 0
        requests = list(self.weeks.requests(calls))
        places = [self._place(request, number) for number, request in enumerate(requests)]
        wishes = Wishes(from_day=self.first)
        offering.offer(self.kinds[SKILLS[0]], places[0], wishes=wishes)
        before = processor.of_sessions(cluster)
        answers = []
        for request, place in zip(requests, places, strict=True):
            (skill,) = request.needs[0]
            began = time.process_time()
            answers.append(offering.offer(self.kinds[skill], place, wishes=wishes))
            took.append((time.process_time() - began) * 1000)
        of_database = (processor.of_sessions(cluster) - before) / calls
        for request, answer in zip(requests, answers, strict=True):
            near += self._is_near(request, answer.windows)
            shown += len(answer.windows)
            broken += sum(not self._can_be_kept(request, window) for window in answer.windows)
        took.sort()
        return {
            "p50": took[len(took) // 2] + of_database,
            "p95": took[len(took) * 95 // 100] + of_database,
            "of_database": of_database,
            "near": 100 * near / calls,
            "broken": broken,
            "shown": shown / calls,
        }

    def _resource(self, worker: int) -> Resource:
        able = self.weeks.able[worker]
        day = next(plan.day for key, plan in self.weeks.plans.items() if key.worker == worker)
        assert day.start
        shift = [f"{moment // HOUR:02d}:{moment % HOUR // 60:02d}" for moment in day.shift]
        breaks = [[one.length // 60, *(f"{moment // HOUR:02d}:00" for moment in one.within)] for one in day.breaks]
        return Resource.objects.create(
            kind=Resource.Kind.ENGINEER, name=f"Engineer {worker}", skills=sorted(able.skills), breaks=breaks,
            hours={str(number): [shift] for number in range(7)}, lat=day.start.lat, lon=day.start.lon,
            territory=sorted(able.districts), position=worker,
        )  # fmt: skip

    def _days_off(self) -> None:
        Shift.objects.bulk_create(
            Shift(resource=resource, day=self.first + timedelta(days=number), hours=[])
            for worker, resource in enumerate(self.resources)
            for number in range(DAYS)
            if Key(worker, number) not in self.weeks.plans
        )

    def _visits(self) -> None:
        house = Automaton("bench")
        client = Client.objects.create(name="Vera")
        deal = opening.open_deal(client, by=house)
        kind = next(iter(self.kinds.values()))
        made = [
            Visit(
                kind=kind, deal=deal, client=client, resource=self.resources[key.worker], address="there",
                lat=stop.at.lat, lon=stop.at.lon, starts_at=self._moment(key.day, stop.start),
                ends_at=self._moment(key.day, stop.start + stop.work), request_id=uuid4(),
            )
            for key, plan in self.weeks.plans.items()
            for stop in plan.stops
        ]  # fmt: skip
        Visit.objects.bulk_create(made, batch_size=2000)
        rows = [Booking(resource=one.resource, during=(one.starts_at, one.ends_at), visit=one) for one in made]
        Booking.objects.bulk_create(rows, batch_size=2000)

    def _moment(self, day: int, second: int) -> datetime:
        return clock.day_bounds(self.first + timedelta(days=day))[0] + timedelta(seconds=second)

    def _place(self, request: Request, number: int) -> str:
        address = f"{request.district}, street {number}"
        Place.objects.create(
            key=addresses.key(address), address=address, lat=request.at.lat, lon=request.at.lon,
            precision=Place.Precision.HOUSE, source=Place.HAND,
        )  # fmt: skip
        return address

    def _is_near(self, request: Request, windows: tuple[Offered, ...]) -> bool:
        """Beside every place of every day, tried exactly."""
        asked = replace(request, parts=(WORK * 60,), slots=SLOTS, step=STEP, not_before=0)
        best = visits_windows.least_added(self.weeks.able, self.plans, asked)
        if not windows:
            return best is None
        return best is not None and windows[0].added.total_seconds() <= best + visits_windows.MINUTE

    def _can_be_kept(self, request: Request, window: Offered) -> bool:
        worker = next(number for number, one in enumerate(self.resources) if one.pk == window.resource.pk)
        able, key = self.weeks.able[worker], Key(worker, (window.day - self.first).days)
        if not request.needs[0] <= able.skills or (able.districts and request.district not in able.districts):
            return False
        start = int((window.starts_at - self._moment(key.day, 0)).total_seconds())
        position = sum(stop.start < start for stop in self.plans[key].stops)
        asked = replace(request, parts=(WORK * 60,), slots=(Span(start, start),), step=1, not_before=0)
        return visits_windows.fits_at(self.plans[key], asked, position)


def _as_booked(plan: DayPlan) -> DayPlan:
    return replace(plan, stops=tuple(stop._replace(window=Span(stop.start, stop.start)) for stop in plan.stops))


def forget_everything() -> None:
    models: tuple[type[Model], ...] = (Booking, Visit, Shift, Resource, VisitKind, Place)
    for model in models:
        model._default_manager.all().delete()
