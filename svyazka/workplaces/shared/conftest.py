from __future__ import annotations

from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    measurement,
    monday,
    of_egor,
    of_ilya,
    visit,
)
