from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction

from svyazka.business.automation import follow, run, streams
from svyazka.business.automation.models import Followed, Run
from svyazka.business.automation.trigger import Happened
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.journal import because
from svyazka.business.journal.record import About, record


def started():
    return list(Run.objects.order_by("deal_id").values_list("deal_id", flat=True))


def test_what_came_out_of_a_file_fires_only_rules_that_say_so(rule, deal, act, mikhail):
    options = {"holder": "deal", "field": "address", "how": "any"}
    rule("field_changed", options, name="Только люди")
    hears = rule("field_changed", options, name="И загрузка", hears_brought="on")
    opened = deal()
    with because.brought_along():
        facts.change(opened, {"address": "Москва, ул. Лесная, 1"}, by=mikhail)
    act()
    assert list(Run.objects.values_list("rule_id", flat=True)) == [hears.pk]


def test_a_rule_that_cannot_be_asked_does_not_keep_the_others_from_hearing(rule, deal, act):
    bad = rule("field_changed", {"holder": "deal", "field": "address", "how": "any"}, name="Испорчено")
    type(bad).objects.filter(pk=bad.pk).update(options={}, trigger="enters_stage")
    good = rule(name="Цело")
    deal()
    act()
    assert list(Run.objects.values_list("rule_id", flat=True)) == [good.pk]


def test_where_no_rule_waits_nothing_is_read(no_rules, deal, django_assert_num_queries):
    deal()
    follow.follow()
    with django_assert_num_queries(9):
        follow.follow()


def test_one_event_and_thirty_cost_the_same_number_of_statements(rule, deal, django_assert_max_num_queries):
    rule()
    deal()
    follow.follow()
    with django_assert_max_num_queries(20) as one:
        deal()
        before = len(one)
        follow.follow()
        first = len(one) - before
    for _number in range(30):
        deal()
    with django_assert_max_num_queries(first):
        assert follow.follow() == 30


def test_after_the_database_was_put_back_nothing_is_missed(rule, deal):
    """Its transactions are counted anew, from a number below."""
    rule()
    follow.follow()
    Followed.objects.update(transaction=2**31 - 5, mark_transaction=2**31 - 5)
    opened = deal()
    follow.follow()
    assert started() == [opened.pk]


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_committed_late_is_not_lost(windows, rule, vera, mikhail):
    """It got its number before one that was committed, heard and followed long before it."""
    from svyazka.business.deals.opening import open_deal

    slow, quick = (open_deal(vera, responsible=mikhail, by=mikhail).pk for _number in range(2))
    rule("question_answered")
    written, may_commit = threading.Event(), threading.Event()

    def answer(deal_id):
        record("deals.answered", About("deal", deal_id, deal_id=deal_id), by=mikhail)

    def late():
        with transaction.atomic():
            answer(slow)
            written.set()
            may_commit.wait(20)
        connections.close_all()

    other = threading.Thread(target=late)
    other.start()
    assert written.wait(20)
    answer(quick)
    for _round in range(4):
        follow.follow()
    assert started() == [quick]
    may_commit.set()
    other.join()
    for _round in range(4):
        follow.follow()
    assert started() == sorted([slow, quick])
    follow_until(lambda: Followed.objects.get(pk="journal").low > 0)


@pytest.mark.django_db(transaction=True)
def test_what_was_seen_is_not_read_again(windows, rule, vera, mikhail):
    from svyazka.business.deals.opening import open_deal

    rule()
    open_deal(vera, responsible=mikhail, by=mikhail)
    for _round in range(3):
        follow.follow()
        open_deal(vera, responsible=mikhail, by=mikhail)
    follow_until(lambda: not read_again())
    assert Run.objects.count() == 4


def read_again() -> list[Happened]:
    kept = Followed.objects.get(pk="journal")
    return [row for page in streams.fresh(streams.JOURNAL, kept, ["deals.opened"]) for row in page]


def follow_until(is_so: Callable[[], bool]) -> None:
    """Other tests of this moment have transactions of their own in the same cluster: until these have ended, what was
    written meanwhile is looked at once more."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < 60
        follow.follow()
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_several_workers_act_once(windows, rule, actions, vera, mikhail):
    from svyazka.business.deals.opening import open_deal

    rule(does=[("one", {})])
    deals = [open_deal(vera, responsible=mikhail, by=mikhail) for _number in range(6)]

    def work():
        for _round in range(12):
            follow.follow()
            run.work_off()
        connections.close_all()

    workers = [threading.Thread(target=work) for _number in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    amounts = Deal.objects.filter(pk__in=[one.pk for one in deals]).values_list("amount", flat=True)
    assert list(amounts) == [Decimal(1)] * 6


@pytest.mark.django_db(transaction=True)
def test_killed_between_two_actions_another_goes_on_behind_them(windows, rule, actions, vera, mikhail):
    """Its connection is cut in the middle of the second action: the first one stays done, once."""
    from svyazka.business.deals.opening import open_deal

    rule(does=[("one", {}), ("one", {})])
    opened = open_deal(vera, responsible=mikhail, by=mikhail)
    follow.follow()
    really = actions["one"].act

    def die(given, case, *, by):
        done = really(given, case, by=by)
        if len(actions["one"].acted) == 2:
            with connection.cursor() as cursor:
                cursor.execute("select pg_backend_pid()")
                (own,) = cursor.fetchone()
            other = connections.create_connection("default")
            with other.cursor() as cursor:
                cursor.execute("select pg_terminate_backend(%s)", [own])
            other.close()
        return done

    actions["one"].act = die
    with pytest.raises(Exception, match=r"(?s).*"):
        run.work_off()
    connection.close()
    actions["one"].act = really
    assert Deal.objects.get(pk=opened.pk).amount == Decimal(1)
    Run.objects.update(due_at=opened.opened_at)
    run.work_off()
    assert (Deal.objects.get(pk=opened.pk).amount, Run.objects.get().state) == (Decimal(2), "done")
