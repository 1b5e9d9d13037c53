"""What becomes of what is held of a client here when he is erased: that he had agreed, to which words and until
when, is what the company can show of having had the right to."""

from __future__ import annotations

from svyazka.business.consents.models import ClientConsent
from svyazka.business.consents.of_client import HELD
from svyazka.kit.erased import Why, emptied

ERASED = (emptied(ClientConsent, HELD, "page", why=Why.PROOF),)
