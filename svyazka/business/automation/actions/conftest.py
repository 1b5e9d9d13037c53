from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from svyazka.business.automation.action import Action, Case, Done
from svyazka.business.automation.trigger import Event
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Automaton
from svyazka.kit import clock

RULE = Automaton("Rule “Trial”")


@pytest.fixture
def deal(vera, mikhail):
    from svyazka.business.deals import opening

    return opening.open_deal(vera, responsible=mikhail, address="Лесная, 5", by=mikhail)


@pytest.fixture
def case_of() -> Callable[..., Case]:
    def made(deal: Deal | None, *, key: str = "run/1/0", client: Any = None, **data: Any) -> Case:
        current = (
            Deal.objects.select_related("stage", "pipeline", "client", "responsible", "source").get(pk=deal.pk)
            if deal
            else None
        )
        whose = current.client if current else client
        event = Event("moved/1", clock.now(), current and current.pk, whose and whose.pk, data=data)
        return Case(event, current, whose, key)

    return made


@pytest.fixture
def do() -> Callable[..., Done]:
    """As a run does it: read as the form sends it, foreseen, done."""

    def done(action: Action, case: Case, **typed: Any) -> Done:
        given = action.read(_complete(action, typed))
        assert action.words(given)
        assert action.foresee(given, case)
        return action.act(given, case, by=RULE)

    return done


def _complete(action: Action, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form before anybody has typed."""
    return {**{ask.name: ask.initial for ask in action.form(typed)}, **typed}
