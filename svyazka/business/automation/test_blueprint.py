from __future__ import annotations

import pytest

from svyazka.business.automation import blueprint, rules
from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.models import Rule
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.business.company.blueprint import company, of_house, read
from svyazka.business.deals.models import Stage


def test_the_companies_rules_are_in_force_when_they_begin_and_say_what_they_do(windows):
    made = list(Rule.objects.all())
    assert len(made) == len(of_house("windows").content["automations"])
    assert all(rule.is_active for rule in made)
    for rule in made:
        said = [TRIGGERS[rule.trigger].words(rule.options)]
        said += [ACTIONS[one["kind"]].words(one["given"]) for one in rule.actions]
        assert all(said)


def test_a_stage_stands_by_its_code_and_is_found_again(windows):
    rule = next(one for one in company()["automations"] if one["trigger"] == "payment_in")
    assert {"kind": "move", "given": {"stage": "windows/production"}} in rule["actions"]
    kept = Rule.objects.get(name=rule["code"])
    assert kept.actions[1]["given"]["stage"] == Stage.objects.get(code="production").pk


def test_a_rule_that_names_one_person_stays_where_he_works(windows, mikhail, anna):
    before = company()["automations"]
    task = {"who": "person", "person": mikhail.pk, "what": "Позвонить", "kind": "call", "due": "60"}
    rules.add({"name": "Его", "trigger": "visit_done", "actions": [{"kind": "task", "given": task}]}, by=anna)
    assert company()["automations"] == before


def test_taking_the_same_over_once_more_changes_nothing(windows, anna):
    items = of_house("windows").content["automations"]
    versions = list(Rule.objects.values_list("version", flat=True))
    blueprint.AUTOMATIONS.put(items, {one["code"] for one in items}, anna)
    assert list(Rule.objects.values_list("version", flat=True)) == versions


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{code: А, trigger: no_such, actions: []}", "no_such"),
        ("{code: А, trigger: visit_done, actions: {}}", "список"),
        ("{code: А, trigger: visit_done, actions: [{kind: move, given: {stage: windows/nowhere}}]}", "nowhere"),
        ("{code: А, trigger: visit_done, options: {kind: 1}, actions: [], mistake: 1}", "mistake"),
    ],
)
def test_what_cannot_be_is_said_with_its_line(text, said):
    whole = f"pipelines: []\nautomations:\n  - {text}\n"
    fault = next(one for one in read(whole.encode()).faults if one.line == 3)
    assert said in fault.text
