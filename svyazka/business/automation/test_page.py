from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from svyazka.business.automation import follow, log, run
from svyazka.business.automation.models import Run, Step
from svyazka.business.deals.models import Deal
from svyazka.business.journal.models import LiveEvent
from svyazka.kit import clock

ADDRESS = {"holder": "deal", "field": "address", "how": "any"}


def amounts():
    return list(Deal.objects.order_by("pk").values_list("amount", flat=True))


def states():
    return list(Run.objects.order_by("pk").values_list("state", flat=True))


def test_thirty_runs_are_looked_at_with_the_questions_of_one(rule, deal):
    rule(conditions=[{"kind": "amount", "given": {"how": "known"}}])
    asked = []
    for many in (1, 24):
        for _number in range(many):
            deal()
        follow.follow()
        with CaptureQueriesContext(
            connection,
        ) as questions:
            assert run.work_off() == many
        asked.append(len(questions))
    assert asked[0] == asked[1]
    assert states() == ["left"] * 25


def test_whoever_comes_behind_on_the_same_deal_sees_what_was_done(rule, deal, act):
    """Read together, before the first of them acted."""
    rule(does=[("one", {})], name="Первое")
    rule(does=[("one", {})], name="Второе")
    rule(
        conditions=[{"kind": "amount", "given": {"how": "unknown"}}], does=[("amount", {"amount": "9"})], name="Третье"
    )
    deal()
    act()
    assert (amounts(), states()) == ([Decimal(2)], ["done", "done", "left"])


def test_what_a_person_leaves_while_its_page_is_worked_off_does_not_act(rule, deal, actions, anna):
    rule(does=[("one", {})])
    for _number in range(3):
        deal()
    follow.follow()
    second = Run.objects.order_by("pk")[1]
    really = actions["one"].act

    def meanwhile(given, case, *, by):
        if not actions["one"].acted:
            log.leave(second, by=anna)
        return really(given, case, by=by)

    actions["one"].act = meanwhile
    run.work_off()
    assert (amounts(), states()) == ([Decimal(1), None, Decimal(1)], ["done", "left", "done"])
    second.refresh_from_db()
    assert (second.why, second.steps.count()) == (f"Оставлено: {anna.full_name}.", 0)


def test_browsers_hear_of_each_run_that_has_ended(rule, deal, act):
    rule(does=[("one", {})])
    opened = [deal() for _number in range(3)]
    LiveEvent.objects.all().delete()
    act()
    told = LiveEvent.objects.filter(topic="run").order_by("pk").values_list("object_id", "data")
    assert [tuple(one) for one in told] == [
        (ended.pk, {"deal": one.pk}) for ended, one in zip(Run.objects.order_by("pk"), opened, strict=True)
    ]


def test_killed_before_it_could_say_that_they_have_ended(rule, deal, act, actions):
    """What they did stands in their steps."""
    rule(does=[("one", {})])
    for _number in range(3):
        deal()
    act()
    Run.objects.update(state="waiting", ended_at=None)
    act()
    assert (amounts(), states(), len(actions["one"].acted)) == ([Decimal(1)] * 3, ["done"] * 3, 3)


@pytest.mark.django_db(transaction=True)
def test_once_its_connection_is_cut_the_rest_is_left_to_others(windows, rule, actions, vera, mikhail):
    """The locks have gone with it."""
    from svyazka.business.deals.opening import open_deal

    rule(does=[("one", {})])
    for _number in range(4):
        open_deal(vera, responsible=mikhail, by=mikhail)
    follow.follow()
    really = actions["one"].act

    def die(given, case, *, by):
        if len(actions["one"].acted) == 1:
            with connection.cursor() as cursor:
                cursor.execute("select pg_backend_pid()")
                (own,) = cursor.fetchone()
            other = connections.create_connection("default")
            with other.cursor() as cursor:
                cursor.execute("select pg_terminate_backend(%s)", [own])
            other.close()
        return really(given, case, by=by)

    actions["one"].act = die
    with pytest.raises(Exception, match=r"(?s).*"):
        run.work_off()
    connection.close()
    assert amounts() == [Decimal(1), None, None, None]
    actions["one"].act = really
    Run.objects.filter(state="waiting").update(due_at=F("at"))
    run.work_off()
    assert (amounts(), states()) == ([Decimal(1)] * 4, ["done"] * 4)


def test_an_action_that_is_done_is_done_for_whoever_has_lost_his_lock(rule, deal, actions):
    rule(does=[("one", {})])
    deal()
    follow.follow()
    really = actions["one"].act

    def somebody_else_was_quicker(given, case, *, by):
        Step.objects.create(run=Run.objects.get(), position=0, kind="made_up.one", state="done", at=clock.now())
        return really(given, case, by=by)

    actions["one"].act = somebody_else_was_quicker
    run.work_off()
    assert amounts() == [None]
