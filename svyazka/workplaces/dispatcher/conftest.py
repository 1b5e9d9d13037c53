from __future__ import annotations

from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    installation,
    measurement,
    monday,
    of_egor,
    of_ilya,
    visit,
)
from svyazka.business.visits.planning.conftest import crossed, plan, quickly, visit_at  # noqa: F401
