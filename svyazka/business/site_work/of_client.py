"""What is held of a client here: what was used and done at his place, and what he has paid."""

from __future__ import annotations

from svyazka.business.site_work.models import ExtraWork, Payment, UsedMaterial
from svyazka.kit.held import held

HELD = (
    held(UsedMaterial, "visit__client_id", "visit_id", "name", "quantity", "unit", "at"),
    held(
        ExtraWork,
        "visit__client_id",
        "visit_id",
        "name",
        "quantity",
        "unit",
        "price",
        "at",
        "consent",
        "consent_name",
        "consent_note",
        "consent_at",
        "consent_strokes",
    ),
    held(Payment, "deal__client_id", "deal_id", "at", "amount", "way__words", "receipt", "note"),
)
NOTHING = ("PriceLine", "PriceLine_visit_kinds", "UsualAmount", "PaymentWay", "SiteRules")
