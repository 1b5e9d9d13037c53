"""When two clients become one, agreements are his. What was signed stays word for word as it was."""

from __future__ import annotations

from svyazka.business.agreements.models import Agreement
from svyazka.kit.going_along import Along, Fate

ALONG = Along({(Agreement, "client_id"): Fate.MOVES})
