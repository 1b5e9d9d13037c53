"""What is held of a client here: what he has agreed to."""

from __future__ import annotations

from svyazka.business.consents.models import ClientConsent
from svyazka.kit.held import held

HELD = (
    held(
        ClientConsent,
        "client_id",
        "kind",
        "text__version",
        "text__words",
        "source",
        "page",
        "given_at",
        "withdrawn_at",
    ),
)
NOTHING = ("ConsentText",)
