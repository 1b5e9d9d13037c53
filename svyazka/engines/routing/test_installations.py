from __future__ import annotations

import dataclasses
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import installations
from svyazka.engines.routing.installations import Crew, Installation, Placed, Weeks, schedule
from svyazka.engines.routing.made_up import Flat, weeks
from svyazka.engines.routing.problem import Point
from svyazka.engines.routing.watch import Watch

HERE, THERE = Point(55.7, 37.6), Point(55.9, 37.6)
BORIS, GLEB = Crew(1, HERE), Crew(2, THERE)


def settled(*jobs, crews=(BORIS,), stock=None, fixed=None, horizon=5):
    given_ = Weeks(jobs, crews, horizon, stock or {}, Flat(), fixed or {})
    return schedule(given_, watch=Watch(5))


def job(number, *, at=HERE, days=1, first=0, last=4, **more):
    return Installation(number, at, days, first, last, **more)


def test_the_nearest_crew_on_the_day_that_was_wished_for():
    found = settled(job(1, wish=3), job(2, at=THERE, wish=3), crews=(BORIS, GLEB))
    assert found.placed == {1: Placed(1, 3), 2: Placed(2, 3)}
    assert (found.cost, found.is_proven) == (0, True)


def test_a_crew_has_one_job_a_day_and_stays_until_it_is_done():
    found = settled(job(1, days=3), job(2, days=2))
    assert sorted((at.start, at.start + {1: 3, 2: 2}[one]) for one, at in found.placed.items()) in (
        [(0, 3), (3, 5)],
        [(0, 2), (2, 5)],
    )


def test_there_are_only_so_many_vans():
    jobs = [job(number, first=2, last=2, stock={"van": 1}) for number in (1, 2)]
    found = settled(*jobs, crews=(BORIS, GLEB), stock={"van": [1] * 5})
    assert (len(found.placed), list(found.unplaced.values())) == (1, ["room"])


def test_the_more_important_one_gets_the_only_day():
    found = settled(job(1, last=0), job(2, last=0, priority=3))
    assert (set(found.placed), found.unplaced) == ({2}, {1: "room"})


def test_what_is_fixed_stays():
    fixed = {1: Placed(1, 0)}
    found = settled(
        job(1, days=3, last=0, stock={"van": 1}), job(2), crews=(BORIS,), stock={"van": [1] * 5}, fixed=fixed
    )
    assert found.placed[1] == Placed(1, 0)
    assert found.placed[2].start >= 3


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (job(1, needs=frozenset({"roofs"})), "skill"),
        (job(1, territory="north"), "skill"),
        (job(1, first=3, last=3), "days"),
        (job(1, days=3), "days"),
        (job(1, stock={"lift": 2}), "stock"),
        (job(1, stock={"crane": 1}), "stock"),
    ],
)
def test_why_not(wanted, reason):
    crew = dataclasses.replace(BORIS, off=frozenset({2, 3}), territories=frozenset({"south"}))
    assert settled(wanted, crews=(crew,), stock={"lift": [1] * 5}).unplaced == {1: reason}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_never_more_than_there_is(seed, by_parts):
    random = Random(seed)
    made_up = weeks(seed, crews=random.randint(1, 6), jobs=random.randint(0, 30), territories=2)
    with pytest.MonkeyPatch.context() as patched:
        if by_parts:
            patched.setattr(installations, "AT_ONCE", 0)
            patched.setattr(installations, "JOBS", 7)
        found = schedule(made_up, watch=Watch(5))
    check(made_up, found)
    assert set(found.placed) | set(found.unplaced) == {job.id for job in made_up.jobs}
    assert set(found.placed).isdisjoint(found.unplaced)


def check(made_up, found):
    crews, busy, taken = {crew.id: crew for crew in made_up.crews}, Counter(), Counter()
    for number, (crew_id, start) in found.placed.items():
        job, crew = made_up.job[number], crews[crew_id]
        assert job.first <= start <= job.last
        assert start + job.days <= made_up.horizon
        assert job.needs <= crew.skills
        assert not job.territory or not crew.territories or job.territory in crew.territories
        for at in range(start, start + job.days):
            assert at not in crew.off
            busy[crew_id, at] += 1
            taken.update({(kind, at): many for kind, many in job.stock.items()})
    assert all(many == 1 for many in busy.values())
    assert all(many <= made_up.stock[kind][at] for (kind, at), many in taken.items())
