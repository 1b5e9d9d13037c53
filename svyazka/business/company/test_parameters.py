"""The parameters with which the two companies begin: counted of real deals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from svyazka.business.clients.models import Client
from svyazka.business.company.blueprint import company, of_house
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, HandOff, Pipeline
from svyazka.business.deals.opening import open_deal
from svyazka.business.money import invoices, payments
from svyazka.business.money.lines import line
from svyazka.business.parameters import rounds
from svyazka.business.parameters.models import Figure
from svyazka.kit import clock


def _turn():
    rounds.follow()
    rounds.go_on_for_a_while()


def test_windows_knows_what_is_paid_and_owed_of_a_deal(windows, vera, roza):
    deal = open_deal(vera, responsible=roza, by=roza)
    Deal.objects.filter(pk=deal.pk).update(amount=Decimal(2000))
    invoice = invoices.issue(deal, [line("Окно", Decimal(1), Decimal(2000))], by=roza)
    payments.enter(vera, Decimal(500), paid_on=clock.today(), origin="hand", invoice=invoice, by=roza)

    _turn()

    counted = Deal.objects.get(pk=deal.pk)
    said = {code: facts.value_of(counted, code) for code in ("share_paid", "debt_of_deal", "days_to_measure")}
    assert Decimal(said["share_paid"]) == 25
    assert Decimal(said["debt_of_deal"]) == 1500
    assert Decimal(said["days_to_measure"]) == 0
    paid = Figure.objects.get(parameter__code="paid_this_month", person=roza)
    assert Decimal(paid.value) == 500


def test_the_call_centre_knows_returns_days_and_operator_hours(projects):
    timur, client = projects["timur"], Client.objects.create(name="ООО «Вектор»", kind="company")
    deal = open_deal(client, facts={"seats": 20, "working_hours": "daytime"}, by=timur)
    Deal.objects.filter(pk=deal.pk).update(opened_at=clock.now() - timedelta(days=4))
    now = clock.now()
    for leg in (1, 2):
        HandOff.objects.create(
            deal=deal,
            to_deal=deal,
            to_pipeline=Pipeline.objects.get(code="preparation"),
            leg=leg,
            state=HandOff.State.RETURNED if leg == 1 else HandOff.State.ACCEPTED,
            handed_at=now,
            due_at=now,
        )

    _turn()

    counted = Deal.objects.get(pk=deal.pk)
    said = [facts.value_of(counted, code) for code in ("days_in_department", "times_returned", "operator_hours")]
    assert [Decimal(one) for one in said] == [4, 1, 240]


def test_a_company_has_them_as_its_blueprint_says(windows):
    assert [one["code"] for one in company()["parameters"]] == [
        one["code"] for one in of_house("windows").content["parameters"]
    ]
