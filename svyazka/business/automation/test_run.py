from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from svyazka.business.automation import log, rules, run
from svyazka.business.automation.action import CannotAct, TryLater
from svyazka.business.automation.models import Rule, Run, Step
from svyazka.business.clients import history
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Pipeline, Stage
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.kit import clock


def amount_of(deal):
    return Deal.objects.get(pk=deal.pk).amount


def states():
    return list(Run.objects.order_by("pk").values_list("state", flat=True))


def test_what_happens_makes_a_rule_act_and_the_history_says_so(rule, deal, act):
    made = rule(does=[("amount", {"amount": "500"})], name="Сразу сумма")
    opened = deal()
    act()

    (acted,) = log.of_deal(opened.pk)
    assert amount_of(opened) == Decimal(500)
    assert (acted.rule, acted.state, acted.version) == (made, "done", 1)
    assert [(step.kind, step.state, step.made) for step in acted.steps.all()] == [
        ("made_up.amount", "done", {"deal": opened.pk})
    ]
    entry = Entry.objects.get(verb="deals.changed")
    assert (entry.run_id, entry.by_id, entry.actor) == (acted.pk, None, "Правило «Сразу сумма»")


def test_what_happened_before_it_was_switched_on_does_not_concern_it(rule, deal, act):
    opened = deal()
    rule()
    act()
    assert (amount_of(opened), states()) == (None, [])


def test_a_rule_acts_once_on_one_event_however_often_it_is_heard(rule, deal, act, actions):
    rule(does=[("one", {})])
    deal()
    act()
    act()
    assert len(actions["one"].acted) == 1


def test_it_acts_when_it_has_waited_and_the_conditions_are_asked_then(rule, deal, act, later, mikhail):
    made = rule(
        does=[("amount", {"amount": "500"})],
        wait_minutes="60",
        conditions=[{"kind": "amount", "given": {"how": "unknown"}}],
    )
    waits, known = deal(), deal()
    act()
    assert states() == ["waiting", "waiting"]

    facts.change(known, {"amount": "7"}, by=mikhail)
    later(hours=1, minutes=1)
    act()

    assert (amount_of(waits), amount_of(known)) == (Decimal(500), Decimal(7))
    left = Run.objects.get(rule=made, deal_id=known.pk)
    assert (left.state, left.why) == ("left", "Условие не выполнено: сумма не известна.")


def test_switched_off_meanwhile_it_leaves_what_waits(rule, deal, act, later, anna):
    made = rule(wait_minutes="60")
    deal()
    act()
    rules.switch(made, on=False, by=anna)
    later(hours=2)
    act()
    assert states() == ["left"]


def test_once_for_each_deal(rule, deal, act, actions, mikhail):
    rule("field_changed", {"holder": "deal", "field": "address", "how": "any"}, does=[("one", {})], once="deal")
    one, other = deal(), deal()
    for address in ("Москва, ул. Лесная, 7", "Москва, ул. Лесная, 8"):
        facts.change(one, {"address": address}, by=mikhail)
    facts.change(other, {"address": "Москва, ул. Лесная, 9"}, by=mikhail)
    act()
    assert [case.deal.pk for case in actions["one"].acted] == [one.pk, other.pk]
    assert states() == ["done", "left", "done"]


def test_what_cannot_be_done_ends_the_run_in_words_and_nothing_half_done_stays(rule, deal, act, actions):
    rule(does=[("amount", {"amount": "1"}), ("one", {})])
    actions["one"].fails = [CannotAct("Нет телефона")]
    opened = deal()
    act()
    (failed,) = log.of_deal(opened.pk)
    assert (failed.state, failed.why, amount_of(opened)) == ("failed", "Нет телефона", Decimal(1))
    assert [step.state for step in failed.steps.all()] == ["done", "failed"]


def test_done_again_it_goes_on_where_it_failed(rule, deal, act, actions, anna):
    rule(does=[("amount", {"amount": "1"}), ("one", {})])
    actions["one"].fails = [CannotAct("Нет телефона")]
    opened = deal()
    act()
    log.again(Run.objects.get(), by=anna)
    act()
    assert (states(), amount_of(opened), len(actions["amount"].acted)) == (["done"], Decimal(2), 1)


def test_what_does_not_work_now_is_tried_again_with_growing_pauses(rule, deal, act, actions, later):
    rule(does=[("one", {})])
    actions["one"].fails = [TryLater("занято"), TryLater("занято")]
    opened = deal()
    act()
    waits = Run.objects.get()
    assert (waits.state, waits.tries, waits.why) == ("waiting", 1, "занято")
    assert timedelta(seconds=50) < waits.due_at - clock.now() <= timedelta(minutes=1)
    act()
    assert len(actions["one"].acted) == 1
    later(minutes=2)
    act()
    later(minutes=8)
    act()
    assert (states(), amount_of(opened)) == (["done"], Decimal(1))


def test_the_failure_of_one_does_not_block_another(rule, deal, act, actions):
    actions["one"].fails = [ZeroDivisionError()]
    rule(does=[("one", {})], name="Плохое")
    rule(does=[("amount", {"amount": "9"})], name="Хорошее")
    opened = deal()
    act()
    assert (states(), amount_of(opened)) == (["failed", "done"], Decimal(9))


