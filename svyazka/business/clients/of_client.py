"""What is held of a client here: who he is, how he can be reached, by what he was ever known, and his history."""

from __future__ import annotations

from svyazka.business.clients.models import Client, ContactPoint, Interaction, Trait
from svyazka.kit.held import held

HELD = (
    held(Client, "pk", "kind", "name", "address", "note", "facts", "created_at", ours=("found_by",)),
    held(ContactPoint, "client_id", "kind", "value", "shown", "account", "created_at"),
    held(Trait, "client_id", "kind", "value", "created_at"),
    held(Interaction, "client_id", "at", "kind", "direction", "channel", "text", "data"),
)
# What is made out of these, for searching and comparing, and pairs of clients of whom it says nothing else.
NOTHING = (
    "ClientRecord", "ClientKey", "Common", "Comparison", "WeightsVersion", "Apart", "SearchWord", "SearchPosting",
    "Source",
)  # fmt: skip
