"""What is held of a client here: what he wanted to buy, and what he was offered."""

from __future__ import annotations

from svyazka.business.offers.models import DealLine, Offer, Pricing
from svyazka.kit.held import held

HELD = (
    held(DealLine, "deal__client_id", "deal_id", "name", "unit", "quantity", "price", "discount", "vat_rate", "sum"),
    held(Pricing, "deal__client_id", "deal_id", "discount", "vat", "total"),
    held(
        Offer, "client_id", "deal_id", "title", "edition", "state", "content", "total", "made_at", "valid_until",
        "sent_at", "answered_at", "note", "language", "file", ours=("sent_by", "trouble", "wanted"),
    ),
)  # fmt: skip
NOTHING = ("SellingRules", "OfferTemplate", "OfferCounter")