def test_what_leads_outside_is_never_done_twice(rule, deal, act, actions, anna):
    """Killed on the way: it was written as begun, and nobody came back."""
    rule(does=[("outside", {"amount": "3"})])
    opened = deal()
    from svyazka.business.automation import follow

    follow.follow()
    run.work_off()
    begun = Run.objects.get()
    assert (begun.state, begun.is_outside) == ("waiting", True)
    Step.objects.create(run=begun, position=0, kind="made_up.outside", state="begun", at=clock.now())
    act()

    assert (states(), actions["outside"].acted, amount_of(opened)) == (["unsure"], [], None)
    assert Notice.objects.filter(kind="rule.unsure", person=anna).exists()

    log.again(Run.objects.get(), by=anna)
    act()
    assert (states(), amount_of(opened)) == (["done"], Decimal(3))


def test_of_what_broke_outside_nobody_knows(rule, deal, act, actions):
    rule(does=[("outside", {"amount": "3"})])
    actions["outside"].fails = [ConnectionResetError()]
    deal()
    act()
    act()
    assert (states(), len(actions["outside"].acted)) == (["unsure"], 1)


def test_one_that_is_left_is_over(rule, deal, act, actions, anna):
    rule(does=[("one", {})], wait_minutes="5")
    deal()
    act()
    log.leave(Run.objects.get(), by=anna)
    assert states() == ["left"]


def test_a_rule_never_fires_itself_though_it_does_not_say_what_it_writes(rule, deal, act, actions, mikhail):
    options = {"holder": "deal", "field": "amount", "how": "any"}
    rule("field_changed", options, does=[("one", {"says": False})])
    opened = deal()
    facts.change(opened, {"amount": "10"}, by=mikhail)
    act()
    assert (amount_of(opened), states()) == (Decimal(11), ["done", "stopped"])
    assert Run.objects.get(state="stopped").why == "Это вышло из того, что правило сделало само."


def test_two_that_fire_one_another_stop_after_a_round(rule, deal, act, mikhail):
    first, second = Stage.objects.filter(pipeline=Pipeline.objects.first(), kind="open").order_by("position")[1:3]
    rule("enters_stage", {"stage": str(first.pk)}, does=[("move", {"stage": second.pk})], name="Вперёд")
    rule("enters_stage", {"stage": str(second.pk)}, does=[("move", {"stage": first.pk})], name="Назад")
    opened = deal()
    from svyazka.business.deals import moves

    moves.put(opened, to=first, by=mikhail)
    act()
    assert states() == ["done", "done", "stopped"]
    assert list(Run.objects.order_by("pk").values_list("depth", flat=True)) == [0, 1, 2]


def test_a_rule_that_acts_too_often_on_one_deal_is_stopped(rule, deal, act, anna, mikhail, actions):
    options = {"holder": "deal", "field": "address", "how": "any"}
    made = rule("field_changed", options, does=[("one", {})])
    opened = deal()
    for number in range(22):
        facts.change(opened, {"address": f"Москва, ул. Лесная, {number}"}, by=mikhail)
    act()
    made.refresh_from_db()
    assert (len(actions["one"].acted), made.is_active) == (20, False)
    assert made.stopped_why == "Оно сработало в одной сделке больше 20 раз за час."
    assert Notice.objects.filter(kind="rule.stopped", person=anna).count() == 1


def test_a_rule_that_fails_again_and_again_is_stopped(rule, deal, act, actions):
    made = rule(does=[("one", {})])
    actions["one"].fails = [CannotAct("нет")] * 30
    for _number in range(21):
        deal()
    act()
    made.refresh_from_db()
    assert (made.is_active, len(actions["one"].acted), states().count("failed")) == (False, 20, 20)


def test_a_changed_rule_goes_on_as_it_was_when_it_began(rule, deal, act, actions, later, anna):
    made = rule(does=[("amount", {"amount": "1"}), ("one", {})])
    actions["one"].fails = [TryLater("занято")]
    opened = deal()
    act()
    typed = {**rules.content_of(made), "actions": [{"kind": "made_up.amount", "given": {"amount": "77"}}]}
    rules.change(made, typed, seen=1, by=anna)
    later(minutes=2)
    act()
    assert (amount_of(opened), Run.objects.get().version) == (Decimal(2), 1)


def test_the_client_of_a_deal_that_is_gone(rule, act, vera, olga, actions):
    rule("deal_opened", does=[("one", {})])
    gone = Run.objects.create(
        rule=Rule.objects.get(), version=1, event_key="x", deal_id=10**9, at=clock.now(), due_at=clock.now()
    )
    act()
    gone.refresh_from_db()
    assert (gone.state, actions["one"].acted) == ("left", [])


def test_the_line_of_the_history_names_the_rule(rule, deal, act, mikhail):
    second = Stage.objects.filter(pipeline=Pipeline.objects.first(), kind="open").order_by("position")[1]
    rule(does=[("move", {"stage": second.pk})], name="Сразу дальше")
    opened = deal()
    act()
    line = history.of_deals([opened.pk])[0]
    assert (line.kind, line.data["rule"]) == ("stage", "Сразу дальше")
