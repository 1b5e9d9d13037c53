"""What is decided on one document of a bank: whose money it is, or nobody's who is a client."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.clients.models import Client
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.money import payers, payments
from svyazka.business.money.models import BankDocument, Invoice, Payer, Payment, Statement
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import ChangedMeanwhile, Refused

State = BankDocument.State


@transaction.atomic
def enter(
    document: BankDocument, *, client: Client | None = None, invoice: Invoice | None = None, by: Actor
) -> BankDocument:
    """To the client and invoice that are proposed, or to others. Pressed twice, it is one payment. What a person has
    decided is remembered for the next time this payer pays."""
    current = _held(document)
    chosen = client or current.client
    if chosen is None:
        raise Refused(_("Choose whose money it is."))
    if current.state == State.ENTERED and current.client_id == chosen.pk:
        return current
    if current.state not in (State.WAITS, State.LEFT, State.ASIDE):
        raise ChangedMeanwhile
    if current.of.state == Statement.State.UNDOING:
        raise Refused(_("This file is at work already. Look at the new state."))
    if current.way != BankDocument.Way.IN or current.why == "currency":
        raise Refused(_("Only roubles that came in are entered from a statement."))
    its_invoice = invoice if client else current.invoice
    if its_invoice and its_invoice.is_called_off:
        its_invoice = None
    payment = payments.enter(
        chosen,
        current.amount,
        paid_on=current.booked_on,
        origin=Payment.Origin.BANK,
        invoice=its_invoice,
        outside_id=f"{current.key}.{current.pk}.{current.turn}",
        document=current.number,
        purpose=current.purpose,
        by=by,
    )
    current.client_id, current.invoice, current.payment = payment.client_id, its_invoice, payment
    _settle(current, State.ENTERED, by=by)
    if isinstance(by, Person):
        _remember(current, current.client_id, by=by)
    return current


@transaction.atomic
def not_a_clients(document: BankDocument, *, remembers: bool = False, by: Person) -> BankDocument:
    """Interest, a refund of taxes, a loan. `remembers`: all that this payer pays is left from now on."""
    current = _held(document)
    if current.state == State.LEFT and current.why == "no_client":
        return current
    if current.state not in (State.WAITS, State.ASIDE):
        raise ChangedMeanwhile
    _settle(current, State.LEFT, why="no_client", by=by)
    if remembers:
        _remember(current, None, by=by)
    return current


@transaction.atomic
def take_back(document: BankDocument, *, by: Person) -> BankDocument:
    """It waits again. A payment that was entered is corrected to nothing: both rows stay in the books."""
    current = _held(document)
    if current.state == State.ENTERED and current.payment:
        if payments.stands_at(current.payment) != Decimal(0):
            payments.correct(current.payment, Decimal(0), _("taken back from the bank statement"), by=by)
        current.turn += 1
        current.payment = None
    elif current.state != State.LEFT or current.way != BankDocument.Way.IN:
        raise ChangedMeanwhile
    if current.why == "no_client":
        Payer.objects.filter(key__in=payers.keys_of(current), client=None).delete()
    _settle(current, State.WAITS, by=by)
    return current


def _held(document: BankDocument) -> BankDocument:
    """With its file: while that is undone, nobody enters what it says."""
    rows = BankDocument.objects.select_for_update(of=("self", "of")).select_related(
        "client", "invoice", "payment", "of"
    )
    return rows.get(pk=document.pk)


def _settle(current: BankDocument, state: State, *, why: str = "", by: Actor) -> None:
    before, current.state, current.why, current.by_id = current.state, state, why, by.actor_id
    current.save(update_fields=["state", "why", "by", "client", "invoice", "payment", "turn"])
    about = About("bank_document", current.pk, client_id=current.client_id if state == State.ENTERED else None)
    record("money.bank_document", about, by=by, changes={"state": (str(before), str(state))})
    announce("statement", current.of_id)


def _remember(document: BankDocument, client_id: int | None, *, by: Person) -> None:
    """An account says more than a tax number: a person's bank may stand there with its own."""
    for key in payers.keys_of(document)[:1]:
        known = {"client_id": client_id, "name": document.other_name, "by": by}
        Payer.objects.update_or_create(key=key, defaults=known)
