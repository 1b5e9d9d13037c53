from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest


@pytest.fixture
def deal(vera, olga):
    from svyazka.business.deals import opening

    return opening.open_deal(vera, by=olga)


@pytest.fixture
def new_deal(olga):
    """`new_deal("Пётр")`: of a client who has not been here before."""
    from svyazka.business.clients.models import Client
    from svyazka.business.deals import opening

    return lambda name: opening.open_deal(Client.objects.create(name=name), by=olga)


@pytest.fixture
def invoice(deal, roza):
    """An invoice of Vera's deal: `invoice(1000, days=5)`; `days` until it is due, less than nothing: overdue."""
    from svyazka.business.money import invoices
    from svyazka.business.money.lines import line
    from svyazka.business.money.models import Invoice
    from svyazka.kit import clock

    def make(amount=1000, *, of=deal, days=5, **more):
        billed = [line("Окно", Decimal(1), Decimal(str(amount)))]
        made = invoices.issue(of, billed, by=roza, **more)
        due_on = clock.today() + timedelta(days=days)
        Invoice.objects.filter(pk=made.pk).update(due_on=due_on)
        made.due_on = due_on
        return made

    return make


@pytest.fixture
def paid(deal, roza):
    """A payment of Vera's by hand: `paid(500, of=deal)`; without a deal `of=None`."""
    from svyazka.business.clients.models import Client
    from svyazka.business.money import payments
    from svyazka.kit import clock

    def enter(amount, *, of=deal, client=None, **more):
        whose = client or Client.objects.get(pk=(of or deal).client_id)
        given = {"paid_on": clock.today(), "origin": "hand", "by": roza, **more}
        return payments.enter(whose, Decimal(str(amount)), deal=of, **given)

    return enter
