"""What becomes of what is held of a client here when he is erased: number, date and state of an agreement have to
stay for the taxes; name, address, signature and the paper go."""

from __future__ import annotations

from django.db.models.functions import Now

from svyazka.business.agreements.models import Agreement
from svyazka.business.agreements.of_client import HELD
from svyazka.kit.erased import Why, emptied

# As `content.py` makes it, with nothing in it.
NOTHING_SAID = {
    "company": "", "details": "", "phone": "", "client": "", "form": "", "work": "", "at": "1970-01-01T00:00:00+00:00",
    "address": "", "next": "", "terms": "", "answers": {}, "besides": "", "language": "ru",
}  # fmt: skip

ERASED = (
    emptied(
        Agreement,
        HELD,
        "note",
        "name",
        "file",
        "channel",
        "address",
        values={
            "content": NOTHING_SAID, "strokes": [], "link_revoked_at": Now(), "try_at": None, "paper": "none",
            "letter": "none",
        },
        stays=("language", "code", "digest", "fingerprint"),
        why=Why.TAXES,
    ),
)  # fmt: skip
