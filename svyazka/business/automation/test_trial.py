"""What a rule would have done over the last month: counted piece by piece, and nothing is changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from svyazka.business.automation import rules, trial
from svyazka.business.automation.models import Rule, Run, Trial
from svyazka.business.clients.models import Client
from svyazka.business.deals import moves
from svyazka.business.deals.models import Deal, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def content(stage: Stage, **more: Any) -> dict[str, Any]:
    task = {"who": "responsible", "what": "Позвонить", "kind": "call", "due": 60}
    actions = [{"kind": "task", "given": task}]
    given = {"name": "Проба", "trigger": "enters_stage", "options": {"stage": stage.pk}, "actions": actions}
    return rules.read({**given, **more})


@pytest.fixture
def deals(mikhail: Person) -> list[Deal]:
    return [open_deal(Client.objects.create(name=f"Клиент {number}"), by=mikhail) for number in range(6)]


@pytest.fixture
def first(deals: list[Deal]) -> Stage:
    return deals[0].stage


def counted(asked: Trial) -> Trial:
    while trial.go_on():
        pass
    asked.refresh_from_db()
    return asked


def test_it_counts_what_would_have_fired_and_changes_nothing(deals: list[Deal], first: Stage, anna: Person) -> None:
    before = (Task.objects.count(), Run.objects.count())
    found = counted(trial.ask(content(first), by=anna))
    assert (found.state, found.fired, found.left) == ("done", 6, 0)
    assert found.counted["days"] == {clock.local(clock.now()).date().isoformat(): 6}
    assert {one["deal"] for one in found.examples} == {deal.pk for deal in deals}
    assert all(one["done"][0]["words"] for one in found.examples)
    assert (Task.objects.count(), Run.objects.count()) == before


def test_it_says_which_condition_did_not_hold(deals: list[Deal], first: Stage, anna: Person) -> None:
    other = first.pipeline.stages.exclude(pk=first.pk).filter(kind="open")[0]
    asked = [
        {"kind": "state", "given": {"how": "is", "values": ["open"]}},
        {"kind": "stage", "given": {"how": "is_not", "values": [first.pk]}},
    ]
    moved = [deal for deal in deals[:2] if moves.move(deal, to=other, by=anna)]
    found = counted(trial.ask(content(first, conditions=asked), by=anna))
    assert (found.fired, found.left, found.counted["left"]) == (len(moved), 6 - len(moved), {"1": 6 - len(moved)})


def test_of_a_rule_that_acts_once_each_deal_counts_once(deals: list[Deal], first: Stage, anna: Person) -> None:
    other = first.pipeline.stages.exclude(pk=first.pk).filter(kind="open")[0]
    moves.move(deals[0], to=other, by=anna)
    moves.move(deals[0], to=first, by=anna)
    assert counted(trial.ask(content(first), by=anna)).fired == 7
    assert counted(trial.ask(content(first, once="deal"), by=anna)).fired == 6


def test_piece_by_piece_it_comes_to_the_same(
    deals: list[Deal], first: Stage, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "PAGE", 2)
    monkeypatch.setattr(trial, "PIECE", 0)
    asked = trial.ask(content(first, once="deal"), by=anna)
    assert trial.go_on()
    asked.refresh_from_db()
    assert (asked.state, asked.fired) == ("running", 2)
    found = counted(asked)
    assert (found.fired, len(found.examples)) == (6, 6)


def test_one_that_is_stopped_keeps_what_was_counted(
    deals: list[Deal], first: Stage, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "PAGE", 2)
    monkeypatch.setattr(trial, "PIECE", 0)
    asked = trial.ask(content(first), by=anna)
    trial.go_on()
    trial.stop(asked, by=anna)
    found = counted(asked)
    assert (found.state, found.fired) == ("stopped", 2)
    assert Entry.objects.filter(verb="automation.trial_stopped", object_id=asked.pk).count() == 1


def test_another_trial_of_the_same_rule_takes_the_place(deals: list[Deal], first: Stage, anna: Person) -> None:
    rule = rules.add(content(first), by=anna)
    older = trial.ask(rules.content_of(rule), rule=rule, by=anna)
    counted(trial.ask(rules.content_of(rule), rule=rule, by=anna))
    older.refresh_from_db()
    assert older.state == "stopped"


def test_what_only_the_clock_brings_is_counted_day_by_day(deals: list[Deal], first: Stage, anna: Person) -> None:
    Deal.objects.filter(pk=deals[0].pk).update(stage_since=clock.now() - timedelta(days=5))
    stays = rules.read({**content(first), "trigger": "stays_at_stage", "options": {"stage": first.pk, "minutes": 1440}})
    found = counted(trial.ask(stays, by=anna))
    assert (found.fired, [one["deal"] for one in found.examples]) == (1, [deals[0].pk])


def test_without_a_trigger_there_is_nothing_to_try(anna: Person) -> None:
    with pytest.raises(Refused):
        trial.ask({"trigger": "", "name": "x"}, by=anna)


def test_one_that_cannot_be_counted_does_not_hold_up_the_next(deals: list[Deal], first: Stage, anna: Person) -> None:
    broken = trial.ask({**content(first), "options": {}}, by=anna)
    found = counted(trial.ask(content(first), by=anna))
    broken.refresh_from_db()
    assert (broken.state, found.state) == ("failed", "done")


def test_after_a_week_they_are_forgotten(first: Stage, anna: Person) -> None:
    asked = trial.ask(content(first), by=anna)
    Trial.objects.filter(pk=asked.pk).update(asked_at=clock.now() - timedelta(days=8))
    trial.forget_old()
    assert not Trial.objects.exists()
    assert not Rule.objects.exists()
