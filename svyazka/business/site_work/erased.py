"""What becomes of what is held of a client here when he is erased: what was paid and done has to stay for the
taxes."""

from __future__ import annotations

from svyazka.business.site_work.models import ExtraWork, Payment, UsedMaterial
from svyazka.business.site_work.of_client import HELD
from svyazka.kit.erased import Why, emptied, kept

ERASED = (
    kept(UsedMaterial, HELD, Why.TAXES, stays=("name", "unit")),
    emptied(
        ExtraWork,
        HELD,
        "consent_name",
        "consent_note",
        "consent_strokes",
        stays=("name", "unit", "consent"),
        why=Why.TAXES,
    ),
    emptied(Payment, HELD, "note", stays=("receipt",), why=Why.TAXES),
)
