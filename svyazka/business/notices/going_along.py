"""When two clients become one, a notice leads to the one who is left."""

from __future__ import annotations

from svyazka.business.notices.models import Notice
from svyazka.kit.going_along import Along, Fate

ALONG = Along({(Notice, "client_id"): Fate.MOVES})
