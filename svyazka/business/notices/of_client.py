"""What is held of a client here: what the staff were told of him."""

from __future__ import annotations

from svyazka.business.notices.models import Notice, Outgoing
from svyazka.kit.held import held

HELD = (
    held(Notice, "client_id", "at", "kind", "data", ours=("sent_by",)),
    held(Outgoing, "notice__client_id", "at", "text", ours=("account", "user_id")),
)
# The devices, chats and wishes of the staff.
NOTHING = ("Device", "QuietHours", "Wish", "Chat", "LinkCode", "Outage")
