from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.models import Apart, Client
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates import deciding, merging
from svyazka.business.duplicates.models import Merge, Suspicion
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.engines.matching import weights
from svyazka.engines.matching.refit import refit
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

PHONE = "+7 916 765-43-21"


@pytest.fixture
def pair(known, compared, olga):
    """Надежда has come, and may be Анна: a deal, a suspicion, a task of Olga's."""
    first, second = known("Иванова Анна", PHONE), known("Иванова Надежда", PHONE)
    deal = open_deal(second, responsible=olga, by=olga)
    (made,) = suspect(second, compared(second, first), deal=deal, by=olga)
    return made


@pytest.fixture
def three(known, compared, olga):
    """One who came, and two of whom he may be either; one task."""
    others = [known("Иванова Анна", PHONE), known("Иванова Вера", PHONE)]
    third = known("Иванова Надежда", PHONE)
    return suspect(third, compared(third, *others), deal=None, by=olga)


def now(suspicion: Suspicion) -> Suspicion:
    return Suspicion.objects.get(pk=suspicion.pk)


def is_done(task_id: int) -> bool:
    return Task.objects.get(pk=task_id).done_at is not None


def test_one_and_the_same_are_merged_into_whom_we_know_longer(pair, olga):
    done = deciding.same(pair, by=olga)
    assert (done.kept, done.gone, done.suspicion) == (pair.other, pair.client, pair)
    assert (now(pair).state, now(pair).decided_by) == ("same", olga)
    assert is_done(pair.task_id)
    assert Deal.objects.get(pk=pair.deal_id).client == pair.other
    with pytest.raises(ChangedMeanwhile):
        deciding.apart(pair, by=olga)


def test_whoever_decides_may_say_who_stays(pair, olga):
    assert deciding.same(pair, kept=pair.client, by=olga).kept == pair.client


def test_a_merge_is_taken_back_with_all_that_it_did(pair, olga):
    deciding.same(pair, by=olga)
    undone = deciding.take_back(pair, by=olga)
    assert undone
    assert undone.left == []
    assert (now(pair).state, now(pair).decided_at) == ("open", None)
    assert not is_done(pair.task_id)
    assert Client.objects.get(pk=pair.client_id).merged_into is None
    assert Merge.objects.get().undone_by == olga


def test_two_different_clients_are_never_asked_after_again(pair, compared, olga):
    deciding.apart(pair, by=olga)
    assert (now(pair).state, now(pair).decided_by, is_done(pair.task_id)) == ("apart", olga, True)
    assert Apart.objects.count() == 1
    assert suspect(pair.client, compared(pair.client, pair.other), deal=None, by=olga) == []
    with pytest.raises(Refused):
        merging.merge(pair.other, pair.client, by=olga)


def test_that_they_are_two_is_taken_back(pair, olga, mikhail):
    deciding.apart(pair, by=olga)
    deciding.take_back(pair, by=olga)
    assert (now(pair).state, Apart.objects.count(), is_done(pair.task_id)) == ("open", 0, False)
    deciding.apart(pair, by=olga)
    deciding.take_back(pair, by=mikhail)
    assert is_done(pair.task_id), "whoever ticked it off has done so"
    again = Task.objects.get(pk=now(pair).task_id)
    assert (again.done_at, again.person, again.what) == (None, olga, pair.task.what), "and is asked anew"


def test_a_task_ends_with_the_last_question_of_it(three, olga):
    first, second = three
    deciding.apart(first, by=olga)
    assert not is_done(first.task_id)
    deciding.apart(second, by=olga)
    assert is_done(first.task_id)


def test_whoever_was_merged_meanwhile_points_on(three, olga):
    first, second = three
    deciding.same(first, by=olga)
    left = now(second)
    assert left.state == "open"
    assert {left.client_id, left.other_id} == {first.other_id, second.other_id}
    deciding.apart(left, by=olga)
    assert now(second).state == "apart"


def test_later_means_out_of_sight_until_then(pair, olga):
    tomorrow = clock.now() + timedelta(days=1)
    deciding.later(pair, until=tomorrow, by=olga)
    assert (now(pair).until, Task.objects.get(pk=pair.task_id).snoozed_until) == (tomorrow, tomorrow)
    deciding.later(pair, until=None, by=olga)
    assert (now(pair).until, Task.objects.get(pk=pair.task_id).snoozed_until) == (None, None)
    with pytest.raises(Refused):
        deciding.later(pair, until=clock.now() - timedelta(days=1), by=olga)


def test_a_task_waits_only_when_all_that_it_asks_for_waits(three, olga):
    first, second = three
    tomorrow = clock.now() + timedelta(days=1)
    deciding.later(first, until=tomorrow, by=olga)
    assert Task.objects.get(pk=first.task_id).snoozed_until is None
    deciding.later(second, until=tomorrow, by=olga)
    assert Task.objects.get(pk=first.task_id).snoozed_until == tomorrow


def test_what_has_answered_itself_is_said_in_words(pair, olga):
    Suspicion.objects.all().delete()
    for decide in (lambda: deciding.same(pair, by=olga), lambda: deciding.apart(pair, by=olga)):
        with pytest.raises(Refused):
            decide()
    with pytest.raises(ChangedMeanwhile):
        deciding.take_back(pair, by=olga)


def test_each_decision_is_what_weights_learn_from(pair, olga):
    assert list(deciding.judged()) == []
    deciding.apart(pair, by=olga)
    (example,) = deciding.judged()
    assert not example.same
    assert example.amounts["phone.same"] == 1.0
    start = weights.start()
    assert refit(start, [example] * 20, version="2").bits["phone.same"] < start.bits["phone.same"]
    deciding.take_back(pair, by=olga)
    deciding.same(pair, by=olga)
    assert [one.same for one in deciding.judged()] == [True]


def test_open_pages_hear_of_each_decision_and_the_journal_keeps_it(pair, olga):
    LiveEvent.objects.all().delete()
    deciding.apart(pair, by=olga)
    assert LiveEvent.objects.filter(topic="suspicion", object_id=pair.pk).exists()
    deciding.take_back(pair, by=olga)
    deciding.later(pair, until=clock.now() + timedelta(days=1), by=olga)
    verbs = set(Entry.objects.filter(client_id__in=[pair.client_id, pair.other_id]).values_list("verb", flat=True))
    assert {"clients.apart", "clients.not_apart", "duplicates.put_off"} <= verbs
