from __future__ import annotations

import pytest

from svyazka.business.deals import rights
from svyazka.business.deals.known import facts
from svyazka.business.deals.opening import open_deal


@pytest.fixture
def deal(windows, vera, olga):
    return open_deal(vera, by=olga)


def test_a_manager_changes_what_is_his_his_departments_or_nobodys(deal, olga, mikhail, dina):
    assert rights.may_change(mikhail, deal)
    deal = facts.appoint(deal, dina, by=olga)
    assert not rights.may_change(mikhail, deal)
    assert rights.may_change(dina, deal)
    with pytest.raises(rights.NotYours):
        rights.insist(mikhail, deal)


def test_operators_and_heads_change_all_and_controllers_and_engineers_none(deal, olga, roza, konstantin, egor, mikhail):
    deal = facts.appoint(deal, mikhail, by=olga)
    assert [rights.may_change(person, deal) for person in (olga, roza, konstantin, egor)] == [True, True, False, False]
