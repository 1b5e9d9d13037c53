"""Whether all that lies in a mailbox has come in: its numbers of the last days, beside those of the ledger."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime

from svyazka.business.conversations import mailbox
from svyazka.business.intake.counted_there import Asking, Counted
from svyazka.connectors.email import imap

JUST_COME = 600.0  # seconds: it may be on its way into the ledger


def count(asking: Asking) -> Counted:
    box = mailbox.of(asking.access)
    if box.reading is None:
        return Counted()
    since = max(asking.since.timestamp(), _opened_at(box))
    found: dict[str, None] = {}
    with imap.opened(box.reading) as line:
        for folder in box.folders:
            line.folder.set(folder, readonly=True)
            validity = line.folder.status(folder, ["UIDVALIDITY"]).get("UIDVALIDITY", 0)
            for one in imap.measured(line, imap.look(line, f"SINCE {imap.day(since)}")):
                if since <= one.at < time.time() - JUST_COME:
                    found[f"{folder}/{validity}/{one.uid}"] = None
    return Counted(found)


def _opened_at(box: mailbox.Mailbox) -> float:
    """What came before is nobody's concern, and some minutes more: the other clock may be slow."""
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(box.opened_at).timestamp() + JUST_COME
    return 0.0
