"""What becomes of what is held of a client here when he is erased. What was learnt of his words is no longer words."""

from __future__ import annotations

from svyazka.business.sorting.models import Sorted
from svyazka.business.sorting.of_client import HELD
from svyazka.kit.erased import removed

ERASED = (removed(Sorted, HELD),)
