"""What becomes of what is held of a client here when he is erased: nobody has to answer him any more."""

from __future__ import annotations

from svyazka.business.inbox.models import FallenBack, Thread
from svyazka.business.inbox.of_client import HELD
from svyazka.kit.erased import removed

ERASED = (removed(FallenBack, HELD), removed(Thread, HELD))
