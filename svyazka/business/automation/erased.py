"""What becomes of what is held of a client here when he is erased: the rules no longer know that they acted."""

from __future__ import annotations

from svyazka.business.automation.models import Run, Step
from svyazka.business.automation.of_client import HELD
from svyazka.kit.erased import removed

ERASED = (removed(Step, HELD), removed(Run, HELD))
