"""What becomes of what is held of a client here when he is erased: what was sold has to stay for the taxes."""

from __future__ import annotations

from svyazka.business.offers.models import DealLine, Offer, Pricing
from svyazka.business.offers.of_client import HELD
from svyazka.kit.erased import Why, emptied, kept

ERASED = (
    emptied(
        Offer,
        HELD,
        "note",
        "file",
        "content",
        "wanted",
        "trouble",
        values={"try_at": None},
        stays=("title", "state", "language", "sent_by"),
        why=Why.TAXES,
    ),
    kept(DealLine, HELD, Why.TAXES, stays=("name", "unit")),
    kept(Pricing, HELD, Why.TAXES),
)
