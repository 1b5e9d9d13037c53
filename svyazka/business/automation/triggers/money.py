"""Payments, invoices and debts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.asked import Ask
from svyazka.business.automation.texts import money
from svyazka.business.automation.trigger import Event, Happened
from svyazka.business.automation.triggers.told import ByTime, Told, besides, event_of
from svyazka.kit import clock

MONEY = _("Money")


class PaymentIn(Told):
    code: ClassVar[str] = "payment_in"
    title: ClassVar[Any] = _("A payment comes in")
    group: ClassVar[Any] = MONEY
    verbs: ClassVar[Sequence[str]] = ("money.paid",)

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("least", "money", _("Of at least"))]

    def words(self, options: Mapping[str, Any]) -> str:
        least = options["least"]
        return besides(self.title, gettext("at least {sum}").format(sum=money(least)) if least else "")

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        amount = row.changes.get("amount", [None, "0"])[1]
        if options["least"] and Decimal(amount) < Decimal(options["least"]):
            return None
        return event_of(row, payment=row.object_id, amount=amount)


class InvoicePaid(Told):
    code: ClassVar[str] = "invoice_paid"
    title: ClassVar[Any] = _("An invoice is paid in full")
    group: ClassVar[Any] = MONEY
    verbs: ClassVar[Sequence[str]] = ("money.settled",)

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        return event_of(row, invoice=row.object_id)


class InvoiceOverdue(ByTime):
    code: ClassVar[str] = "invoice_overdue"
    title: ClassVar[Any] = _("An invoice is overdue")
    group: ClassVar[Any] = MONEY

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        said = _("1: on the day after the last day for paying it.")
        return [Ask("days", "whole", _("By how many days"), help=said, required=True, least=1, most=366, initial=1)]

    def words(self, options: Mapping[str, Any]) -> str:
        count = options["days"]
        return besides(self.title, ngettext("by {count} day", "by {count} days", count).format(count=count))

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        """At midnight of the company."""
        late = timedelta(days=options["days"])
        first, last = clock.local(since).date() - late, clock.local(until).date() - late
        if first == last:
            return
        with connection.cursor() as cursor:
            cursor.execute(_OVERDUE, [first, last])
            for number, due_on, deal, client, amount in cursor.fetchall():
                at = clock.at(due_on + late, time())
                data = {"invoice": number, "amount": str(amount)}
                yield Event(f"overdue/{number}/{options['days']}", at, deal, client, number, None, data)


_OVERDUE = """
select id, due_on, deal_id, client_id, open_amount from money_invoice
where open_amount > 0 and due_on > %s and due_on <= %s
"""


class DebtAbove(ByTime):
    """Once for each debt: again when its oldest invoice is paid and it is as high all the same."""

    code: ClassVar[str] = "debt_above"
    title: ClassVar[Any] = _("A client's overdue debt is high")
    group: ClassVar[Any] = MONEY

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("sum", "money", _("From which sum on"), required=True)]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(self.title, gettext("from {sum} on").format(sum=money(options["sum"])))

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        with connection.cursor() as cursor:
            cursor.execute(_DEBTS, [clock.local(until).date(), Decimal(options["sum"])])
            for client, amount, oldest, deal in cursor.fetchall():
                data = {"amount": str(amount), "invoice": oldest}
                yield Event(f"debt/{client}/{oldest}", until, deal, client, oldest, None, data)


_DEBTS = """
select client_id, sum(open_amount), min(id), (array_agg(deal_id order by due_on, id))[1]
from money_invoice where open_amount > 0 and due_on < %s group by client_id having sum(open_amount) >= %s
"""
