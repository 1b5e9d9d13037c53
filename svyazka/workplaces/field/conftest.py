from __future__ import annotations

from svyazka.business.agreements.conftest import agree, form, given, offered, save, whole  # noqa: F401
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
