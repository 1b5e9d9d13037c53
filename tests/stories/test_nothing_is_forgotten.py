"""What is to be done stands in somebody's day and on the calendar of deals, until it is done."""

from __future__ import annotations

from datetime import datetime, timedelta

from svyazka.business.deals import moves
from svyazka.business.deals.models import Deal, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import tasks
from svyazka.kit import clock


def test_w7_a_deal_stands_on_the_calendar_in_the_colour_of_its_stage(enter, olga, mikhail, vera):
    deal = open_deal(vera, by=olga, responsible=mikhail)
    page = enter(mikhail)
    assert on_calendar(page, due_of(deal)) == [("Вера Павлова", deal.stage.colour)]
    contacted = moves.move(deal, to=Stage.objects.get(code="contacted"), by=mikhail)
    assert contacted.stage.colour != deal.stage.colour
    assert on_calendar(page, due_of(deal)) == [("Вера Павлова", contacted.stage.colour)]
    step = Task.objects.get(deal=deal, done_at=None)
    day = clock.today() + timedelta(days=9)
    page.post(f"/tasks/{step.pk}/day/", {"day": day, "version": step.version})
    assert clock.local(due_of(deal)).date() == day
    assert on_calendar(page, due_of(deal)) == [("Вера Павлова", contacted.stage.colour)]


def test_c10_a_task_is_given_done_and_reported_in_the_day_of_both(enter, projects):
    rinat, timur = projects["rinat"], projects["timur"]
    due_at = clock.now() + timedelta(days=2)
    task = tasks.plan(None, "Подготовить расчёт на 40 мест", due_at=due_at, person=timur, by=rinat)
    assert day_of(enter(rinat)) == {"today": [], "waiting": ["Подготовить расчёт на 40 мест"]}
    page = enter(timur)
    assert day_of(page) == {"today": [], "soon": ["Подготовить расчёт на 40 мест"]}
    page.post(f"/tasks/{task.pk}/completion/", {"result": "Отправил"})
    assert day_of(page) == {"today": [], "done": ["Подготовить расчёт на 40 мест"]}
    assert day_of(enter(rinat)) == {"today": []}
    assert rinat.notices.get().kind == "task.done"


def on_calendar(page, at: datetime) -> list[tuple[str, str]]:
    week = page.get(f"/calendar/deals/?view=week&day={clock.local(at).date()}")
    return [(entry["client"], entry["colour"]) for day in week.context["days"] for entry in day["entries"]]


def day_of(page) -> dict[str, list[str]]:
    found = page.get("/my-day/").context["sections"]
    return {part["code"]: [line["what"] for line in part["lines"]] for part in found}


def due_of(deal: Deal) -> datetime:
    return Task.objects.get(deal=deal, done_at=None).due_at
