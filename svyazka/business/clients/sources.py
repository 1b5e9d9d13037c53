"""Where requests come from. Which sources may go, `deals/paths/giving_up.py` knows."""

from __future__ import annotations

from svyazka.business.clients.models import Source
from svyazka.business.journal.names import Names

SOURCES = Names(Source, about="source", verb="clients.source")
