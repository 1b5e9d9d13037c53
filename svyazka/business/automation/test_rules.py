from __future__ import annotations

import pytest

from svyazka.business.automation import in_force, rules
from svyazka.business.automation.models import Rule, RuleVersion
from svyazka.business.deals.models import Pipeline, Stage
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import ChangedMeanwhile, Refused

ADDRESS = {"holder": "deal", "field": "address", "how": "any"}
AMOUNT = {"holder": "deal", "field": "amount", "how": "any"}


def stages():
    return list(Stage.objects.filter(pipeline=Pipeline.objects.first(), kind="open").order_by("position"))


def test_a_new_rule_is_switched_off_and_the_journal_knows_it(rule, anna):
    made = rule(on=False)
    assert (made.is_active, made.version, made.active_since) == (False, 1, None)
    entry = Entry.objects.get(verb="automation.rule_added", object_id=made.pk)
    assert (entry.by_id, entry.note) == (anna.pk, "Правило")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "я" * 101}, "name"),
        ({"trigger": "no such"}, "options"),
        ({"trigger": "enters_stage", "options": {"stage": "999999"}}, "options.stage"),
        ({"options": "x"}, "options"),
        ({"actions": []}, "actions"),
        ({"actions": [{"kind": "no such", "given": {}}]}, "actions.0"),
        ({"actions": [{"kind": "made_up.amount", "given": {}}] * 21}, "actions"),
        ({"conditions": "x"}, "conditions"),
        ({"conditions": [{"kind": "amount", "given": {"how": "least", "amount": "-5"}}]}, "conditions.0.amount"),
        ({"conditions": [{"any": []}]}, "conditions.0"),
        ({"once": "often"}, "once"),
        ({"wait_minutes": "-1"}, "wait_minutes"),
        ({"wait_minutes": "9" * 30}, "wait_minutes"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_stands_and_nothing_is_stored(actions, anna, wrong, field):
    typed = {
        "name": "Правило",
        "trigger": "deal_opened",
        "actions": [{"kind": "made_up.amount", "given": {"amount": "1"}}],
    }
    with pytest.raises(Refused) as refusal:
        rules.add({**typed, **wrong}, by=anna)
    assert list(refusal.value.fields) == [field]
    assert not Rule.objects.exists()


def test_two_have_different_names(rule):
    rule()
    with pytest.raises(Refused) as refusal:
        rule()
    assert list(refusal.value.fields) == ["name"]


def test_whoever_changes_it_has_seen_how_it_is(rule, anna):
    made = rule()
    typed = {**rules.content_of(made), "name": "Иначе"}
    assert rules.change(made, typed, seen=1, by=anna).version == 2
    with pytest.raises(ChangedMeanwhile):
        rules.change(made, typed, seen=1, by=anna)
    assert rules.change(made, typed, seen=2, by=anna).version == 2


def test_an_older_version_is_taken_back_as_another_one(rule, anna):
    made = rule()
    rules.change(made, {**rules.content_of(made), "name": "Иначе", "wait_minutes": "5"}, seen=1, by=anna)
    back = rules.take_back(made, 1, seen=2, by=anna)
    assert (back.name, back.wait_minutes, back.version) == ("Правило", 0, 3)
    assert [one.version for one in rules.list_versions(made)] == [3, 2, 1]
    assert RuleVersion.objects.get(version=2).content["name"] == "Иначе"


def test_the_rules_in_force_are_others_at_once(rule, anna):
    made = rule()
    assert [one.rule.pk for one in in_force.now().by_verb["deals.opened"]] == [made.pk]
    rules.switch(made, on=False, by=anna)
    assert in_force.now().by_verb == {}


def test_a_copy_is_switched_off_under_a_name_of_its_own(rule, anna):
    made = rule()
    copies = [rules.copy(made, by=anna), rules.copy(made, by=anna)]
    assert [(one.name, one.is_active) for one in copies] == [("Правило (2)", False), ("Правило (3)", False)]


def test_removed_it_takes_its_runs_along(rule, deal, act, anna):
    made = rule()
    deal()
    act()
    rules.remove(made, by=anna)
    assert not Rule.objects.exists()


def test_they_are_moved_up_and_down(rule, anna):
    one, other = rule(name="Первое"), rule(name="Второе")
    rules.move(other, up=True, by=anna)
    assert [each.pk for each in rules.list_rules()] == [other.pk, one.pk]


def test_a_rule_that_fires_itself_is_refused(actions, rule):
    with pytest.raises(Refused, match="запускало бы себя"):
        rule("field_changed", AMOUNT)


def test_a_circle_over_others_is_named(rule):
    first, second = stages()[1:3]
    rule("enters_stage", {"stage": str(first.pk)}, does=[("move", {"stage": second.pk})], name="Вперёд")
    typed = {
        "name": "Назад",
        "trigger": "enters_stage",
        "options": {"stage": str(second.pk)},
        "actions": [{"kind": "made_up.move", "given": {"stage": first.pk}}],
    }
    (said,) = rules.faults(typed)
    assert "“Назад” → “Вперёд” → “Назад”" in said
    assert rules.faults({**typed, "options": {"stage": str(stages()[0].pk)}}) == []


def test_switched_on_what_is_gone_is_said(rule, anna):
    made = rule("enters_stage", {"stage": str(stages()[1].pk)}, on=False)
    Rule.objects.filter(pk=made.pk).update(options={"stage": 999999})
    with pytest.raises(Refused):
        rules.switch(made, on=True, by=anna)
