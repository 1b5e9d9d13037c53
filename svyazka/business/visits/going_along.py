"""When two clients become one, visits and places on the waiting list are his. What hangs on a visit or a deal (windows,
links, what the client is told) goes with it."""

from __future__ import annotations

from svyazka.business.visits.models import Visit, Waiting
from svyazka.kit.going_along import Along, Fate

ALONG = Along({(Visit, "client_id"): Fate.MOVES, (Waiting, "client_id"): Fate.MOVES})
