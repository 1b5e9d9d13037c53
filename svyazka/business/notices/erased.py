"""What becomes of what is held of a client here when he is erased: notices of his deals among it."""

from __future__ import annotations

from svyazka.business.notices.models import Notice, Outgoing
from svyazka.business.notices.of_client import HELD
from svyazka.kit.erased import removed

ERASED = (removed(Outgoing, HELD), removed(Notice, HELD))
