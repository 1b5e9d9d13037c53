from __future__ import annotations

from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    installation,
    measurement,
    monday,
    new_deal,
    of_egor,
    of_ilya,
    visit,
)
