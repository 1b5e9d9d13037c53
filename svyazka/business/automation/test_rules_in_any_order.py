"""Whatever rules a company builds: they end, they act once on one event, and no person waits for them."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from svyazka.business.automation import follow, rules, run
from svyazka.business.automation.models import Rule, Run, Step
from svyazka.business.deals import moves, opening
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Pipeline, Stage

WORK = 3  # stages among which rules send deals about
_rule = some.tuples(
    some.sampled_from(["enters", "leaves", "field", "opened"]),
    some.integers(0, WORK - 1),
    some.lists(
        some.tuples(some.sampled_from(["move", "one", "amount"]), some.integers(0, WORK - 1)), min_size=1, max_size=2
    ),
    some.sampled_from(["", "deal"]),
)
_step = some.one_of(
    some.tuples(some.just("move"), some.integers(0, WORK - 1)),
    some.tuples(some.just("amount"), some.integers(1, 5)),
    some.tuples(some.sampled_from(["follow", "work", "killed"]), some.just(0)),
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(built=some.lists(_rule, min_size=1, max_size=5), steps=some.lists(_step, min_size=1, max_size=8))
def test_they_end_and_act_once(actions, vera, mikhail, anna, built, steps):
    """Rules of which nobody has said what they write, so that no circle is seen before they run."""
    with transaction.atomic():
        try:
            _try(vera, mikhail, anna, built, steps)
        finally:
            transaction.set_rollback(True)


def _try(vera, mikhail, anna, built, steps):
    stages = list(Stage.objects.filter(pipeline=Pipeline.objects.first(), kind="open").order_by("position"))[:WORK]
    for number, one in enumerate(built):
        _build(f"Правило {number}", one, stages, anna)
    deal = opening.open_deal(vera, responsible=mikhail, by=mikhail)
    clicks = 1
    for what, number in steps:
        clicks += _go(what, number, deal, stages, mikhail)
    for _round in range(40):
        if not follow.follow() + run.work_off():
            break
    else:
        raise AssertionError("they go round for ever")
    _insist_sound(deal, clicks, len(built))


def _go(what, number, deal, stages, mikhail):
    """A person clicks, or the worker does a part of its work. How many clicks it was."""
    current = Deal.objects.get(pk=deal.pk)
    if what == "move":
        moves.put(current, to=stages[number], by=mikhail)
        return 1
    if what == "amount":
        facts.change(current, {"amount": str(number)}, by=mikhail)
        return 1
    if what == "follow":
        follow.follow()
    elif what == "work":
        run.work_off()
    else:
        _killed()
    return 0


def _killed():
    """All that a round had done is gone with its transaction."""
    with transaction.atomic():
        follow.follow()
        run.work_off()
        transaction.set_rollback(True)


def _build(name, one, stages, anna):
    waits, at, does, once = one
    trigger, options = {
        "enters": ("enters_stage", {"stage": str(stages[at].pk)}),
        "leaves": ("leaves_stage", {"stage": str(stages[at].pk)}),
        "field": ("field_changed", {"holder": "deal", "field": "amount", "how": "any"}),
        "opened": ("deal_opened", {}),
    }[waits]
    values = {
        "move": lambda to: {"stage": stages[to].pk},
        "one": lambda _to: {},
        "amount": lambda to: {"amount": str(to)},
    }
    given = [{"kind": f"made_up.{kind}", "given": {**values[kind](to), "says": False}} for kind, to in does]
    # As if it had been built before the house knew what its actions write.
    typed = {"name": name, "trigger": trigger, "options": options, "actions": given, "once": once}
    made = rules.add({**typed, "actions": [{"kind": "made_up.one", "given": {"says": False}}]}, by=anna)
    Rule.objects.filter(pk=made.pk).update(actions=given)
    made.refresh_from_db()
    rules.switch(made, on=True, by=anna)


def _insist_sound(deal, clicks, number_of_rules):
    runs = list(Run.objects.select_related("rule"))
    assert max(Counter((one.rule_id, one.event_key) for one in runs).values(), default=1) == 1
    assert not [one for one in runs if one.state == Run.State.WAITING]
    by_number = {one.pk: one for one in runs}
    for one in runs:
        if one.state == Run.State.DONE:
            behind, cause = [], one.cause_id
            while cause:
                behind.append(by_number[cause].rule_id)
                cause = by_number[cause].cause_id
            assert one.rule_id not in behind
            assert len(behind) <= 5
            assert [step.state for step in Step.objects.filter(run=one)] == ["done"] * len(one.rule.actions)
    acted = Counter(one.rule_id for one in runs if one.state == Run.State.DONE and one.rule.once == "deal")
    assert max(acted.values(), default=1) == 1
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from deals_deal where id = %s", [deal.pk])
        assert cursor.fetchone() == (1,)
