"""When two clients become one, what either has agreed to is his."""

from __future__ import annotations

from svyazka.business.consents.models import ClientConsent
from svyazka.kit.going_along import Along, Fate

ALONG = Along({(ClientConsent, "client_id"): Fate.MOVES})
