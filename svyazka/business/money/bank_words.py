"""What is said of bank documents in codes, in words."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.money.statement_file import Why
from svyazka.kit import money

# What speaks for whom a payment is proposed to, and what against it.
REASONS = {
    "payer": gettext_lazy("paid for this client before, from the same account"),
    "inn": gettext_lazy("the client’s tax number: {about}"),
    "several_of_inn": gettext_lazy("several clients have this tax number"),
    "invoice": gettext_lazy("the purpose names invoice № {about}"),
    "several_clients": gettext_lazy("the invoices are of several clients"),
    "unknown_payer": gettext_lazy("the payer is not known here"),
    "another_payer": gettext_lazy("somebody else pays: the account is another client’s"),
    "sum": gettext_lazy("exactly what is open: {about} ₽"),
    "part": gettext_lazy("less than is open: {about} ₽"),
    "more": gettext_lazy("more than is open: {about} ₽"),
    "advance": gettext_lazy("nothing is open: it is an advance"),
    "several_open": gettext_lazy("open invoices: {about}; the one due first is paid first"),
    "name": gettext_lazy("by the name of the payer"),
    "several_names": gettext_lazy("clients who may be called so: {about}"),
}
AGAINST = frozenset(
    {"several_of_inn", "several_clients", "unknown_payer", "another_payer", "more", "several_open", "several_names"}
)
_SUMS = frozenset({"sum", "part", "more"})
# Why a document is not entered.
WHY = {
    "out": gettext_lazy("went out"),
    "between": gettext_lazy("between own accounts"),
    "no_client": gettext_lazy("not a client’s money"),
    "known": gettext_lazy("stands in another file already"),
    "closed": gettext_lazy("its day lies in a closed period"),
    "currency": gettext_lazy("not in roubles"),
    "stays": gettext_lazy("could not be taken back"),
    "to_come": gettext_lazy("its day is still to come"),
}
# What could not be read.
TROUBLES = {
    Why.NO_AMOUNT: gettext_lazy("no sum that can be read"),
    Why.NO_DAY: gettext_lazy("no day that can be read"),
    Why.NO_ACCOUNT: gettext_lazy("no account"),
    Why.NOT_ENDED: gettext_lazy("the document does not end"),
    Why.BAD_BALANCE: gettext_lazy("a balance that is no sum"),
    Why.NO_PLACE: gettext_lazy("a line that belongs to nothing"),
    Why.CUT_OFF: gettext_lazy("the end of the file is missing: the bank’s file was cut off"),
}
NO_ACCOUNT_OF_OURS = "not_ours"
# Where what the bank says of an account does not add up.
DIFFERENCES = {
    "closing": gettext_lazy("opening balance + in − out is not the closing balance; the difference is {about} ₽"),
    "in": gettext_lazy("the bank says that more or less came in than stands in the documents: by {about} ₽"),
    "out": gettext_lazy("the bank says that more or less went out than stands in the documents: by {about} ₽"),
    "gap": gettext_lazy("one day does not begin with what the day before it ended with: by {about} ₽"),
}


def reason(code: str, about: str) -> str:
    said = _roubles(about) if code in _SUMS else about
    return str(REASONS[code]).format(about=said) if code in REASONS else code


def trouble(code: str) -> str:
    if code == NO_ACCOUNT_OF_OURS:
        return _("none of the accounts is ours")
    return str(TROUBLES[Why(code)]) if code in TROUBLES else code


def difference(code: str, about: str) -> str:
    return str(DIFFERENCES[code]).format(about=_roubles(about)) if code in DIFFERENCES else code


def why(code: str) -> str:
    return str(WHY.get(code, code))


def _roubles(said: str) -> str:
    try:
        return money.shown(Decimal(said))
    except InvalidOperation:
        return said
