"""What is held of a client here: what he owes, and what he has paid."""

from __future__ import annotations

from svyazka.business.money.models import Invoice, Part, Payment
from svyazka.kit.held import held

HELD = (
    held(
        Invoice,
        "client_id",
        "number",
        "deal_id",
        "issued_on",
        "due_on",
        "amount",
        "vat",
        "open_amount",
        "lines",
        "purpose",
        "called_off_on",
        "reason",
        ours=("payee",),
    ),
    held(Payment, "client_id", "deal_id", "paid_on", "amount", "document", "purpose", ours=("outside_id",)),
    held(Part, "payment__client_id", "payment_id", "invoice_id", "amount"),
)
NOTHING = ("Books", "Payee")
