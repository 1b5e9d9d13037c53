"""When two clients become one, files are his. Two with the same content both stay: nothing of it is lost."""

from __future__ import annotations

from svyazka.business.files.models import KeptFile, Upload
from svyazka.kit.going_along import Along, Fate

ALONG = Along({(KeptFile, "client_id"): Fate.MOVES, (Upload, "client_id"): Fate.MOVES})
