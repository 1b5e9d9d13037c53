"""When two clients become one, what either owes and has paid is his. Which payment is for what stays."""

from __future__ import annotations

from svyazka.business.money.models import BankDocument, Invoice, Payer, Payment, PaymentLink
from svyazka.kit.going_along import Along, Fate

ALONG = Along({(model, "client_id"): Fate.MOVES for model in (Invoice, Payment, BankDocument, Payer, PaymentLink)})
