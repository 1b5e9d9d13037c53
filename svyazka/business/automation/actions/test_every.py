from __future__ import annotations

import pytest

from svyazka.business.automation.action import CannotAct, Case
from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.trigger import Event
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.mark.parametrize("code", ACTIONS)
def test_nothing_filled_in_is_refused_at_its_inputs(windows, code):
    action = ACTIONS[code]
    with pytest.raises(Refused) as refusal:
        action.read({})
    assert refusal.value.fields


@pytest.mark.parametrize("code", ACTIONS)
def test_inputs_have_names_of_their_own_and_labels(windows, code):
    asks = ACTIONS[code].form({})
    assert len({ask.name for ask in asks}) == len(asks)
    assert all(str(ask.label) for ask in asks)


@pytest.mark.parametrize("code", sorted(set(ACTIONS) - {"task", "notify", "webhook"}))
def test_what_is_about_nobody_is_said_in_words(windows, code):
    """A file may be of no deal; a rule then says so and does nothing."""
    action = ACTIONS[code]
    given = {ask.name: [] if ask.many else (ask.initial or "") for ask in action.form({})}
    given |= {"stage": 1, "holder": "deal", "field": "amount", "how": given.get("how", "")}
    nothing = Case(Event("file/1", clock.now()), None, None, "run/1/0")
    with pytest.raises(CannotAct):
        action.act(given, nothing, by=None)
