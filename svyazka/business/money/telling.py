"""What happens with money stands in the journal and in the client's history, and the pages hear of it.

The history is read by everybody in the office: it says that something was paid, and no sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.money.models import Invoice, Payment

Put = tuple[Payment, Invoice, Decimal]
Changes = dict[str, tuple[Any, Any]]


def of_invoice(
    verb: Literal["invoiced", "called_off", "settled", "owed_changed"],
    invoice: Invoice,
    *,
    by: Actor,
    changes: Changes,
    note: str = "",
) -> None:
    about = About("invoice", invoice.pk, client_id=invoice.client_id, deal_id=invoice.deal_id)
    record(f"money.{verb}", about, by=by, changes=changes, note=note)
    announce("deal", invoice.deal_id, data={"client": invoice.client_id})


def of_payment(
    verb: Literal["paid", "refunded", "corrected"], payment: Payment, *, by: Actor, changes: Changes, note: str = ""
) -> None:
    about = About("payment", payment.pk, client_id=payment.client_id, deal_id=payment.deal_id)
    record(f"money.{verb}", about, by=by, changes=changes, note=note)
    if payment.deal_id:
        announce("deal", payment.deal_id, data={"client": payment.client_id})


def of_parts(verb: Literal["allocated", "released"], parts: Iterable[Put], *, by: Actor) -> None:
    """Each payment and invoice by itself: of one deal each. What is paid whole by it is said besides."""
    for payment, invoice, amount in parts:
        about = About("payment", payment.pk, client_id=payment.client_id, deal_id=invoice.deal_id)
        changes: Changes = {"invoice": (None, invoice.pk), "amount": (None, str(amount))}
        record(f"money.{verb}", about, by=by, changes=changes)
        if verb == "allocated" and not invoice.open_amount:
            of_invoice("settled", invoice, by=by, changes={"open_amount": (str(amount), "0.00")})


def in_history(event: str, *, client_id: int, deal_id: int | None, by: Actor, text: str = "", **data: Any) -> None:
    said = {"event": event, **data}
    history.add(client_id, kind=Interaction.Kind.PAYMENT, deal_id=deal_id, text=text, data=said, by=by)
