from __future__ import annotations

import pytest

from svyazka.business.deals.known import facts, fields
from svyazka.business.deals.models import Deal, Field
from svyazka.business.parameters import circles, defining
from svyazka.business.parameters.models import Parameter, Recount
from svyazka.business.parameters.names import names_of
from svyazka.engines.formulas.formula import Wrong
from svyazka.engines.formulas.parse import parse
from svyazka.engines.formulas.settle import in_words
from svyazka.engines.formulas.written import written
from svyazka.kit.refusals import Refused


def test_a_parameter_is_a_field_into_which_nobody_types(share, deals, olga):
    field = Field.objects.get(code=share.code)
    assert (field.is_computed, field.kind, field.name) == (True, "decimal", "Доля прибыли")
    assert share.formula == "percent([deal.amount] - [field.costs]; [deal.amount])"
    with pytest.raises(Refused) as refused:
        facts.change(deals[0], {share.code: "5"}, by=olga)
    assert "по формуле" in str(refused.value.fields[share.code])
    assert Deal.objects.get(pk=deals[0].pk).facts[share.code] == "60.0"


def test_a_renamed_field_goes_on(share, costs, anna):
    fields.change(costs, {"ru": "Затраты"}, kind="money", by=anna)
    said = written(in_words(parse(share.formula), names_of("deal")), russian=True)
    assert said == "процент([Сумма сделки] - [Затраты]; [Сумма сделки])"


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("[Сума сделки] * 2", "«Сумма сделки»"),
        ("[Сумма сделки] * [Сумма сделки]", "умножить"),
        ("[Сумма сделки] + (2", "скобка"),
        ("", "не хватает"),
    ],
)
def test_a_wrong_formula_is_refused_in_words_and_nothing_is_kept(add, deals, formula, said):
    before = Field.objects.count()
    with pytest.raises(Refused) as refused:
        add("Маржа", formula)
    assert said in str(refused.value.fields["formula"])
    assert (Parameter.objects.count(), Field.objects.count(), Recount.objects.count()) == (0, before, 0)


def test_a_circle_is_refused_with_its_names(add, deals, anna):
    first = add("Первая", "[Сумма сделки] * 2")
    second = add("Вторая", "[Первая] + 1")
    with pytest.raises(Refused) as refused:
        defining.change(first, first.words, formula="[Вторая] / 2", decimals=2, by=anna)
    assert "Первая → Вторая → Первая" in str(refused.value.fields["formula"])
    with pytest.raises(Wrong) as wrong:
        defining.understand("1 + [Первая]", of="deal", besides=first)
    assert (wrong.value.code, wrong.value.place) == ("itself", (4, 12))
    assert [one.name for one in circles.in_order([second, first])] == ["Первая", "Вторая"]


def test_one_that_others_name_is_not_switched_off(add, deals, anna):
    first = add("Первая", "[Сумма сделки] * 2")
    add("Вторая", "[Первая] + 1")
    with pytest.raises(Refused) as refused:
        defining.switch(first, on=False, by=anna)
    assert refused.value.missing == ["Вторая"]


def test_its_kind_stays_and_its_editions_are_kept(add, deals, anna):
    made = add("Первая", "[Сумма сделки] * 2")
    with pytest.raises(Refused) as refused:
        defining.change(made, made.words, formula="[Сделка открыта]", decimals=2, by=anna)
    assert "formula" in refused.value.fields
    defining.change(made, {"ru": "Двойная"}, formula="[Сумма сделки] * 3", decimals=2, by=anna)
    assert [(one.version, one.formula) for one in defining.list_versions(made)] == [
        (2, "[deal.amount] * 3"),
        (1, "[deal.amount] * 2"),
    ]
    assert Field.objects.get(code=made.code).name == "Двойная"


def test_names_of_two_fields_are_told_apart(deals):
    Field.objects.create(code="costs_2", of="deal", kind="money", words={"ru": "Себестоимость"}, position=99)
    said = {one.words for one in names_of("deal").values()}
    assert {"Себестоимость", "Себестоимость (2)"} <= said


@pytest.mark.parametrize("of", ["deal", "client", "person"])
def test_no_two_names_are_the_same(windows, of):
    said = [one.words.lower() for one in names_of(of).values()]
    assert len(said) == len(set(said))
