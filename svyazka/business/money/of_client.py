"""What is held of a client here: what he owes, and what he has paid."""

from __future__ import annotations

from svyazka.business.money.models import BankDocument, Invoice, Part, Payer, Payment, PaymentLink, Refund
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
    held(
        BankDocument,
        "client_id",
        "number",
        "booked_on",
        "amount",
        "other_name",
        "other_tax_number",
        "other_kpp",
        "other_account",
        "purpose",
        ours=("state", "way", "why", "account", "key", "reasons"),
    ),
    held(PaymentLink, "client_id", "deal_id", "at", "amount", "state", "contact", "url", ours=("why", "outside_id")),
    held(Refund, "link__client_id", "link_id", "at", "amount", "state", "reason", ours=("why", "outside_id")),
    held(Payer, "client_id", "name", "key", "at"),
    held(Part, "payment__client_id", "payment_id", "invoice_id", "amount"),
)
NOTHING = ("Books", "Payee", "Statement", "StatementRules", "PaymentAccount")
