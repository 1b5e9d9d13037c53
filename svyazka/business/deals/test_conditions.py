from __future__ import annotations

import pytest

from svyazka.business.deals.conditions import applies


@pytest.mark.parametrize(
    ("only_when", "facts", "answer"),
    [
        ({}, {}, True),
        ({"kind": ["survey"]}, {"kind": "survey"}, True),
        ({"kind": ["survey"]}, {"kind": "inbound"}, False),
        ({"kind": ["survey"]}, {}, True),
        ({"kind": ["survey"]}, {"kind": ""}, True),
        ({"kind": ["survey", "inbound"], "paid": [True]}, {"kind": "inbound", "paid": False}, False),
        ({"paid": [True]}, {"paid": True}, True),
        ({"services": ["calls"]}, {"services": ["letters", "calls"]}, True),
        ({"services": ["calls"]}, {"services": ["letters"]}, False),
    ],
)
def test_each_field_has_one_of_its_values_or_is_not_known(only_when, facts, answer):
    assert applies(only_when, facts) is answer
