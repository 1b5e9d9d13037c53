from __future__ import annotations

from svyazka.business.agreements.conftest import agree, form, given, offered, save, whole  # noqa: F401
from svyazka.business.visits.conftest import (  # noqa: F401
    another_waits,
    by_day,
    deal,
    full_monday,
    hour,
    installation,
    measurement,
    monday,
    named,
    new_deal,
    of_egor,
    of_ilya,
    vera_waits,
    visit,
    wait,
)
from svyazka.business.visits.planning.conftest import crossed, known_place, plan, quickly, visit_at, waits_at  # noqa: F401
