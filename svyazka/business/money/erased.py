"""What becomes of what is held of a client here when he is erased: sums, days and numbers have to stay for the taxes;
what was written about him beside them goes."""

from __future__ import annotations

from svyazka.business.money.models import BankDocument, Invoice, Part, Payer, Payment, PaymentLink, Refund
from svyazka.business.money.of_client import HELD
from svyazka.kit.erased import Why, emptied, kept, removed

ERASED = (
    emptied(Invoice, HELD, "purpose", "reason", stays=("lines", "payee"), why=Why.TAXES),
    emptied(Payment, HELD, "purpose", stays=("document", "outside_id"), why=Why.TAXES),
    emptied(
        BankDocument,
        HELD,
        "other_name",
        "other_tax_number",
        "other_kpp",
        "other_account",
        "purpose",
        "reasons",
        stays=("state", "way", "why", "account", "number", "key"),
        why=Why.TAXES,
    ),
    emptied(PaymentLink, HELD, "contact", "url", stays=("state", "why", "outside_id"), why=Why.TAXES),
    emptied(Refund, HELD, "reason", stays=("state", "why", "outside_id"), why=Why.TAXES),
    removed(Payer, HELD),
    kept(Part, HELD, Why.TAXES),
)
