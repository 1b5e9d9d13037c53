"""When two clients become one, a line of a file still says whom it was about."""

from __future__ import annotations

from svyazka.business.imports.models import ImportLine
from svyazka.kit.going_along import Along, Fate

ALONG = Along({(ImportLine, "object_id"): Fate.STAYS})
