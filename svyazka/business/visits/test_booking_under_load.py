"""Thirty-two people fight for the same few days of two engineers."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from svyazka.business.deals import opening
from svyazka.business.deals.models import Deal
from svyazka.business.visits import booking, holding, slots
from svyazka.business.visits.models import Booking, CrewMember, Resource, Visit
from svyazka.kit.refusals import ChangedMeanwhile, Refused

WRITERS = 32
SECONDS = 4

_OVERLAPS = """
select count(*) from visits_booking a join visits_booking b
on a.resource_id = b.resource_id and a.id < b.id and a.during && b.during
"""


@dataclass
class World:
    deals: list
    kind: object
    resources: list
    times: list
    by: object
    ends: float
    asked: list[tuple[UUID, int]] = field(default_factory=list)


Act = Callable[[World, list[Visit], random.Random], str]


@pytest.fixture
def many_connections(transactional_db):
    pool = connection.pool
    pool.resize(1, WRITERS + 4)
    yield
    pool.resize(1, 20)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_w8_nobody_is_in_two_places_and_nobody_sees_a_deadlock(
    many_connections, windows, measurement, of_egor, of_ilya, vera, olga, monday
):
    world = World(
        deals=[opening.open_deal(vera, by=olga) for _ in range(WRITERS * 2)],
        kind=measurement,
        resources=[of_egor, of_ilya],
        times=[slot.starts_at for slot in slots.free_slots(measurement, from_day=monday, days=2)],
        by=olga,
        ends=time.monotonic() + SECONDS,
    )
    with ThreadPoolExecutor(WRITERS) as pool:
        outcomes = sum(pool.map(lambda number: _write(world, number), range(WRITERS)), Counter())

    broken = {name: count for name, count in outcomes.items() if name.startswith("broken")}
    assert broken == {}
    assert min(outcomes[name] for name in ("booked", "moved", "cancelled", "refused")) > 0
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAPS)
        assert cursor.fetchone() == (0,)
    # Every visit that is on has exactly its own period, and the others have none.
    on = {visit.pk: (visit.resource_id, visit.starts_at, visit.ends_at) for visit in Visit.objects.still_on()}
    held = {row.visit_id: (row.resource_id, row.during.lower, row.during.upper) for row in Booking.objects.all()}
    assert held == on
    assert len(held) == Booking.objects.count()
    answers = {
        request_id: {visit for other, visit in world.asked if other == request_id} for request_id, _ in world.asked
    }
    assert all(len(visits) == 1 for visits in answers.values())


def _write(world: World, number: int, act: Act | None = None) -> Counter[str]:
    chance = random.Random(number)
    outcomes: Counter[str] = Counter()
    mine: list[Visit] = []
    while time.monotonic() < world.ends:
        try:
            outcomes[(act or _one_thing)(world, mine, chance)] += 1
        except ChangedMeanwhile:
            outcomes["changed"] += 1
        except Refused:
            outcomes["refused"] += 1
        except Exception as error:
            outcomes[f"broken: {type(error).__name__} {error}"] += 1
        finally:
            connection.close()
    return outcomes


def _one_thing(world: World, mine: list[Visit], chance: random.Random) -> str:
    what = chance.random()
    resource, starts_at = chance.choice(world.resources), chance.choice(world.times)
    starts_at += timedelta(minutes=chance.choice([0, 0, 10, 20]))
    if mine and what < 0.3:
        booking.cancel(mine.pop(), reason="передумали", by=world.by)
        return "cancelled"
    if mine and what < 0.6:
        visit = chance.choice(mine)
        booking.move(visit, starts_at, resource, reason="просят позже", by=world.by)
        return "moved"
    if world.asked and what < 0.65:
        request_id, pk = chance.choice(world.asked)
        earlier = Visit.objects.select_related("deal").get(pk=pk)
    else:
        request_id, earlier = uuid4(), None
    deal = earlier.deal if earlier else chance.choice(world.deals)
    visit = booking.book(deal, world.kind, resource, starts_at, request_id=request_id, by=world.by)
    world.asked.append((request_id, visit.pk))
    if earlier:
        return "again"
    mine.append(visit)
    return "booked"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_request_for_many_deals_books_one_of_them(windows, vera, measurement, of_egor, hour, olga):
    deals = [opening.open_deal(vera, address="Лесная, 5", by=olga) for _ in range(6)]
    request_id = uuid4()

    def book(number: int) -> str:
        try:
            booking.book(deals[number], measurement, of_egor, hour(9 + number), request_id=request_id, by=olga)
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(6) as people:
        assert Counter(people.map(book, range(6))) == {"booked": 1, "refused": 5}


_PARTIAL = """
select count(*) from visits_visit v
where v.status <> 'cancelled' and (
    select array_agg(n) from (
        select count(*) as n from visits_booking b where b.visit_id = v.id group by lower(b.during)::date) per_day
) is distinct from array_fill(%s, array[(
    select count(distinct lower(during)::date) from visits_booking where visit_id = v.id)::int])::bigint[]
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_teams_of_several_days_are_booked_whole_or_not_at_all(
    many_connections, windows, installation, crew, named, vera, olga, hour
):
    """Three crews share their people and two vans: a team of four, with a van, for one to three days."""
    facts = {1: 15, 2: 30}  # openings: of one day, two, three
    people = [named(name) for name in ("Борис Орлов", "Сергей Зайцев", "Рустам Ахметов")]
    crew.members.all().delete()
    more = {"kind": "crew", "skills": ["installation"], "hours": crew.hours}
    crews = [crew, *(Resource.objects.create(name=f"Бригада {letter}", **more) for letter in "АБ")]
    for number, one in enumerate(crews):
        for member in (people[number], people[(number + 1) % 3]):
            CrewMember.objects.create(crew=one, member=member)
    deals = [opening.open_deal(vera, by=olga) for _ in range(WRITERS * 2)]
    for number, deal in enumerate(deals):
        Deal.objects.filter(pk=deal.pk).update(facts={"openings": facts[number % 3]} if number % 3 else {})
    world = World(
        deals=list(Deal.objects.filter(pk__in=[one.pk for one in deals]).select_related("client", "stage")),
        kind=installation,
        resources=crews,
        times=[hour(8, days=number) for number in (0, 1, 2, 3)],
        by=olga,
        ends=time.monotonic() + SECONDS,
    )
    with ThreadPoolExecutor(WRITERS) as pool:
        outcomes = sum(pool.map(lambda number: _write(world, number, _with_holds), range(WRITERS)), Counter())

    assert {name: count for name, count in outcomes.items() if name.startswith("broken")} == {}
    assert min(outcomes[name] for name in ("booked", "held", "refused")) > 0, outcomes
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAPS)
        assert cursor.fetchone() == (0,)
        cursor.execute(_PARTIAL, [4])  # the crew, two people, a van
        assert cursor.fetchone() == (0,)
    assert Booking.objects.filter(kind="visit").exclude(visit__status="planned").count() == 0


def _with_holds(world: World, mine: list[Visit], chance: random.Random) -> str:
    if chance.random() > 0.4:
        return _one_thing(world, mine, chance)
    deal, resource, starts_at = chance.choice(world.deals), chance.choice(world.resources), chance.choice(world.times)
    held = holding.hold(deal, world.kind, resource, starts_at, request_id=uuid4(), by=world.by)
    if chance.random() < 0.5:
        holding.release(held.request_id, by=world.by)
        return "held"
    given = {"request_id": uuid4(), "by": world.by, "hold": held.request_id}
    mine.append(booking.book(deal, world.kind, resource, starts_at, **given))
    return "held"
