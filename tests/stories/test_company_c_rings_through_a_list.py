"""Company C rings through a list: the head shares leads out, two managers ring at the same time."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.models import CallingHold, Deal, Pipeline, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import calling
from svyazka.business.notices.models import Notice
from svyazka.kit import clock

HTMX = {"HX-Request": "true"}


def leads(projects) -> list[Deal]:
    """What a partner agency sent; nobody has had the time to ring them."""
    sales, found = Pipeline.objects.get(code="sales"), []
    for number in range(12):
        client = Client.objects.create(name=f"ООО «Ромашка {number}»", kind="company")
        ContactPoint.objects.create(client=client, kind="phone", value=f"+749512345{number:02}")
        found.append(open_deal(client, pipeline=sales, by=projects["olga"]))
    Task.objects.all().delete()
    return found


def test_c3_twelve_leads_are_rung_by_two_at_once_and_none_of_them_twice(projects, enter):
    rinat, timur, sofia = projects["rinat"], projects["timur"], projects["sofia"]
    sent = leads(projects)
    page = enter(rinat)
    offered = page.get("/calling/new/?place=sales").context["deals"]
    assert {one["id"] for one in offered} == {str(lead.pk) for lead in sent}
    given = {"deals": [one["id"] for one in offered], "what": "Предложить пробную неделю", "share": "evenly"}
    given |= {"among": [timur.pk, sofia.pk], "day": clock.today().isoformat(), "hour": "23:59"}
    assert page.post("/calling/new/", given).status_code == 200
    assert Counter(Task.objects.values_list("person", flat=True)) == {timur.pk: 6, sofia.pk: 6}
    assert Notice.objects.filter(kind="task.to_ring").count() == 2

    rung = Counter()
    department = f"d{timur.department_id}"
    for turn in range(12):
        # Both have somebody before them at any time, and never the same one.
        for person in (timur, sofia):
            if calling.turn_of(person) is None:
                assert enter(person).post("/calling/next/", {"whose": department}, headers=HTMX).status_code == 200
        ringing = list(CallingHold.objects.values_list("client_id", flat=True))
        assert len(ringing) == len(set(ringing)) >= min(2, 12 - turn)
        person = (timur, sofia)[turn % 2]
        number = calling.turn_of(person) or calling.turn_of(timur) or calling.turn_of(sofia)
        person = CallingHold.objects.get(task_id=number).person
        came_of_it = {"outcome": "not_reached", "again": "morning"}
        if turn % 3:
            later = (clock.today() + timedelta(days=3)).isoformat()
            came_of_it = {"outcome": "reached", "result": "Просят смету", "what": "Отправить смету", "day": later}
        answer = enter(person).post(
            f"/calling/tasks/{number}/result/", {"whose": department, **came_of_it}, headers=HTMX
        )
        assert answer.status_code == 200
        rung[person] += 1

    assert sum(rung.values()) == 12
    assert min(rung.values()) >= 4
    assert not CallingHold.objects.exists()
    text = enter(timur).get(f"/calling/?whose={department}").content.decode()
    assert "Всем позвонили" in text
    assert Task.objects.filter(outcome="reached").count() == 8
    # Nobody was rung twice, and each lead has its next step.
    assert Counter(Task.objects.exclude(done_at=None).values_list("deal", flat=True)).most_common(1)[0][1] == 1
    assert not Deal.objects.filter(next_step="").exists()
