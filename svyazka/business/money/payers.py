"""Whose money came in, and for which invoice: proposed with what speaks for it. Nothing is entered here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from svyazka.business.clients.matching.whose import whose_many
from svyazka.business.money import purpose
from svyazka.business.money.models import BankDocument, Invoice, Payer
from svyazka.business.money.purpose import Named
from svyazka.engines.matching import companies
from svyazka.engines.matching.decide import Decision
from svyazka.engines.matching.record import Given

OLDEST = timedelta(days=3 * 366)
# Accounts of companies and people; any other is the bank's own, through which many pay.
_OWN_ACCOUNT = re.compile(r"40[5-8]|42[36]|408")
_BEHIND_A_BANK = re.compile(r"//\s*([^/]{3,200}?)\s*(?://|$)")


@dataclass
class Proposal:
    """`is_no_client`: a person has said so of this payer before. `reasons`: keys of `bank_words.REASONS`, and what they
    are about."""

    client_id: int | None = None
    invoice_id: int | None = None
    is_certain: bool = False
    is_no_client: bool = False
    reasons: list[list[str]] = field(default_factory=list)

    def because(self, reason: str, about: object = "") -> None:
        self.reasons.append([reason, str(about)])


def propose(documents: Sequence[BankDocument]) -> list[Proposal]:
    """Each by itself; a few statements, however many they are."""
    known = {one.key: one for one in Payer.objects.filter(key__in={key for one in documents for key in keys_of(one)})}
    decisions = whose_many([_given(one) for one in documents])
    named = [purpose.invoices(one.purpose) for one in documents]
    money = _Money.read(documents, known, decisions, named)
    return [
        _Case(document, _payer(document, known), decision, money).propose(invoices)
        for document, decision, invoices in zip(documents, decisions, named, strict=True)
    ]


def keys_of(document: BankDocument) -> list[str]:
    """By what a payer is known again: his account; his tax number, unless it is only that of his bank."""
    if not _OWN_ACCOUNT.match(document.other_account):
        return []
    inn = document.other_tax_number
    return [f"account/{document.other_account}", *([f"inn/{inn}"] if inn else [])]


def _payer(document: BankDocument, known: Mapping[str, Payer]) -> Payer | None:
    return next((known[key] for key in keys_of(document) if key in known), None)


def _given(document: BankDocument) -> Given:
    """`ПАО БАНК//ПАВЛОВА ВЕРА ИВАНОВНА//`: whoever pays through a bank stands behind it."""
    behind = _BEHIND_A_BANK.search(document.other_name)
    if behind:
        return Given(names=(behind[1],))
    taxes = (document.other_tax_number,) if keys_of(document) and document.other_tax_number else ()
    name = (document.other_name,) if document.other_name else ()
    if len(document.other_tax_number) == 10 or companies.has_form(document.other_name):
        return Given(companies=name, tax_numbers=taxes)
    return Given(names=name, tax_numbers=taxes)


@dataclass(frozen=True)
class _Money:
    """The invoices that may be meant: by number, and the open ones by client."""

    by_number: Mapping[int, Sequence[Invoice]]
    open: Mapping[int, Sequence[Invoice]]

    @classmethod
    def read(
        cls,
        documents: Sequence[BankDocument],
        known: Mapping[str, Payer],
        decisions: Sequence[Decision],
        named: Sequence[Sequence[Named]],
    ) -> _Money:
        earliest = min((one.booked_on for one in documents), default=None)
        rows = Invoice.objects.filter(is_called_off=False)
        numbers = {one.number for each in named for one in each}
        found = rows.filter(number__in=numbers, issued_on__gte=earliest - OLDEST) if earliest and numbers else ()
        by_number, open_ones = defaultdict(list), defaultdict(list)
        for invoice in found:
            by_number[invoice.number or 0].append(invoice)
        clients = {one.client_id for one in known.values() if one.client_id} | {
            likely.id for decision in decisions for likely in decision.likely
        }
        for invoice in rows.filter(client__in=clients, open_amount__gt=0).order_by("due_on", "pk"):
            open_ones[invoice.client_id].append(invoice)
        return cls(by_number, open_ones)


class _Case:
    def __init__(self, document: BankDocument, payer: Payer | None, decision: Decision, money: _Money) -> None:
        self.document, self.payer, self.decision, self.money = document, payer, decision, money
        self.found = Proposal()

    def propose(self, named: Sequence[Named]) -> Proposal:
        if self.payer and self.payer.client_id is None:
            self.found.is_no_client = True
            return self.found
        known = self._known()
        invoices = [invoice for one in named if (invoice := self._invoice(one, known))]
        if invoices:
            self._for_invoices(invoices, known)
        elif known:
            self._without_invoice(known)
        elif self.decision.likely:
            self._by_name()
        return self.found

    def _known(self) -> int | None:
        """Whose money it surely is."""
        if self.payer and self.payer.client_id:
            self.found.because("payer")
            return self.payer.client_id
        same = [
            one.id for one in self.decision.likely if any(reason.term == "inn.same" for reason in one.score.reasons)
        ]
        if len(same) == 1:
            self.found.because("inn", self.document.other_tax_number)
            return same[0]
        if len(same) > 1:
            self.found.because("several_of_inn")
        return None

    def _invoice(self, named: Named, known: int | None) -> Invoice | None:
        """Of that day; without one the last of this number, of this client before those of others."""
        of_number = self.money.by_number.get(named.number, ())
        booked_on = self.document.booked_on
        fitting = [
            one for one in of_number if (one.issued_on == named.day if named.day else one.issued_on <= booked_on)
        ]
        return max(fitting, key=lambda one: (one.client_id == known, one.issued_on), default=None)

    def _for_invoices(self, invoices: Sequence[Invoice], known: int | None) -> None:
        first, amount = invoices[0], self.document.amount
        self.found.client_id = first.client_id
        for invoice in invoices:
            self.found.because("invoice", invoice.number)
        if any(one.client_id != first.client_id for one in invoices):
            self.found.because("several_clients")
            return
        self.found.invoice_id = first.pk if len(invoices) == 1 else None
        is_open = self._compare_sum(sum((one.open_amount for one in invoices), Decimal(0)))
        if known is None:
            is_named = any(one.id == first.client_id for one in self.decision.likely)
            self.found.because("name" if is_named else "unknown_payer", self.document.other_name)
            self.found.is_certain = is_named and len(invoices) == 1 and amount == first.open_amount
        elif known != first.client_id:
            self.found.because("another_payer")
        else:
            self.found.is_certain = is_open

    def _compare_sum(self, open_amount: Decimal) -> bool:
        """Whether so much is still to be paid."""
        amount = self.document.amount
        reason = "sum" if amount == open_amount else "part" if amount < open_amount else "more"
        self.found.because(reason, open_amount)
        return amount <= open_amount

    def _without_invoice(self, client_id: int) -> None:
        """As long as it cannot be for anything else, it is for that."""
        self.found.client_id = client_id
        of_client = self.money.open.get(client_id, ())
        of_this_sum = [one for one in of_client if one.open_amount == self.document.amount]
        if len(of_this_sum) == 1:
            self._take(of_this_sum[0])
            self.found.is_certain = True
        elif not of_client:
            self.found.because("advance")
        elif len(of_client) == 1:
            self.found.invoice_id = of_client[0].pk
            self.found.is_certain = self._compare_sum(of_client[0].open_amount)
        else:
            self.found.because("several_open", len(of_client))

    def _by_name(self) -> None:
        likely = self.decision.likely
        best = max(likely, key=lambda one: (any(True for _each in self._of_sum(one.id)), one.score.bits))
        self.found.client_id = best.id
        self.found.because("name", self.document.other_name)
        if len(likely) > 1:
            self.found.because("several_names", len(likely))
        of_sum = list(self._of_sum(best.id))
        if len(of_sum) == 1:
            self._take(of_sum[0])

    def _of_sum(self, client_id: int) -> Iterator[Invoice]:
        return (one for one in self.money.open.get(client_id, ()) if one.open_amount == self.document.amount)

    def _take(self, invoice: Invoice) -> None:
        self.found.invoice_id = invoice.pk
        self.found.because("sum", invoice.open_amount)
