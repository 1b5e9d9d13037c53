from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import translation

from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import tasks
from svyazka.business.journal.models import Entry
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def deal(windows, vera, olga):
    return open_deal(vera, by=olga)


def test_the_earliest_open_step_stands_on_the_deal(deal, olga):
    soon = clock.now() + timedelta(minutes=10)
    tasks.plan(deal, "Позвонить", due_at=soon, by=olga)
    stored = Deal.objects.get(pk=deal.pk)
    assert (stored.next_step, stored.next_step_at) == ("Позвонить", soon)
    assert Entry.objects.get(verb="deals.step_planned").changes["what"] == [None, "Позвонить"]


def test_a_tick_brings_the_next_one_forward_and_counts_once(deal, olga):
    soon = tasks.plan(deal, "Позвонить", due_at=clock.now() + timedelta(minutes=10), by=olga)
    tasks.done(soon, by=olga)
    tasks.done(soon, by=olga)
    assert Deal.objects.get(pk=deal.pk).next_step == "Позвонить клиенту"
    assert Entry.objects.filter(verb="deals.step_done").count() == 1


def test_after_the_last_tick_the_deal_has_no_next_step(deal, olga):
    tasks.done(Task.objects.get(deal=deal), by=olga)
    stored = Deal.objects.get(pk=deal.pk)
    assert (stored.next_step, stored.next_step_at) == ("", None)


@pytest.mark.parametrize("what", ["", "  ", "\x00", "х" * 201])
def test_a_step_is_said_in_some_words(deal, olga, what):
    with pytest.raises(Refused) as refusal:
        tasks.plan(deal, what, due_at=clock.now() + timedelta(hours=1), by=olga)
    assert list(refusal.value.fields) == ["what"]


def test_nobody_can_do_something_yesterday(deal, olga):
    with pytest.raises(Refused) as refusal:
        tasks.plan(deal, "Позвонить", due_at=clock.now() - timedelta(days=1), by=olga)
    assert list(refusal.value.fields) == ["due_at"]


@pytest.mark.django_db(transaction=True)
def test_of_two_steps_planned_at_once_the_earlier_stands_on_the_deal(deal, olga):
    now = clock.now()

    def plan_beside() -> None:
        tasks.plan(deal, "Позже", due_at=now + timedelta(minutes=20), by=olga)
        connections.close_all()

    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            tasks.plan(deal, "Раньше", due_at=now + timedelta(minutes=10), by=olga)
            later = beside.submit(plan_beside)
            wait([later], timeout=0.5)
        later.result()
    assert Deal.objects.get(pk=deal.pk).next_step == "Раньше"


def test_what_the_stage_asks_for_is_read_in_the_language_of_the_page(windows, vera, olga):
    with translation.override("en"):
        deal = open_deal(vera, by=olga)
        assert (deal.next_step, deal.step_in_words) == ("Позвонить клиенту", "Ring the client")
    assert deal.step_in_words == "Позвонить клиенту"
    assert deal.stage.step_in_words("Своими словами") == "Своими словами"
