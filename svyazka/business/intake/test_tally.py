from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.intake import tally
from svyazka.business.intake.models import Arrival, ArrivalTally
from svyazka.business.intake.tally import Standing
from svyazka.kit import clock


@pytest.fixture
def now(db):
    return clock.now().replace(minute=30, second=0, microsecond=0) - timedelta(hours=1)


def come(account: str, at, *, state: str = "done") -> Arrival:
    number = Arrival.objects.count()
    return Arrival.objects.create(
        received_at=at, next_try_at=at, account=account, connector="telegram", outside_id=str(number),
        conversation=account, body=b"", state=state,
    )  # fmt: skip


def test_it_grows_with_what_came_since_and_counts_nothing_twice(now):
    for minutes in (0, 1, 70):
        come("telegram/main", now - timedelta(minutes=minutes))
    come("max/main", now)
    assert [tally.fold_in(), tally.fold_in()] == [4, 0]
    come("telegram/main", now + timedelta(minutes=1))
    assert tally.fold_in() == 1
    counts = dict(ArrivalTally.objects.filter(account="telegram/main").values_list("hour", "count"))
    assert sorted(counts.values()) == [1, 3]


def test_what_came_this_moment_is_left_for_the_next_time(now):
    come("telegram/main", clock.now())
    assert tally.fold_in() == 0


def test_how_each_account_stands(now):
    come("telegram/main", now)
    come("telegram/main", now - timedelta(days=3))
    come("telegram/main", now - timedelta(minutes=5), state="again")
    come("telegram/main", now - timedelta(minutes=9), state="stuck")
    come("max/main", now, state="new")
    tally.fold_in()
    found = tally.standings()
    assert found["telegram/main"] == Standing(3, 4, now, 1, now - timedelta(minutes=5), 1)
    assert found["max/main"] == Standing(1, 1, now, 1, now, 0)


def test_old_hours_are_forgotten(now):
    ArrivalTally.objects.create(account="max/main", hour=now - timedelta(days=100), count=1, last_at=now)
    tally.forget_old()
    assert not ArrivalTally.objects.exists()
