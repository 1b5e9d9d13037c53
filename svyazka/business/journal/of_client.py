"""What is held of a client here: what was changed of him and his, and when."""

from __future__ import annotations

from svyazka.business.journal.models import Entry
from svyazka.kit.held import held

HELD = (held(Entry, "client_id", "at", "verb", "kind", "object_id", "changes", "note", ours=("actor",)),)
NOTHING = ("LiveEvent",)
