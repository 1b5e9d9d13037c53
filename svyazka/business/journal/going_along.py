"""When two clients become one, what was written down stays: who did what with which client then."""

from __future__ import annotations

from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.kit.going_along import Along, Fate

ALONG = Along(
    {
        (Entry, "client_id"): Fate.STAYS,
        (Entry, "object_id"): Fate.STAYS,
        (LiveEvent, "object_id"): Fate.STAYS,
    }
)
