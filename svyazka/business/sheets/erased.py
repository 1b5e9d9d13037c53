"""What becomes of what is held of a client here when he is erased: what was measured is gone, that it was is not."""

from __future__ import annotations

from svyazka.business.sheets.models import Sheet, SheetVersion
from svyazka.business.sheets.of_client import HELD
from svyazka.kit.erased import emptied, removed

ERASED = (removed(SheetVersion, HELD), emptied(Sheet, HELD, "answers", "beside"))
