"""What becomes of what is held of a client here when he is erased. Who was merged into him stays merged: there is
nothing left that could be put back."""

from __future__ import annotations

from svyazka.business.duplicates.models import Merge, MergedRow, Suspicion
from svyazka.business.duplicates.of_client import HELD
from svyazka.kit.erased import removed

ERASED = (removed(Suspicion, HELD), removed(MergedRow, HELD), removed(Merge, HELD))
