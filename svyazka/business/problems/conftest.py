from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.kit import clock


@pytest.fixture
def deal(vera, mikhail):
    """Mikhail's deal with Vera: a person, a step, nothing wrong."""
    from svyazka.business.deals.opening import open_deal

    return open_deal(vera, responsible=mikhail, by=mikhail)


@pytest.fixture
def later(monkeypatch):
    """`later(hours=3)`: from now on it is so much later."""
    really = clock.now

    def go_on(**passed):
        monkeypatch.setattr(clock, "now", lambda: really() + timedelta(**passed))

    return go_on


@pytest.fixture
def problems():
    """What a sweep of all finds: kind → rows."""
    from svyazka.business.problems.models import Problem
    from svyazka.business.problems.sweep import sweep_all

    def found():
        sweep_all()
        return {problem.kind: problem for problem in Problem.objects.order_by("id")}

    return found
