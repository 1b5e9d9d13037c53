"""What becomes of what is held of a client here when he is erased: of lines of files it stays that there was one."""

from __future__ import annotations

from svyazka.business.imports.models import ImportLine
from svyazka.business.imports.of_client import HELD
from svyazka.kit.erased import emptied

ERASED = (emptied(ImportLine, HELD, "faults", "before", "after", values={"cells": []}, stays=("state",)),)
