"""When two clients become one, offers are his. What was sent stays word for word as it was."""

from __future__ import annotations

from svyazka.business.offers.models import Offer
from svyazka.kit.going_along import Along, Fate

ALONG = Along({(Offer, "client_id"): Fate.MOVES})
