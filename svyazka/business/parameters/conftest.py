from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.business.parameters import defining, rounds
from svyazka.business.parameters.models import Parameter, Recount


@pytest.fixture(autouse=True)
def no_parameters(request):
    """Tests say themselves which parameters there are: those with which the company begins are gone."""
    if "windows" in request.fixturenames:
        request.getfixturevalue("windows")
        Parameter.objects.all().delete()
        Recount.objects.all().delete()
        Field.objects.filter(is_computed=True).delete()
        Entry.objects.filter(verb__startswith="parameters.").delete()


@pytest.fixture
def costs(windows) -> Field:
    return Field.objects.create(code="costs", of="deal", kind="money", words={"ru": "Себестоимость", "en": "Costs"})


@pytest.fixture
def deals(vera, olga, costs) -> list[Deal]:
    """Of 1,000 with 400 spent, of 500 of which nothing is known, of nought."""
    made = [open_deal(vera, facts=known, by=olga) for known in ({"costs": "400.00"}, {}, {"costs": "0.00"})]
    for deal, amount in zip(made, (1000, 500, 0), strict=True):
        Deal.objects.filter(pk=deal.pk).update(amount=Decimal(amount))
    return made


@pytest.fixture
def add(anna) -> Callable[..., Parameter]:
    def add(name: str, formula: str, *, of: str = "deal", decimals: int = 2) -> Parameter:
        return defining.add({"ru": name}, of=of, formula=formula, decimals=decimals, by=anna)

    return add


@pytest.fixture
def share(add, deals) -> Parameter:
    made = add("Доля прибыли", "процент([Сумма сделки] - [Себестоимость]; [Сумма сделки])", decimals=1)
    turn()
    forget_what_happened()
    return made


def turn() -> None:
    """The worker comes by."""
    rounds.follow()
    rounds.go_on_for_a_while()


def forget_what_happened() -> None:
    """A test is one transaction: what it did before would be heard again and again."""
    LiveEvent.objects.all().delete()
    Entry.objects.filter(verb="parameters.counted").delete()


def known(code: str) -> list[object]:
    return [facts.value_of(deal, code) for deal in Deal.objects.order_by("pk")]
