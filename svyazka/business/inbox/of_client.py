"""What is held of a client here: since when he waits for an answer, and which messages did not get to him."""

from __future__ import annotations

from svyazka.business.inbox.models import FallenBack, Thread
from svyazka.kit.held import held

HELD = (
    held(Thread, "client_id", "state", "category", "waits_since", "last_at", "last_text", ours=("last_account",)),
    held(FallenBack, "client_id", "at", ours=("why",)),
)
# Texts, rules and customs of the house; to whom a thread went.
NOTHING = ("QuickReply", "AnswerRules", "Habit", "RouteRule", "Routed")
