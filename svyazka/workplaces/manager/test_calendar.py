from __future__ import annotations

import uuid
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.deals.models import Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import tasks
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.kit import clock


@pytest.fixture
def deal(windows, vera, mikhail):
    opened = open_deal(vera, by=mikhail, responsible=mikhail)
    opened.tasks.all().delete()
    return opened


@pytest.fixture
def step(deal, mikhail) -> Task:
    return tasks.plan(deal, "Позвонить", due_at=noon(clock.today() + timedelta(days=3)), by=mikhail)


def noon(day: date):
    return clock.day_bounds(day)[0] + timedelta(hours=12)


def shown(answer) -> dict[str, list[str]]:
    days = answer.context["days"]
    return {day["iso"]: [entry["what"] for entry in day["entries"]] for day in days if day["entries"]}


def week_of(day: date, **more) -> str:
    return "/calendar/deals/?" + urlencode({"view": "week", "day": day, **more})


def test_a_week_and_a_month_begin_on_monday(enter, olga, deal):
    page = enter(olga)
    week = page.get("/calendar/deals/?view=week&day=2026-11-26").context["days"]
    assert [week[0]["iso"], week[-1]["iso"], len(week)] == ["2026-11-23", "2026-11-29", 7]
    month = page.get("/calendar/deals/?day=2026-11-26").context
    assert [month["days"][0]["iso"], month["days"][-1]["iso"]] == ["2026-10-26", "2026-12-06"]
    assert [month["before"], month["after"]] == ["/calendar/deals/?day=2026-10-01", "/calendar/deals/?day=2026-12-01"]
    for day in ("1999-01-01", "2000-01-01", "2100-12-31", "nonsense"):
        assert page.get(f"/calendar/deals/?day={day}").status_code == 200


def test_visits_stand_among_the_steps_and_are_not_moved_here(enter, olga, deal, step):
    at = noon(clock.local(step.due_at).date()) - timedelta(hours=2)
    Visit.objects.create(
        kind=VisitKind.objects.get(code="measurement"),
        deal=deal,
        client=deal.client,
        resource=Resource.objects.first(),
        starts_at=at,
        ends_at=at + timedelta(hours=1),
        request_id=uuid.uuid4(),
    )
    [day] = [one for one in enter(olga).get(week_of(clock.local(at).date())).context["days"] if one["entries"]]
    assert [(one["what"], one["moves"], one["colour"]) for one in day["entries"]] == [
        ("Замер", False, deal.stage.colour),
        ("Позвонить", True, deal.stage.colour),
    ]


def test_it_can_be_narrowed(enter, olga, mikhail, dina, deal, step):
    page, day = enter(olga), clock.local(step.due_at).date()
    wanted = {"person": mikhail.pk, "pipeline": deal.pipeline_id}
    assert shown(page.get(week_of(day, **wanted))) == {day.isoformat(): ["Позвонить"]}
    assert shown(page.get(week_of(day, person=dina.pk))) == {}
    assert shown(page.get(week_of(day, department=deal.department_id or 10**6))) == (
        {day.isoformat(): ["Позвонить"]} if deal.department_id else {}
    )


def test_a_step_goes_to_another_day_at_the_same_hour_and_back(enter, olga, step):
    step.refresh_from_db()
    page, was = enter(olga), step.due_at
    day = clock.local(was).date() + timedelta(days=2)
    said = page.post(f"/tasks/{step.pk}/day/", {"day": day, "version": step.version}).content.decode()
    step.refresh_from_db()
    assert (step.due_at, was.isoformat() in said) == (was + timedelta(days=2), True)
    page.post(f"/tasks/{step.pk}/day/", {"back": was.isoformat(), "version": step.version})
    step.refresh_from_db()
    assert (step.due_at, step.deal.next_step_at) == (was, was)


def test_what_was_overdue_can_be_moved_back_too_but_nothing_is_planned_for_yesterday(enter, olga, step):
    page, was = enter(olga), clock.now() - timedelta(days=2)
    Task.objects.filter(pk=step.pk).update(due_at=was)
    tomorrow, yesterday = (clock.today() + timedelta(days=number) for number in (1, -1))
    page.post(f"/tasks/{step.pk}/day/", {"day": tomorrow, "version": step.version})
    step.refresh_from_db()
    assert clock.local(step.due_at).date() == tomorrow
    assert page.post(f"/tasks/{step.pk}/day/", {"back": was.isoformat(), "version": 1}).status_code == 409
    page.post(f"/tasks/{step.pk}/day/", {"back": was.isoformat(), "version": step.version})
    step.refresh_from_db()
    assert step.due_at == was
    for day in (yesterday, "", "31.12"):
        assert page.post(f"/tasks/{step.pk}/day/", {"day": day, "version": step.version}).status_code == 422


def test_three_thousand_in_a_month_stay_readable(enter, olga, deal, mikhail):
    day = date(2027, 3, 10)
    Task.objects.bulk_create(
        Task(deal=deal, what=f"{n}", due_at=noon(day) + timedelta(seconds=n), person=mikhail) for n in range(300)
    )
    page = enter(olga)
    [month] = [one for one in page.get("/calendar/deals/?day=2027-03-10").context["days"] if one["entries"]]
    assert (len(month["entries"]), month["more"]) == (4, 296)
    [week] = [one for one in page.get(month["url"]).context["days"] if one["entries"]]
    assert (len(week["entries"]), week["more"]) == (200, 100)


def test_thirty_entries_cost_as_many_questions_as_one(enter, olga, deal, step, django_assert_num_queries):
    page, day = enter(olga), clock.local(step.due_at).date()
    with CaptureQueriesContext(connection) as one:
        page.get(week_of(day))
    Task.objects.bulk_create(Task(deal=deal, what=f"{n}", due_at=step.due_at) for n in range(30))
    with django_assert_num_queries(len(one)):
        page.get(week_of(day))
