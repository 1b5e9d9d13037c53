"""Run in a process of its own with Django set up, over a database that is there: many who book the same people at the
same time, on a grid of twenty minutes, 45 to 90 minutes long. Whoever has enough gives something back, so that three of
five attempts come too late.
"""

from __future__ import annotations

import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import uuid4

import django
from django.db import connection, transaction

from svyazka.business.clients.models import Client
from svyazka.business.deals import opening
from svyazka.business.journal.record import Automaton
from svyazka.business.visits import periods
from svyazka.business.visits.models import Booking, Resource, Visit, VisitKind
from svyazka.business.visits.periods import Overlaps, Taken
from svyazka.config.bench.visits_phone import forget_everything
from svyazka.kit import clock

PROCESSES, EACH = 2, 16  # as the house has processes for pages, with threads in them
READY = timedelta(seconds=4)  # until all of them can begin
WARM_UP = timedelta(seconds=2)  # not counted: each session has to open, and to plan what it asks, once
SECONDS = 6.0
ENOUGH = 3  # visits of one writer


def main() -> None:
    """The figures go to stdout."""
    print(json.dumps(_writers()))


def _writers() -> dict[str, float]:
    """Teams of one to three on a few days of twenty engineers."""
    fight = _prepared()
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn"), django.setup) as pool:
        outcomes = sum(pool.map(fight.write, range(PROCESSES)), Counter[str]())
    overlaps, partial = _broken()
    return {
        "booked": outcomes["booked"] / SECONDS,
        "late": 100 * outcomes["taken"] / (outcomes["booked"] + outcomes["taken"]),
        "overlaps": overlaps,
        "partial": partial,
        "errors": sum(number for name, number in outcomes.items() if name.startswith("error")),
    }


def _prepared() -> Fight:
    forget_everything()
    hours = {str(day): [["08:00", "20:00"]] for day in range(7)}
    made = [
        Resource.objects.create(kind="engineer", name=f"Engineer {one}", skills=[], hours=hours) for one in range(20)
    ]
    kind = VisitKind.objects.create(code="any", skill="any", minutes=60)
    client = Client.objects.create(name="Vera")
    deal = opening.open_deal(client, by=Automaton("bench"))
    first = clock.day_bounds(clock.today() + timedelta(days=1))[0]
    return Fight(
        [one.pk for one in made], first, deal.pk, kind.pk, client.pk, time.time() + (READY + WARM_UP).total_seconds()
    )


@dataclass(frozen=True)
class Fight:
    resources: list[int]
    first: datetime
    deal: int
    kind: int
    client: int
    counts_from: float  # as time.time() says

    def write(self, process: int) -> Counter[str]:
        connection.pool.resize(1, EACH + 2)  # type: ignore[attr-defined]  # of Django's PostgreSQL
        time.sleep(max(0.0, self.counts_from - WARM_UP.total_seconds() - time.time()))
        with ThreadPoolExecutor(EACH) as pool:
            return sum(pool.map(self._one, range(process * EACH, (process + 1) * EACH)), Counter[str]())

    def _one(self, number: int) -> Counter[str]:
        chance, outcomes, mine = Random(number), Counter[str](), list[Visit]()  # noqa: S311  # no secret
        while (now := time.time()) < self.counts_from + SECONDS:
            outcome = self._tried(chance, mine)
            if now >= self.counts_from or outcome.startswith("error"):
                outcomes[outcome] += 1
        connection.close()
        return outcomes

    def _tried(self, chance: Random, mine: list[Visit]) -> str:
        try:
            return self._once(chance, mine)
        except Overlaps:
            return "taken"
        except Exception as error:  # a bench counts whatever a person would see
            return f"error {type(error).__name__}"

    def _once(self, chance: Random, mine: list[Visit]) -> str:
        if len(mine) > ENOUGH:
            with transaction.atomic():
                visit = mine.pop(0)
                periods.give_back(visit)
                with connection.cursor() as cursor:
                    cursor.execute("update visits_visit set status = 'cancelled' where id = %s", [visit.pk])
            return "given back"
        wanted = sorted(self._wanted(chance))
        first = wanted[0]
        with transaction.atomic():
            visit = Visit(
                deal_id=self.deal, kind_id=self.kind, client_id=self.client, resource_id=first.resource_id,
                address="there", starts_at=first.start, ends_at=first.end, request_id=uuid4(),
                facts={"rows": len(wanted)},
            )  # fmt: skip
            periods.take(wanted, kind=Booking.Kind.VISIT, visit=visit)
        mine.append(visit)
        return "booked"

    def _wanted(self, chance: Random) -> Iterator[Taken]:
        day, slot = chance.randrange(3), chance.randrange(27)
        start = self.first + timedelta(days=day, hours=9, minutes=20 * slot)
        end = start + timedelta(minutes=chance.choice([45, 60, 90]))
        for resource in chance.sample(self.resources, chance.choice([1, 1, 2, 3])):
            yield Taken(resource, start, end)


def _broken() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("""
            select count(*) from visits_booking a join visits_booking b
            on a.resource_id = b.resource_id and a.id < b.id and a.during && b.during""")
        overlaps = cursor.fetchone()[0]
        cursor.execute("""
            select count(*) from visits_visit v where status <> 'cancelled'
            and (v.facts ->> 'rows')::int <> (select count(*) from visits_booking b where b.visit_id = v.id)""")
        return overlaps, cursor.fetchone()[0]
