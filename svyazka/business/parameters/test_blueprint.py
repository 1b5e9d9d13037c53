from __future__ import annotations

import pytest

from svyazka.business.deals.models import Field
from svyazka.business.journal.record import Automaton
from svyazka.business.parameters.blueprint import PARAMETERS
from svyazka.business.parameters.conftest import known, turn
from svyazka.business.parameters.models import Parameter
from svyazka.kit.refusals import Refused

HOUSE = Automaton("blueprint")


def test_parameters_go_along_to_another_house(share, add, deals, anna):
    add("Вдвое", "[Доля прибыли] * 2", decimals=0)
    items = PARAMETERS.of_company()
    assert [one["name"]["ru"] for one in items] == ["Доля прибыли", "Вдвое"]
    Parameter.objects.all().delete()
    Field.objects.filter(is_computed=True).delete()
    PARAMETERS.put(items, {one["code"] for one in items}, HOUSE)
    assert PARAMETERS.of_company() == items
    turn()
    assert known(items[1]["code"]) == ["120", None, None]
    PARAMETERS.put([{**items[0], "decimals": 0}, items[1]], {items[0]["code"]}, HOUSE)
    turn()
    assert known(items[0]["code"]) == ["60", None, None]


def test_what_names_nothing_here_is_refused(share, deals):
    [given] = PARAMETERS.of_company()
    with pytest.raises(Refused):
        PARAMETERS.put([{**given, "formula": "[field.nothing] * 2"}], {given["code"]}, HOUSE)
    whole = {"fields": [{"code": "costs"}], "parameters": [{**given, "code": "costs", "formula": "2 +"}]}
    assert [fault.path[-1] for fault in PARAMETERS.faults(whole)] == ["code", "formula"]
