"""When two clients become one, their calls are his. Numbers that are not rung are nobody's: they stay what they are."""

from __future__ import annotations

from svyazka.business.calls.models import Call
from svyazka.kit.going_along import Along, Fate

ALONG = Along({(Call, "client_id"): Fate.MOVES})
