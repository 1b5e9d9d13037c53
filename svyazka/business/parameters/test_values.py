from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import history
from svyazka.business.deals.models import Deal, Task
from svyazka.business.money import invoices, payments
from svyazka.business.money.lines import line
from svyazka.business.money.models import Invoice
from svyazka.business.offers import lines
from svyazka.business.offers.lines import Wish
from svyazka.business.offers.sums import Off
from svyazka.business.parameters.names import KNOWN, SOURCES, names_of
from svyazka.business.parameters.values import values_of
from svyazka.engines.formulas.formula import Kind
from svyazka.kit import clock

KINDS = {
    Kind.NUMBER: Decimal,
    Kind.MONEY: Decimal,
    Kind.TEXT: str,
    Kind.YES: bool,
    Kind.LIST: tuple,
}


@pytest.mark.parametrize("of", ["deal", "client", "person"])
def test_every_name_is_of_its_kind_in_few_statements(of, deals, vera, mikhail, olga):
    history.add(vera.pk, kind="call", direction="in", deal_id=deals[0].pk, data={"result": "answered"}, by=olga)
    ids = {"deal": [deal.pk for deal in deals], "client": [vera.pk], "person": [mikhail.pk, olga.pk]}[of]
    names = names_of(of)
    with CaptureQueriesContext(connection) as asked:
        found = values_of(of, ids, names)
    assert len(asked) <= len(SOURCES[of]) + 3
    for values in found.values():
        for code, value in values.items():
            wanted = KINDS.get(names[code].kind)
            assert value is None or wanted is None or isinstance(value, wanted), code


def test_as_many_statements_for_one_as_for_thirty(deals):
    names = [*KNOWN["deal"], "field.costs"]
    for ids in ([deals[0].pk], [deal.pk for deal in deals]):
        with CaptureQueriesContext(connection) as asked:
            values_of("deal", ids, names)
        assert len(asked) == len(SOURCES["deal"]) + 2


def test_calls_money_and_tasks_of_a_deal(deals, vera, olga, roza):
    deal = deals[0]
    for direction, result in (("in", "missed"), ("out", "answered"), ("in", "answered")):
        history.add(vera.pk, kind="call", direction=direction, deal_id=deal.pk, data={"result": result}, by=olga)
    today = clock.today()
    invoice = invoices.issue(deal, [line("Окно", Decimal(1), Decimal(900))], by=roza)
    Invoice.objects.filter(pk=invoice.pk).update(due_on=today - timedelta(days=2))
    payments.enter(vera, Decimal(600), paid_on=today, origin="hand", invoice=invoice, by=roza)
    Task.objects.create(deal=deal, what="Позвонить", due_at=clock.now() - timedelta(hours=1))
    asked = (
        "calls.all", "calls.in", "calls.missed", "calls.spoken", "money.debt", "money.overdue", "money.paid",
        "tasks.overdue", "calls.before_visit",
    )  # fmt: skip
    found = values_of("deal", [deal.pk, deals[1].pk], asked)
    assert [found[deal.pk].get(code) for code in asked] == [3, 2, 1, 2, 300, 300, 600, 1, None]
    assert [found[deals[1].pk].get(code) for code in asked] == [0, 0, 0, 0, 0, 0, 0, 0, None]


def test_what_is_chosen_from_lists_goes_by_its_code(deals, mikhail):
    deal = deals[0]
    Deal.objects.filter(pk=deal.pk).update(responsible=mikhail)
    values = values_of("deal", [deal.pk], ["deal.stage", "deal.responsible", "deal.source"])[deal.pk]
    assert values["deal.stage"] == (f"{deal.pipeline.code}/{deal.stage.code}",)
    assert (values["deal.responsible"], values["deal.source"]) == ((str(mikhail.pk),), None)
    assert names_of("deal")["deal.stage"].choices[values["deal.stage"][0]].endswith(deal.stage.name)


def test_what_a_deal_sells(deals, mikhail):
    window = Wish("Окно", "шт", Decimal(2), Decimal(1220), Off(Decimal(10)), vat_rate=Decimal(22))
    lines.write(deals[0].pk, [window], version=0, by=mikhail)
    names = ["products.total", "products.net", "products.discount", "products.lines"]
    found = values_of("deal", [deals[0].pk, deals[1].pk], names)
    assert [found[deals[0].pk][name] for name in names] == [2196, 1800, 244, 1]
    assert [found[deals[1].pk][name] for name in names] == [0] * 4
