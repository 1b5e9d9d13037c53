from __future__ import annotations

import pytest

from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    measurement,
    monday,
    new_deal,
    of_egor,
    visit,
)
from svyazka.business.visits.road.conftest import at  # noqa: F401


@pytest.fixture
def noted(anna):
    """The company wants arrivals to be noted."""
    from svyazka.business.visits.road import rules

    given = {name: getattr(rules.rules(), name) for name in rules.BOUNDS}
    return rules.change(**given, is_on=True, tomorrow_at=None, notes_arrivals=True, by=anna)


@pytest.fixture
def agreed(noted, egor):
    """And Egor has agreed."""
    from svyazka.business.visits.whereabouts import consent

    return consent.give(egor)
