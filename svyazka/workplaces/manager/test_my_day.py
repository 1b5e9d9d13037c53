from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import questions, tasks
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.kit import clock
from svyazka.workplaces.shared import shell

FRAGMENT = {"HX-Request": "true", "HX-Target": "my-day"}


@pytest.fixture
def deal(windows, vera, mikhail):
    opened = open_deal(vera, by=mikhail, responsible=mikhail)
    opened.tasks.all().delete()
    return opened


def plan(person, what="Позвонить", *, deal=None, by=None, hours=-2) -> Task:
    task = tasks.plan(deal, what, due_at=clock.now() + timedelta(minutes=1), person=person, by=by or person)
    Task.objects.filter(pk=task.pk).update(due_at=clock.now() + timedelta(hours=hours))
    return task


def sections(answer) -> dict[str, list[str]]:
    return {one["code"]: [line["what"] for line in one["lines"]] for one in answer.context["sections"]}


def test_the_day_begins_here_for_managers_controllers_and_heads_only(mikhail, konstantin, roza, olga, egor):
    assert {shell.landing(one) for one in (mikhail, konstantin, roza)} == {"/my-day/"}
    assert [shell.landing(one) for one in (olga, egor)] == ["/queue/", "/field/"]


def test_a_line_has_client_number_stage_and_what_one_can_do(enter, mikhail, vera, deal):
    task = plan(mikhail, deal=deal)
    text = enter(mikhail).get("/my-day/", headers=FRAGMENT).content.decode()
    assert "<html" not in text
    for piece in (
        "Вера Павлова",
        "tel:+79161234567",
        deal.stage.name,
        f"/tasks/{task.pk}/completion/",
        f"/tasks/{task.pk}/snooze/",
    ):
        assert piece in text


def test_the_frame_counts_what_is_late_or_due_today(enter, mikhail, deal):
    page = enter(mikhail)
    plan(mikhail, deal=deal)
    plan(mikhail, "Визитки", hours=24 * 3)
    assert page.get("/my-day/").context["own_tasks"] == page.get("/my-day/count/").content.decode() == "1"
    Task.objects.bulk_create(Task(what="ещё", due_at=clock.now(), person=mikhail) for _ in range(120))
    assert page.get("/my-day/").context["own_tasks"] == page.get("/my-day/count/").content.decode() == "99+"


def test_what_was_given_to_somebody_else_is_waited_for(enter, mikhail, dina, deal):
    plan(dina, "Замерить", deal=deal, by=mikhail, hours=24)
    assert sections(enter(mikhail).get("/my-day/")) == {"today": [], "waiting": ["Замерить"]}


def test_a_visit_of_tomorrow_is_confirmed_from_here(enter, mikhail, deal):
    tomorrow = clock.day_bounds(clock.today() + timedelta(days=1))[0] + timedelta(hours=10)
    visit = Visit.objects.create(
        kind=VisitKind.objects.first(),
        deal=deal,
        client=deal.client,
        resource=Resource.objects.first(),
        starts_at=tomorrow,
        ends_at=tomorrow + timedelta(hours=1),
        request_id=uuid.uuid4(),
    )
    page = enter(mikhail)
    [line] = page.get("/my-day/").context["visits"]
    assert (line["when"], line["client"], line["phone"]) == ("10:00–11:00", "Вера Павлова", "+79161234567")
    page.post(f"/visits/{visit.pk}/confirmation/", {"version": line["version"]}, headers={"HX-Request": "true"})
    assert page.get("/my-day/").context["visits"] == []


def test_a_colleagues_day_is_seen_as_far_as_the_right_goes_without_his_own_business(enter, mikhail, roza, olga, deal):
    plan(mikhail, deal=deal)
    plan(mikhail, "К зубному")
    theirs = enter(roza).get(f"/my-day/?whose={mikhail.pk}")
    assert sections(theirs) == {"late": ["Позвонить"], "today": []}
    assert [enter(olga).get(f"/my-day/?whose={number}").status_code for number in (mikhail.pk, 10**9)] == [404, 404]


def test_five_hundred_overdue_ones_are_shown_a_page_at_a_time(enter, mikhail, deal):
    due_at = clock.now() - timedelta(days=1)
    Task.objects.bulk_create(Task(deal=deal, what=f"{n}", due_at=due_at, person=mikhail) for n in range(500))
    page = enter(mikhail)
    first = page.get("/my-day/")
    assert (len(sections(first)["late"]), first.context["more_url"]) == (25, "/my-day/?most=125")
    assert len(sections(page.get("/my-day/?most=600"))["late"]) == 500


def test_thirty_lines_cost_as_many_questions_as_one(enter, mikhail, django_assert_num_queries):
    def some(number: int) -> None:
        for at in range(number):
            client = Client.objects.create(name=f"Клиент {at}")
            ContactPoint.objects.create(client=client, kind="phone", value=f"+7916{at:07}")
            made = open_deal(client, by=mikhail, responsible=mikhail)
            plan(mikhail, deal=Deal.objects.get(pk=made.pk), what=f"{at}")

    page = enter(mikhail)
    some(1)
    with CaptureQueriesContext(connection) as one:
        page.get("/my-day/")
    some(30)
    with django_assert_num_queries(len(one)):
        page.get("/my-day/")


def test_of_many_who_wait_for_me_the_first_are_shown_and_the_rest_unfolded(enter, konstantin, mikhail, deal):
    for number in range(6):
        due_at = clock.now() + timedelta(hours=number + 1)
        texts = {"due_at": due_at, "request_id": uuid.uuid4(), "by": konstantin}
        questions.ask(deal, [mikhail.pk], f"Вопрос {number}", **texts)
    answer = enter(mikhail).get("/my-day/", headers=FRAGMENT)
    text = answer.content.decode()
    assert (len(answer.context["owed"]), len(answer.context["owed_later"])) == (4, 2)
    assert text.index("Вопрос 3") < text.index("Показать ещё 2") < text.index("Вопрос 4")
    assert '<span class="count">6</span>' in text
