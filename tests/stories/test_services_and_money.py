"""What company C sells, what its clients owe, and the figures that come of it by themselves."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import translation

from svyazka.business.automation import follow, rules, run
from svyazka.business.catalogue.models import Product
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Pipeline, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.money import debts, invoices, payments
from svyazka.business.offers import lines
from svyazka.business.offers.lines import Wish, lines_of
from svyazka.business.parameters import defining, rounds
from svyazka.business.parameters.models import Figure
from svyazka.business.parameters.names import names_of
from svyazka.business.staff.models import Person
from svyazka.kit import clock


def work() -> None:
    """The worker goes round until nothing is due."""
    for _round in range(3):
        rounds.follow()
        while rounds.go_on():
            pass
        while follow.follow() + run.work_off():
            pass


def named(of: str, code: str) -> str:
    return f"[{names_of(of)[code].words}]"


def test_c8_services_are_products_debts_fall_and_figures_are_counted_by_rules_of_the_company(
    projects,
):
    mikhail = Person.objects.get(login="timur")
    anna = Person.objects.filter(role="administrator").order_by("pk")[0]
    vera = Client.objects.create(kind="company", name="ООО Вектор")
    with translation.override("ru"):
        paid, total = named("deal", "money.paid"), named("deal", "products.total")
        share = defining.add({"ru": "Доля оплаты"}, of="deal", formula=f"процент({paid}; {total})", decimals=1, by=anna)
        own = named("person", "money.debt")
        debt = defining.add({"ru": "Долги клиентов"}, of="person", formula=f"{own} * 1", decimals=2, by=anna)
    begin = {"what": "Begin: {client}", "who": "responsible", "kind": "other", "due": "60"}
    rule = {
        "name": "Paid by half: begin",
        "trigger": "field_changed",
        "options": {"holder": "deal", "field": share.code, "how": "any"},
        "conditions": [{"kind": "formula", "given": {"holder": "deal", "formula": f"[{share.words['ru']}] >= 50"}}],
        "actions": [{"kind": "task", "given": begin}],
    }
    with translation.override("ru"):
        rules.switch(rules.add(rule, by=anna), on=True, by=anna)
    deal = open_deal(vera, responsible=mikhail, pipeline=Pipeline.objects.get(code="sales"), by=mikhail)
    service = Product.objects.order_by("pk")[0]
    wish = Wish(service.name, service.unit, Decimal(3), Decimal(1000), vat_rate=None, product_id=service.pk)
    lines.write(deal.pk, [wish], version=0, by=mikhail)
    due = clock.today() + timedelta(days=5)
    invoices.issue(deal, lines_of(deal.pk), due_on=due, by=mikhail)
    assert debts.of_client(vera.pk).owed == 3000
    work()
    assert (Deal.objects.get(pk=deal.pk).facts[share.code], Task.objects.filter(what__startswith="Begin").count()) == (
        "0.0",
        0,
    )
    payments.enter(vera, Decimal(1500), paid_on=clock.today(), origin="hand", deal=deal, by=anna)
    work()
    assert debts.of_client(vera.pk).owed == 1500
    assert Deal.objects.get(pk=deal.pk).facts[share.code] == "50.0"
    assert Task.objects.get(what__startswith="Begin").person == mikhail
    rounds.recount.ask([debt], by=None)
    work()
    assert Figure.objects.get(parameter=debt, person=mikhail).value == "1500.00"
