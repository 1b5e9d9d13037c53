from __future__ import annotations

import pytest

from svyazka.business.visits.conftest import (  # noqa: F401
    crew,
    deal,
    hour,
    installation,
    measurement,
    monday,
    named,
    new_deal,
    of_egor,
    of_ilya,
    visit,
)


@pytest.fixture
def at(monkeypatch):
    def it_is(moment):
        monkeypatch.setattr("svyazka.kit.clock.now", lambda: moment)

    return it_is


@pytest.fixture
def morning(visit, hour, at):  # noqa: F811
    """Monday at eight: Vera is measured by Egor at ten."""
    at(hour(8))
    return visit
