"""Rules that act by actions of our own: on what they do their own tests look (`actions/`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from svyazka.business.automation.action import Case, Done
from svyazka.business.automation.asked import Ask
from svyazka.kit import clock


@dataclass
class SetAmount:
    """The verb of facts, with an amount out of the rule."""

    code: str = "made_up.amount"
    title: str = "Amount"
    leads_outside: bool = False
    acted: list[Case] = field(default_factory=list)
    fails: Sequence[Exception] = ()

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        return []

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return dict(typed)

    def words(self, given: Mapping[str, Any]) -> str:
        return f"amount {given['amount']}"

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"field:amount"} if given.get("says", True) else ())

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        return self.words(given)

    def act(self, given: Mapping[str, Any], case: Case, *, by: Any) -> Done:
        from svyazka.business.deals.known import facts

        self.acted.append(case)
        deal = facts.change(case.its_deal, {"amount": given["amount"]}, by=by)
        if len(self.acted) <= len(self.fails):
            raise self.fails[len(self.acted) - 1]
        return Done(self.words(given), {"deal": deal.pk})


@dataclass
class AddOne(SetAmount):
    """To the amount, each time it acts: acting twice is seen."""

    code: str = "made_up.one"

    def act(self, given: Mapping[str, Any], case: Case, *, by: Any) -> Done:
        amount = (case.its_deal.amount or 0) + 1
        return super().act({**given, "amount": str(amount)}, case, by=by)


@dataclass
class Move(SetAmount):
    """To a stage, by the verb of moves."""

    code: str = "made_up.move"

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({f"stage:{given['stage']}"} if given.get("says", True) else ())

    def act(self, given: Mapping[str, Any], case: Case, *, by: Any) -> Done:
        from svyazka.business.deals import moves
        from svyazka.business.deals.models import Stage

        self.acted.append(case)
        moves.put(case.its_deal, to=Stage.objects.get(pk=given["stage"]), by=by)
        return Done("moved")


@dataclass
class Outside(SetAmount):
    code: str = "made_up.outside"
    leads_outside: bool = True


@pytest.fixture(autouse=True)
def no_rules(request):
    """Tests say themselves which rules there are: those with which the company begins are gone."""
    from django.db import transaction

    from svyazka.business.automation import in_force
    from svyazka.business.automation.models import Rule
    from svyazka.business.journal.models import Entry

    if "windows" in request.fixturenames:
        request.getfixturevalue("windows")
        with transaction.atomic():
            Rule.objects.all().delete()
            in_force.changed()
        Entry.objects.filter(verb__startswith="automation.").delete()


@pytest.fixture
def actions(monkeypatch, no_rules):
    """By code, as they are registered."""
    from svyazka.business.automation.actions import ACTIONS

    made = {one.code.partition(".")[2]: one for one in (SetAmount(), AddOne(), Move(), Outside())}
    for one in made.values():
        monkeypatch.setitem(ACTIONS, one.code, one)
    return made


@pytest.fixture
def rule(actions, anna):
    """`rule("stage_changed", {…}, amount="500")`: made by the verbs, and switched on."""
    from svyazka.business.automation import rules

    def make(trigger="deal_opened", options=None, *, does=None, name="Правило", on=True, **more):
        does = does or [("amount", {"amount": "500"})]
        typed = {
            "name": name,
            "trigger": trigger,
            "options": options or {},
            "actions": [{"kind": f"made_up.{kind}", "given": given} for kind, given in does],
            **more,
        }
        made = rules.add(typed, by=anna)
        return rules.switch(made, on=True, by=anna) if on else made

    return make


@pytest.fixture
def deal(vera, mikhail):
    """`deal()`: Vera's deal, opened now."""
    from svyazka.business.deals.opening import open_deal

    def make(client=vera, **more):
        return open_deal(client, responsible=mikhail, by=mikhail, **more)

    return make


@pytest.fixture
def act():
    """The worker hears, and works off what is due: until nothing is left."""
    from svyazka.business.automation import follow, run, sweep

    def go(rounds=10):
        for _round in range(rounds):
            sweep.sweep()
            if not follow.follow() + run.work_off() + run.work_off_outside():
                return

    return go


@pytest.fixture
def later(monkeypatch):
    """`later(hours=3)`: from now on it is so much later."""
    really = clock.now

    def go_on(**passed):
        monkeypatch.setattr(clock, "now", lambda: really() + timedelta(**passed))

    return go_on
