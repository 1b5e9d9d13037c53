from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.automation.action import CannotAct
from svyazka.business.automation.actions.ask_people import AskPeople
from svyazka.business.automation.actions.assign import Assign
from svyazka.business.automation.actions.give_task import GiveTask
from svyazka.business.automation.actions.notify import Notify
from svyazka.business.automation.actions.ring import Ring
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Question, Task
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def test_the_responsible_person_gets_a_task_with_what_is_known_in_its_words(deal, mikhail, case_of, do):
    done = do(GiveTask(), case_of(deal), what="Позвонить: {client}, {address}", due="120", kind="call")
    task = Task.objects.get(pk=done.made["task"])
    assert (task.person, task.what, task.kind, task.deal_id) == (
        mikhail, f"Позвонить: {deal.client.name}, Лесная, 5", "call", deal.pk,
    )  # fmt: skip
    assert task.due_at > clock.now() + timedelta(hours=1)
    assert Notice.objects.get(person=mikhail, kind="task.given").data["what"] == task.what


def test_a_field_that_there_is_not_is_refused_when_the_rule_is_saved(windows):
    with pytest.raises(Refused) as refusal:
        GiveTask().read({"who": "head", "what": "Позвонить {cleint}", "kind": "call", "due": "60"})
    assert "{cleint}" in str(refusal.value.fields["what"])


def test_where_nobody_is_responsible_the_head_gets_it(deal, roza, case_of, do, mikhail):
    facts.appoint(deal, None, by=mikhail)
    done = do(GiveTask(), case_of(deal), what="Разобрать", due="60", kind="other")
    assert Task.objects.get(pk=done.made["task"]).person.role == "head"


def test_of_a_role_each_gets_one_in_turn(deal, case_of, do):
    people = set(Person.objects.working().filter(role="operator").values_list("pk", flat=True))
    given = {"who": "role", "role": "operator", "due": "60", "kind": "other"}
    got = [
        Task.objects.get(pk=do(GiveTask(), case_of(deal), what=f"Дело {number}", **given).made["task"]).person_id
        for number in range(len(people))
    ]
    assert set(got) == people


def test_somebody_who_has_left_gets_nothing(deal, case_of, do, egor, anna):
    Person.objects.filter(pk=egor.pk).update(is_active=False)
    with pytest.raises(CannotAct):
        do(GiveTask(), case_of(deal), who="person", person=str(egor.pk), what="Замерить", due="60", kind="other")
    assert not Task.objects.filter(what="Замерить").exists()


def test_a_rule_appoints_by_name_and_in_turn_and_leaves_whoever_is_there(deal, roza, mikhail, case_of, do):
    do(Assign(), case_of(deal), how="person", person=str(roza.pk))
    deal.refresh_from_db()
    assert deal.responsible == roza
    assert Notice.objects.filter(person=roza, kind="deals.given").count() == 1
    do(Assign(), case_of(deal), how="person", person=str(mikhail.pk), keeps="1")
    deal.refresh_from_db()
    assert deal.responsible == roza


def test_whoever_was_appointed_a_moment_ago_stays_too(deal, roza, mikhail, case_of, do):
    facts.appoint(deal, None, by=mikhail)
    deal.refresh_from_db()
    seen = case_of(deal)
    facts.appoint(deal, roza, by=roza)
    done = do(Assign(), seen, how="person", person=str(mikhail.pk), keeps="1")
    deal.refresh_from_db()
    assert (deal.responsible, dict(done.made)) == (roza, {})
    assert roza.full_name in done.words


def test_whoever_may_not_change_deals_does_not_become_responsible(deal, egor, case_of, do):
    with pytest.raises(CannotAct):
        do(Assign(), case_of(deal), how="person", person=str(egor.pk))


def test_the_controller_asks_once_however_often_the_step_is_begun(deal, mikhail, konstantin, case_of, do):
    typed = {"text": "Почему перенесли {number} раз?", "due": "240"}
    first = do(AskPeople(), case_of(deal, key="run/7/1", number=3), **typed)
    again = do(AskPeople(), case_of(deal, key="run/7/1", number=3), **typed)
    question = Question.objects.get()
    assert first.made == again.made == {"question": question.pk}
    assert (question.by, question.text) == (konstantin, "Почему перенесли 3 раз?")
    assert [one.person for one in question.asked.all()] == [mikhail]


def test_people_hear_of_it_in_the_rules_own_words(deal, roza, case_of, do):
    do(Notify(), case_of(deal), who="head", text="Большая сделка: {client}")
    notice = Notice.objects.get(person=roza, kind="rule.says")
    assert (notice.deal_id, notice.data) == (deal.pk, {"text": f"Большая сделка: {deal.client.name}"})


def test_a_deal_goes_on_the_calling_list_once(deal, case_of, do):
    typed = {"what": "Узнать, подошло ли", "share": "anybody", "due": "60"}
    Task.objects.filter(deal=deal).delete()
    do(Ring(), case_of(deal), **typed)
    assert "уже" in do(Ring(), case_of(deal), **typed).words
    task = Task.objects.get(deal=deal)
    assert (task.kind, task.person_id, task.by_id) == ("call", None, None)
