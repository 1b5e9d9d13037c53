"""The pages of automations: built, changed, switched, tried on the last month, looked after."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from svyazka.business.automation import examples, rules
from svyazka.business.automation.models import Rule, Run, Step
from svyazka.business.deals.models import Stage
from svyazka.business.staff.models import Person
from svyazka.kit import clock

URL = "/office/automations/"


@pytest.fixture
def browser(enter: Any, anna: Person) -> Browser:
    return enter(anna)


@pytest.fixture
def stage(windows: object) -> Stage:
    Rule.objects.all().delete()  # those of the blueprint: here each test counts its own
    return Stage.objects.order_by("pipeline__position", "position")[1]


def typed(stage: Stage, **more: Any) -> dict[str, Any]:
    """As the builder sends it."""
    return {
        "name": "Звонок после замера",
        "trigger": "enters_stage",
        "opt.stage": str(stage.pk),
        "act": ["1"],
        "act-kind.1": "task",
        "act.1.who": "responsible",
        "act.1.what": "Позвонить: {client}",
        "act.1.kind": "call",
        "act.1.due": "1",
        "act.1.due.unit": "60",
        "wait": "",
        "wait.unit": "1",
        "once": "",
        "do": "save",
        **more,
    }


def content(stage: Stage, name: str = "Звонок после замера") -> dict[str, Any]:
    task = {"who": "responsible", "what": "Позвонить: {client}", "kind": "call", "due": 60}
    actions = [{"kind": "task", "given": task}]
    return {"name": name, "trigger": "enters_stage", "options": {"stage": stage.pk}, "actions": actions}


def made(stage: Stage, anna: Person, name: str = "Звонок после замера") -> Rule:
    return rules.add(content(stage, name), by=anna)


def test_it_is_built_and_stands_in_the_list_as_a_sentence(browser: Browser, stage: Stage) -> None:
    answer = browser.post(f"{URL}new/", typed(stage))
    rule = Rule.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{URL}{rule.pk}/")
    assert (rule.is_active, rule.trigger, rule.options) == (False, "enters_stage", {"stage": stage.pk})
    assert rule.actions[0]["given"]["due"] == 60
    listed = browser.get(URL).content.decode()
    assert rule.name in listed
    assert stage.name in listed


def test_what_is_missing_stands_at_its_input(browser: Browser, stage: Stage) -> None:
    sent = typed(stage, **{"opt.stage": "", "act.1.what": "Позвонить: {nobody}", "name": ""})
    answer = browser.post(f"{URL}new/", sent)
    assert answer.status_code == 422
    assert set(answer.context["faults"]) == {"opt.stage", "act.1.what"}
    assert Rule.objects.count() == 0


def test_without_an_action_or_a_name_nothing_is_saved(browser: Browser, stage: Stage) -> None:
    answer = browser.post(f"{URL}new/", typed(stage, act=[], name=""))
    assert (answer.status_code, set(answer.context["faults"])) == (422, {"name", "actions"})


def test_a_rule_that_would_fire_itself_is_named(browser: Browser, stage: Stage) -> None:
    sent = typed(stage, **{"act-kind.1": "move", "act.1.stage": str(stage.pk)})
    answer = browser.post(f"{URL}new/", sent)
    assert (answer.status_code, set(answer.context["faults"])) == (422, {"actions"})


def test_a_condition_and_its_alternative_are_one_group(browser: Browser, stage: Stage) -> None:
    conditions = {
        "cond": ["1", "2", "3"],
        "cond-kind.1": "stage", "cond.1.how": "is", "cond.1.values[]": ["", str(stage.pk)],
        "cond-kind.2": "state", "cond.2.how": "is", "cond.2.values[]": ["open"],
        "cond-or.2": "1",
        "cond-kind.3": "known", "cond.3.is": "",
    }  # fmt: skip
    browser.post(f"{URL}new/", typed(stage, **{**conditions, "cond": ["1", "2"]}))
    (group,) = Rule.objects.get().conditions
    assert [one["kind"] for one in group["any"]] == ["stage", "state"]
    opened = browser.get(f"{URL}{Rule.objects.get().pk}/")
    assert [one["is_or"] for one in opened.context["conditions"]] == [False, True]


def test_buttons_add_move_and_take_away_parts(browser: Browser, stage: Stage) -> None:
    added = browser.post(f"{URL}parts/", typed(stage, do="add-act", new="note"))
    assert [one["kind"] for one in added.context["actions"]] == ["task", "note"]
    both = typed(stage, act=["1", "2"], **{"act-kind.2": "note", "act.2.text": "x"})
    moved = browser.post(f"{URL}parts/", {**both, "do": "up-act:2"})
    assert [one["key"] for one in moved.context["actions"]] == ["2", "1"]
    dropped = browser.post(f"{URL}parts/", {**both, "do": "drop-act:1"})
    assert [one["key"] for one in dropped.context["actions"]] == ["2"]


@pytest.mark.parametrize("do", ["add-act:nonsense", "up-act:99", "drop-cond:x", "add-", "", "save:x", "up-act:1"])
def test_buttons_that_mean_nothing_change_nothing(browser: Browser, stage: Stage, do: str) -> None:
    answer = browser.post(f"{URL}parts/", typed(stage, do=do))
    assert (answer.status_code, [one["kind"] for one in answer.context["actions"]]) == (200, ["task"])


def test_what_is_typed_is_checked_and_what_is_empty_is_not(browser: Browser, stage: Stage) -> None:
    said = browser.post(f"{URL}check/", typed(stage, **{"opt.stage": "", "act.1.due": "x"})).context["faults"]
    assert set(said) == {"act.1.due"}


def test_an_older_state_is_not_written_over(browser: Browser, stage: Stage, anna: Person) -> None:
    rule = made(stage, anna)
    rules.change(rule, {**content(stage), "name": "Другое"}, seen=1, by=anna)
    answer = browser.post(f"{URL}{rule.pk}/", typed(stage, seen="1"))
    rule.refresh_from_db()
    assert (answer.status_code, rule.name) == (409, "Другое")


def test_switched_on_copied_moved_and_removed(browser: Browser, stage: Stage, anna: Person) -> None:
    rule = made(stage, anna)
    browser.post(f"{URL}{rule.pk}/state/", {"on": "1"})
    browser.post(f"{URL}{rule.pk}/copy/")
    rule.refresh_from_db()
    copy = Rule.objects.exclude(pk=rule.pk).get()
    assert (rule.is_active, copy.is_active) == (True, False)
    browser.post(f"{URL}{copy.pk}/place/", {"to": "up"})
    assert [one.pk for one in Rule.objects.all()] == [copy.pk, rule.pk]
    browser.post(f"{URL}{copy.pk}/removal/")
    assert Rule.objects.get() == rule


def test_an_older_version_is_compared_and_taken_back(browser: Browser, stage: Stage, anna: Person) -> None:
    rule = made(stage, anna)
    rules.change(rule, {**content(stage, "Другое"), "wait_minutes": 30}, seen=1, by=anna)
    newest, first = browser.get(f"{URL}{rule.pk}/versions/").context["versions"]
    assert (len(newest["changes"]), first["changes"]) == (2, [])
    browser.post(f"{URL}{rule.pk}/versions/1/restoration/", {"seen": "2"})
    rule.refresh_from_db()
    assert (rule.name, rule.wait_minutes, rule.version) == ("Звонок после замера", 0, 3)


@pytest.mark.parametrize("example", [one.code for one in examples.EXAMPLES])
def test_every_example_opens_in_the_builder(browser: Browser, example: str) -> None:
    answer = browser.get(f"{URL}new/?example={example}")
    assert answer.status_code == 200
    assert answer.context["draft"].actions
    listed = [one.code for one in browser.get(URL).context["examples"]]
    assert example in listed


def test_there_is_no_other_example(browser: Browser) -> None:
    assert browser.get(f"{URL}new/?example=nonsense").status_code == 404


def ran(rule: Rule, number: int, state: str = Run.State.DONE) -> Run:
    run = Run.objects.create(
        rule=rule, version=1, event_key=f"x/{number}", at=clock.now(), due_at=clock.now(), state=state
    )
    Step.objects.create(
        run=run, position=0, kind="task", state=Step.State.DONE, made={"task": 1}, why="дело", at=clock.now()
    )
    return run


def queries(browser: Browser, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return len(asked)


def test_the_list_asks_as_often_for_thirty_as_for_one(browser: Browser, stage: Stage, anna: Person) -> None:
    ran(made(stage, anna), 1)
    queries(browser, URL)
    one = queries(browser, URL)
    for number in range(29):
        ran(made(stage, anna, f"Правило {number}"), number)
    assert queries(browser, URL) == one


def test_the_log_asks_as_often_for_thirty_as_for_one(browser: Browser, stage: Stage, anna: Person) -> None:
    rule = made(stage, anna)
    ran(rule, 1)
    queries(browser, f"{URL}log/")
    one = queries(browser, f"{URL}log/")
    for number in range(2, 31):
        ran(rule, number)
    assert queries(browser, f"{URL}log/") == one


def test_the_log_is_paged_by_key_and_narrowed_by_state(browser: Browser, stage: Stage, anna: Person) -> None:
    rule = made(stage, anna)
    for number in range(35):
        ran(rule, number, Run.State.FAILED if number % 5 == 0 else Run.State.DONE)
    first = browser.get(f"{URL}{rule.pk}/log/").context
    older = browser.get(f"{URL}{rule.pk}/log/", {"before": first["older"]}).context
    shown = [row["run"].pk for row in (*first["rows"], *older["rows"])]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == 35
    assert len(browser.get(f"{URL}log/", {"state": "failed"}).context["rows"]) == 7
    assert len(browser.get(f"{URL}log/", {"state": "x", "before": "nonsense~1"}).context["rows"]) == 30


def test_what_failed_is_done_again_or_left(browser: Browser, stage: Stage, anna: Person) -> None:
    rule = made(stage, anna)
    again, left = ran(rule, 1, Run.State.FAILED), ran(rule, 2, Run.State.FAILED)
    answer = browser.post(f"{URL}log/{again.pk}/again/", {"next": "https://elsewhere.ru/"})
    assert answer["Location"] == f"{URL}log/{again.pk}/"
    browser.post(f"{URL}log/{left.pk}/leaving/")
    states = dict(Run.objects.values_list("pk", "state"))
    assert states == {again.pk: "waiting", left.pk: "left"}
    assert browser.get(f"{URL}log/{left.pk}/").status_code == 200
    assert browser.post(f"{URL}log/{left.pk}/again/").status_code == 422
