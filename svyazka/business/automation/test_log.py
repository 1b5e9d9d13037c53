from __future__ import annotations

import pytest

from svyazka.business.automation import log
from svyazka.business.automation.models import Run
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import Refused


def test_pages_of_runs_the_latest_first_with_the_same_number_of_statements(rule, deal, act, django_assert_num_queries):
    made = rule()
    deal()
    act()
    with django_assert_num_queries(2):
        assert len(log.list_runs(rule=made)) == 1
    for _number in range(4):
        deal()
    act()
    with django_assert_num_queries(2):
        newest = log.list_runs(rule=made, most=3)
    assert [one.pk for one in newest] == list(Run.objects.order_by("-at", "-id").values_list("pk", flat=True)[:3])
    last = newest[-1]
    assert len(log.list_runs(before=(last.at, last.pk))) == 2
    assert log.list_runs(states=["failed"]) == []


def test_only_what_failed_is_done_again_and_only_what_goes_on_is_left(rule, deal, act, anna):
    rule()
    deal()
    act()
    done = Run.objects.get()
    for verb in (log.again, log.leave):
        with pytest.raises(Refused):
            verb(done, by=anna)
    assert not Entry.objects.filter(verb__startswith="automation.run").exists()


def test_left_by_a_person_the_journal_says_so(rule, deal, act, anna):
    rule(wait_minutes="9")
    opened = deal()
    act()
    log.leave(Run.objects.get(), by=anna)
    entry = Entry.objects.get(verb="automation.run_left")
    assert (entry.by_id, entry.deal_id) == (anna.pk, opened.pk)
    assert Run.objects.get().why == "Оставлено: Анна Власова."


def test_old_ones_are_forgotten_but_not_that_a_rule_has_acted_once(rule, deal, act, later):
    rule(name="Каждый раз")
    once = rule(name="Один раз", once="deal")
    deal()
    act()
    assert log.forget_old() == 0
    later(days=200)
    assert log.forget_old() == 1
    assert list(Run.objects.values_list("rule_id", flat=True)) == [once.pk]
