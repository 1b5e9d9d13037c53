from __future__ import annotations

import time

from svyazka.kit.pace import Pace


def took(pace: Pace, times: int) -> float:
    begun = time.monotonic()
    for _time in range(times):
        pace.wait()
    return time.monotonic() - begun


def test_one_by_one():
    assert 0.2 <= took(Pace(0.05), 5) < 0.4


def test_some_at_once_and_then_one_by_one():
    pace = Pace(0.05, at_once=5)
    assert took(pace, 5) < 0.04
    assert 0.1 <= took(pace, 3) < 0.3


def test_after_a_pause_some_may_come_at_once_again():
    pace = Pace(0.02, at_once=5)
    took(pace, 5)
    time.sleep(0.12)
    assert took(pace, 5) < 0.02
