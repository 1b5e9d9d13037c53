"""Somebody leaves: nothing stays with him."""

from __future__ import annotations

import uuid
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Asked, Deal, HandOff, Stage, Task
from svyazka.business.deals.moves import move
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import questions, tasks
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Absence, Person
from svyazka.business.visits.dismissal import To, let_go, work_of
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

HOUR = timedelta(hours=1)


@pytest.fixture
def client_c(projects):
    return Client.objects.create(name="ООО Ромашка")


@pytest.fixture
def his(projects, client_c):
    return [open_deal(client_c, responsible=projects["timur"], by=projects["rinat"]) for _one in range(4)]


def stage(code):
    return Stage.objects.get(pipeline__code="sales", code=code)


def of(person):
    return Deal.objects.still_open().filter(responsible=person).count()


def test_nothing_is_saved_before_it_is_said_to_whom(his, projects):
    with pytest.raises(Refused, match="кому перейдёт"):
        let_go(projects["timur"], by=projects["anna"])
    assert Person.objects.get(login="timur").is_active
    assert of(projects["timur"]) == 4


def test_whoever_has_nothing_is_let_go_without_a_question(projects):
    assert not work_of(projects["sofia"])
    assert let_go(projects["sofia"], by=projects["anna"]) == []
    assert not Person.objects.get(login="sofia").is_active


def test_evenly_to_the_department_where_whoever_is_on_leave_gets_none(his, projects):
    now = clock.now()
    Absence.objects.create(person=projects["sofia"], during=(now - HOUR, now + HOUR))
    let_go(projects["timur"], to=To.DEPARTMENT, by=projects["anna"])
    shared = {login: of(projects[login]) for login in ("timur", "sofia", "rinat", "lidia")}
    assert (shared["timur"], shared["sofia"], sum(shared.values())) == (0, 0, 4)
    assert not Task.objects.filter(person=projects["timur"], done_at=None).exists()


def test_outside_the_hours_of_work_they_still_go_to_somebody(his, projects):
    yesterday = str((clock.local(clock.now()).weekday() - 1) % 7)
    Person.objects.update(hours={yesterday: [["00:00", "24:00"]]})
    let_go(projects["timur"], to=To.DEPARTMENT, by=projects["anna"])
    assert not Deal.objects.filter(responsible=None).exists()


def test_by_the_rules_of_the_pipelines(his, projects):
    let_go(projects["timur"], to=To.RULE, by=projects["anna"])
    assert (of(projects["timur"]), of(projects["sofia"])) == (0, 4)


def test_a_hand_off_that_waits_for_him_waits_for_the_next_one(projects, client_c):
    facts = {
        "project_kind": "inbound",
        "seats": 40,
        "calls_per_day": 900,
        "contract_number": "17-А",
        "contact_person": "И",
    }
    deal = open_deal(client_c, responsible=projects["timur"], by=projects["timur"])
    Deal.objects.filter(pk=deal.pk).update(stage=stage("contract"), facts=facts, amount=1000)
    move(Deal.objects.get(pk=deal.pk), to=stage("signed"), by=projects["timur"])
    leg = HandOff.objects.get()
    receiver = leg.to_person
    assert work_of(receiver).table.hand_offs == 1
    let_go(receiver, to=To.RULE, by=projects["anna"])
    leg.refresh_from_db()
    assert {leg.to_person, receiver} == {projects["pavel"], projects["polina"]}
    assert Deal.objects.get(parent=deal).responsible == leg.to_person


def test_visits_go_to_whoever_is_free_then_and_the_others_stay(visit, anna, egor, ilya):
    assert work_of(egor).visits == 1
    assert let_go(egor, to=To.RULE, by=anna) == []
    visit.refresh_from_db()
    assert visit.resource.person == ilya
    assert let_go(ilya, to=To.RULE, by=anna) == [visit]


def test_tasks_and_questions_go_to_whoever_is_responsible_for_the_deal(his, projects):
    timur, sofia, konstantin = projects["timur"], projects["sofia"], projects["konstantin"]
    rinats = open_deal(his[0].client, responsible=projects["rinat"], by=projects["rinat"])
    due = clock.now() + HOUR
    step = tasks.plan(rinats, "Посчитать смету", due_at=due, person=timur, by=projects["rinat"])
    own = tasks.plan(None, "Заказать визитки", due_at=due, by=timur)
    for deal in (his[0], rinats):
        questions.ask(deal, [timur.pk], "Почему?", due_at=due, request_id=uuid.uuid4(), by=konstantin)
    both = questions.ask(his[1], [timur.pk, sofia.pk], "Когда?", due_at=due, request_id=uuid.uuid4(), by=konstantin)
    table = work_of(timur).table
    assert (table.deals, table.hand_offs, table.tasks, table.questions) == (4, 0, 2, 3)
    let_go(timur, to=To.PERSON, receiver=sofia, by=projects["anna"])
    assert of(sofia) == 4
    assert {Task.objects.get(pk=step.pk).person, Task.objects.get(pk=own.pk).person} == {projects["rinat"], sofia}
    asked = set(Asked.objects.values_list("question__deal", "person"))
    assert asked == {(his[0].pk, sofia.pk), (rinats.pk, projects["rinat"].pk), (his[1].pk, sofia.pk)}
    assert Asked.objects.filter(question=both).count() == 1
    assert not work_of(timur)
    assert Notice.objects.filter(person=sofia, kind="question.asked").count() == 2


@pytest.mark.parametrize("receiver", ["konstantin", "timur", None])
def test_not_to_whoever_cannot_have_deals_nor_to_himself(his, projects, receiver):
    with pytest.raises(Refused):
        let_go(projects["timur"], to=To.PERSON, receiver=projects.get(receiver), by=projects["anna"])
    assert of(projects["timur"]) == 4
    assert Person.objects.get(login="timur").is_active


def test_where_the_department_has_nobody_else_it_says_so(his, projects):
    Person.objects.exclude(login="timur").filter(department=projects["timur"].department).update(department=None)
    with pytest.raises(Refused, match="Выберите сотрудника"):
        let_go(projects["timur"], to=To.DEPARTMENT, by=projects["anna"])


def test_the_last_administrator_keeps_everything(projects, client_c):
    open_deal(client_c, responsible=projects["anna"], by=projects["anna"])
    with pytest.raises(Refused, match="последний администратор"):
        let_go(projects["anna"], to=To.PERSON, receiver=projects["sofia"], by=projects["anna"])
    assert of(projects["anna"]) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_are_let_go_at_once_with_each_other_as_receivers_do_not_leave_deals_with_either(his, projects):
    timur, sofia, said = projects["timur"], projects["sofia"], []
    open_deal(his[0].client, responsible=sofia, by=projects["rinat"])

    def dismiss(person, receiver):
        try:
            let_go(person, to=To.PERSON, receiver=receiver, by=projects["anna"])
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=dismiss, args=pair) for pair in ((timur, sofia), (sofia, timur), (timur, sofia))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gone = Person.objects.filter(pk__in=[timur.pk, sofia.pk], is_active=False)
    assert gone.count() == 1
    assert said
    assert not Deal.objects.still_open().filter(responsible__in=gone).exists()
    assert Deal.objects.still_open().count() == 5
