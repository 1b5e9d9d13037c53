from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import calling
from svyazka.business.deals.work.calling_queue import Whose
from svyazka.business.deals.work.ring_these import Share, ring_these
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def deals(windows, mikhail) -> list[Deal]:
    made = [open_deal(Client.objects.create(name=f"Клиент {at}"), by=mikhail, responsible=mikhail) for at in range(5)]
    Task.objects.all().delete()
    return made


def put(deals, share=Share.ANYBODY, *, by, among=(), what="Рассказать об акции"):
    due_at = clock.now() + timedelta(seconds=1)
    return ring_these([one.pk for one in deals], what=what, due_at=due_at, share=share, among=among, by=by)


def test_each_deal_gets_one_call_shared_evenly_and_everybody_hears_of_it_once(deals, roza, mikhail, dina):
    listed = put(deals, Share.EVENLY, among=[mikhail, dina], by=roza)
    assert sorted(listed.given.values()) == [2, 3]
    assert (listed.had, listed.not_ours, listed.gone) == (0, 0, 0)
    assert sorted(Notice.objects.values_list("person_id", "kind")) == [
        (person.pk, "task.to_ring") for person in sorted((mikhail, dina), key=lambda one: one.pk)
    ]
    deal = Deal.objects.get(pk=deals[0].pk)
    task = Task.objects.get(deal=deal)
    assert (deal.next_step, deal.next_step_at) == ("Рассказать об акции", task.due_at)
    assert Entry.objects.filter(verb="deals.step_planned", deal_id=deal.pk, by_id=roza.pk).count() == 1
    again = put(deals, by=roza)
    assert (dict(again.given), again.had) == ({}, 5)
    assert Task.objects.count() == 5


def test_without_a_person_it_is_whoever_takes_the_next(deals, roza, mikhail, dina):
    put(deals[:2], by=roza)
    assert set(Task.objects.values_list("person", flat=True)) == {None}
    assert calling.take_next(mikhail, Whose()) != calling.take_next(roza, Whose()) is not None


def test_each_deals_own_person_rings(deals, roza, mikhail):
    assert put(deals, Share.RESPONSIBLE, by=roza).given == {mikhail.pk: 5}


def test_deals_of_others_and_closed_ones_are_left_out_and_said(deals, dina, roza):
    Deal.objects.filter(pk=deals[0].pk).update(closed_at=clock.now())
    own = open_deal(Client.objects.create(name="Свой"), by=dina, responsible=dina)
    Task.objects.all().delete()
    listed = put([*deals, own], by=dina)
    assert (dict(listed.given), listed.not_ours, listed.gone) == ({None: 1}, 4, 1)


@pytest.mark.parametrize("wrong", [{"deals": []}, {"share": Share.EVENLY}, {"what": " "}, {"among": ["egor"]}], ids=str)
def test_what_cannot_be_is_said_in_words(deals, windows, roza, wrong):
    given = {"deals": deals, "share": Share.ANYBODY, "what": "Позвонить", "by": roza, **wrong}
    given["among"] = [windows[login] for login in given.get("among", ())]
    with pytest.raises(Refused):
        put(given.pop("deals"), given.pop("share"), **given)
    assert not Task.objects.exists()


def test_many_cost_the_same_number_of_questions(deals, roza):
    def asked(chosen) -> int:
        with CaptureQueriesContext(connection) as questions:
            put(chosen, by=roza)
        return len(questions)

    asked(deals[:1])  # learns what its role may
    assert asked(deals[1:2]) == asked(deals[2:])
