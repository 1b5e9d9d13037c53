"""What is held of a client here: what he was shown and has signed."""

from __future__ import annotations

from svyazka.business.agreements.models import Agreement
from svyazka.kit.held import held

HELD = (
    held(
        Agreement,
        "client_id",
        "deal_id",
        "number",
        "outcome",
        "content",
        "note",
        "name",
        "strokes",
        "signed_at",
        "way",
        "code",
        "file",
        "channel",
        "address",
        "sent_at",
        "language",
        ours=("digest", "paper", "letter", "fingerprint"),
    ),
)
NOTHING = ("Terms", "Letterhead", "OldLink")
