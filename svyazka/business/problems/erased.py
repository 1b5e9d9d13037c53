"""What becomes of what is held of a client here when he is erased."""

from __future__ import annotations

from svyazka.business.problems.models import Problem
from svyazka.business.problems.of_client import HELD
from svyazka.kit.erased import removed

ERASED = (removed(Problem, HELD),)
