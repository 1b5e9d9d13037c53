from __future__ import annotations

import pytest
from django.utils import translation

from svyazka.business.clients.models import Apart, Client
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice

PHONE = "+7 916 765-43-21"


@pytest.fixture
def anna_known(known):
    return known("Иванова Анна", PHONE)


@pytest.fixture
def nadya(known):
    return known("Иванова Надежда", PHONE)


def test_the_responsible_manager_is_asked_once_and_told_why(anna_known, nadya, compared, mikhail, olga):
    open_deal(anna_known, responsible=mikhail, by=olga)
    deal = open_deal(nadya, responsible=olga, by=olga)
    Notice.objects.all().delete()
    (made,) = suspect(nadya, compared(nadya, anna_known), deal=deal, by=olga)
    assert (made.client, made.other, made.deal, made.band) == (nadya, anna_known, deal, "doubtful")
    task = Task.objects.get(pk=made.task_id)
    assert (task.person, task.deal, task.by) == (mikhail, deal, olga)
    assert task.what == (
        f"Может быть, это Иванова Анна (№ {anna_known.pk}) — "
        "телефон совпал: +7 916 765-43-21, фамилия совпала: Иванов(а); но имена разные"
    )
    assert list(Notice.objects.values_list("kind", "person")) == [("task.given", mikhail.pk)]
    assert Entry.objects.get(verb="duplicates.suspected").changes == {"like": [None, f"№ {anna_known.pk}"]}
    assert suspect(nadya, compared(nadya, anna_known), deal=deal, by=olga) == []
    assert suspect(anna_known, compared(anna_known, nadya), deal=deal, by=olga) == [], "whichever of them came first"
    assert Task.objects.filter(what=task.what).count() == 1


def test_what_the_client_waits_for_stays_the_next_step(anna_known, nadya, compared, olga):
    deal = open_deal(nadya, by=olga)
    before = Deal.objects.values_list("next_step", "next_step_at").get(pk=deal.pk)
    suspect(nadya, compared(nadya, anna_known), deal=deal, by=olga)
    assert Deal.objects.values_list("next_step", "next_step_at").get(pk=deal.pk) == before


def test_nobody_responsible_means_the_head(anna_known, nadya, compared, olga, roza):
    (made,) = suspect(nadya, compared(nadya, anna_known), deal=None, by=olga)
    assert (made.task.person, made.task.deal) == (roza, None)


def test_whoever_has_left_is_not_asked(anna_known, nadya, compared, mikhail, olga):
    open_deal(anna_known, responsible=mikhail, by=olga)
    deal = open_deal(nadya, responsible=olga, by=olga)
    type(mikhail).objects.filter(pk=mikhail.pk).update(is_active=False)
    (made,) = suspect(nadya, compared(nadya, anna_known), deal=deal, by=olga)
    assert made.task.person == olga


def test_three_are_named_at_most_and_none_who_was_said_to_be_somebody_else(known, nadya, compared, olga):
    others = [
        known(f"Петров{end} Надежда", f"+7 916 765-43-2{at}") for at, end in enumerate(("а", "ова", "ина", "енко"), 2)
    ]
    decision = compared(nadya, *others)
    assert len(decision.likely) >= 2
    first = decision.likely[0].id
    pair = sorted([first, nadya.pk])
    Apart.objects.create(one_id=pair[0], other_id=pair[1], by=olga)
    made = suspect(nadya, decision, deal=None, by=olga)
    assert {one.other_id for one in made} == {one.id for one in decision.likely[:3]} - {first}
    assert len({one.task_id for one in made}) == 1


def test_a_task_is_worded_in_the_language_of_the_company(anna_known, nadya, compared, olga):
    with translation.override("en"):
        (made,) = suspect(nadya, compared(nadya, anna_known), deal=None, by=olga)
    assert made.task.what.startswith("Может быть, это ")


def test_words_fit_into_a_task(known, compared, olga):
    long = "Константинопольская-Преображенская Александра Владимировна " * 3
    first, second = known(long[:200], PHONE), known(long[:60], PHONE)
    (made,) = suspect(second, decision := compared(second, first), deal=None, by=olga)
    assert decision.likely
    assert 100 < len(made.task.what) <= 200


def test_nothing_is_written_of_somebody_new(known, compared, olga):
    first, second = known("Иванова Анна", PHONE), known("Сидоров Пётр", "+7 903 111-22-33")
    assert suspect(second, compared(second, first), deal=None, by=olga) == []
    assert (Suspicion.objects.count(), Entry.objects.filter(verb="duplicates.suspected").count()) == (0, 0)
    assert Client.objects.filter(pk=second.pk).exists()
