"""The books: until which day nothing is changed, and how long clients have to pay. The database keeps the promise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.money.models import Books, Payee
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LONGEST_DAYS = 365
_LONGEST = {
    "name": 160, "inn": 12, "kpp": 9, "bank": 160, "bik": 9, "account": 20, "bank_account": 20, "address": 300,
    "head": 120, "accountant": 120,
}  # fmt: skip
_DIGITS = {"inn": (10, 12), "kpp": (9,), "bik": (9,), "account": (20,), "bank_account": (20,)}


class Closed(Refused):
    """The day lies in a period that nobody changes any more."""

    def __init__(self, until: date) -> None:
        said = _("The books are closed until {day}. What was wrong there is put right with a later date.")
        super().__init__(said.format(day=formats.date_format(until, "j E Y")))


def books() -> Books:
    return Books.objects.filter(pk=1).first() or Books(pk=1)


def insist_open(day: date) -> None:
    """Raises Closed. Held until the end of the transaction: nobody closes this day meanwhile."""
    found = Books.objects.raw("select * from money_books where id = 1 for share")
    until = next((one.closed_until for one in found), None)
    if until and day <= until:
        raise Closed(until)


def is_open(day: date) -> bool:
    until = books().closed_until
    return until is None or day > until


def open_day(day: date) -> date:
    """That day, or the first one after it that is open: money that was taken is entered all the same."""
    until = books().closed_until
    return until + timedelta(days=1) if until and day <= until else day


def due(issued_on: date) -> date:
    return issued_on + timedelta(days=books().days_to_pay)


@transaction.atomic
def close(until: date | None, *, by: Actor) -> None:
    """Up to this day and with it; none, or an earlier one, opens what was closed. Today is never closed."""
    if until and until >= clock.today():
        said = _("Only days that are over can be closed.")
        raise Refused(said, fields={"closed_until": said})
    current = _held()
    if current.closed_until == until:
        return
    before, current.closed_until = current.closed_until, until
    current.save()
    record("money.closed", About("books", 1), by=by, changes={"closed_until": (before, until)})


@transaction.atomic
def give_time(days: int, *, by: Actor) -> None:
    """Within how many days a new invoice is to be paid."""
    if not 0 <= days <= LONGEST_DAYS:
        said = _("A number of days from 0 to {most} is needed here.").format(most=LONGEST_DAYS)
        raise Refused(said, fields={"days_to_pay": said})
    current = _held()
    if current.days_to_pay != days:
        before, current.days_to_pay = current.days_to_pay, days
        current.save()
        record("money.books_changed", About("books", 1), by=by, changes={"days_to_pay": (before, days)})


def payee() -> Payee:
    return Payee.objects.filter(pk=1).first() or Payee(pk=1)


@transaction.atomic
def change_payee(given: dict[str, str], *, by: Actor) -> None:
    """What stands on invoices from now on; those that were made out keep what they have."""
    clean = {name: " ".join(storable(typed).split()) for name, typed in given.items()}
    _refuse_payee(clean)
    _held()
    current = payee()
    changes: dict[str, tuple[Any, Any]] = {
        name: (getattr(current, name), said) for name, said in clean.items() if getattr(current, name) != said
    }
    if changes:
        for name, said in clean.items():
            setattr(current, name, said)
        current.save()
        record("money.payee_changed", About("books", 1), by=by, changes=changes)


def _refuse_payee(clean: dict[str, str]) -> None:
    wrong: dict[str, object] = {}
    for name, said in clean.items():
        lengths = _DIGITS.get(name)
        if said and lengths and not (said.isascii() and said.isdigit() and len(said) in lengths):
            wrong[name] = _("{number} digits are needed here.").format(number=" / ".join(map(str, lengths)))
        elif len(said) > _LONGEST[name]:
            wrong[name] = _("This is too long.")
    if wrong:
        raise Refused(_("Look at the inputs that are marked."), fields=wrong)


def _held() -> Books:
    Books.objects.get_or_create(pk=1)
    return Books.objects.select_for_update().get(pk=1)
