from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from svyazka.business.calls.phone_system import CallEvent, Kind, Way
from svyazka.business.clients import history
from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import tasks
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.journal.record import Automaton
from svyazka.kit import clock
from svyazka.workplaces.operator import queue

HOUSE = Automaton("test")
HTMX = {"HX-Request": "true", "HX-Target": "queue-now"}


def wait(client: Client, *, kind: str = "form", minutes: int = 0, text: str = "Два окна") -> Interaction:
    deal = Deal.objects.filter(client=client).first() or open_deal(client, by=HOUSE)
    at = clock.now() - timedelta(minutes=minutes)
    return history.add(
        client.pk, kind=kind, direction="in", deal_id=deal.pk, text=text, at=at, waiting=True, by=HOUSE,
        channel="web_form/okna",
    )  # fmt: skip


def many(count: int) -> None:
    for number in range(count):
        client = Client.objects.create(name=f"Клиент {number}")
        ContactPoint.objects.create(client=client, kind="phone", value=f"+7916{number:07}")
        wait(client, minutes=number)


def test_who_waits_longest_stands_first_and_looks_so(enter, olga, vera):
    petr = Client.objects.create(name="Пётр")
    wait(vera, minutes=20)
    wait(petr, minutes=90)
    rows = enter(olga).get("/queue/").context["rows"]
    assert [(row.title, row.age) for row in rows] == [("Пётр", "old"), ("Вера Павлова", "aging")]


def test_five_messages_of_one_client_are_one_row(enter, olga, vera):
    for number in range(5):
        wait(vera, kind="message", minutes=5 - number, text=f"Сообщение {number}")
    [row] = enter(olga).get("/queue/").context["rows"]
    assert (row.text, row.more, row.waits) == ("Сообщение 0", 4, "5 мин")


def test_a_kind_can_be_chosen(enter, olga, vera):
    wait(vera, kind="call", text="")
    wait(Client.objects.create(name="Пётр"), kind="form")
    page = enter(olga).get("/queue/?kind=call")
    assert [row.title for row in page.context["rows"]] == ["Вера Павлова"]
    assert [one["count"] for one in page.context["filters"]] == [2, 1, 1, 0]


def test_taking_up_makes_responsible_and_opens_the_deal(enter, olga, vera):
    happened = wait(vera)
    answer = enter(olga).post(f"/queue/{happened.pk}/taking/")
    deal = Deal.objects.get(client=vera)
    assert answer.headers["Location"] == f"/deals/{deal.pk}/"
    assert deal.responsible == olga
    assert history.waiting() == []
    assert Interaction.objects.get(pk=happened.pk).taken_by_id == olga.pk


def test_out_of_a_history_it_is_taken_up_in_place_and_can_be_given_back(enter, olga, oksana, vera):
    happened = wait(vera)
    history_of = f"/clients/{vera.pk}/history/"
    assert f"/queue/{happened.pk}/taking/" in enter(olga).get(history_of).content.decode()
    assert enter(olga).post(f"/queue/{happened.pk}/taking/", headers={"HX-Request": "true"}).status_code == 204
    assert f"/queue/{happened.pk}/return/" not in enter(oksana).get(history_of).content.decode()
    assert enter(oksana).post(f"/queue/{happened.pk}/return/").status_code == 422
    assert f"/queue/{happened.pk}/return/" in enter(olga).get(history_of).content.decode()
    assert enter(olga).post(f"/queue/{happened.pk}/return/", headers={"HX-Request": "true"}).status_code == 204
    assert [(one.waiting, one.taken_by_id) for one in Interaction.objects.all()] == [(True, None)]


def test_the_latest_first_and_more_of_them(enter, olga, monkeypatch):
    monkeypatch.setattr(queue, "MOST", 3)
    many(5)
    browser = enter(olga)
    assert [row.title for row in browser.get("/queue/").context["rows"]] == ["Клиент 4", "Клиент 3", "Клиент 2"]
    newest = browser.get("/queue/?order=newest")
    assert [row.title for row in newest.context["rows"]] == ["Клиент 0", "Клиент 1", "Клиент 2"]
    assert newest.context["more_url"] == "/queue/?order=newest&most=6"
    assert len(browser.get(newest.context["more_url"]).context["rows"]) == 5
    assert browser.get("/queue/?most=nonsense&order=x").status_code == 200


def test_somebody_responsible_stays_so(enter, olga, mikhail, vera):
    happened = wait(vera)
    Deal.objects.filter(client=vera).update(responsible=mikhail)
    enter(olga).post(f"/queue/{happened.pk}/taking/")
    assert Deal.objects.get(client=vera).responsible == mikhail


def test_of_two_who_take_it_up_the_second_is_told_who_was_quicker(enter, olga, oksana, vera):
    happened = wait(vera)
    enter(oksana).post(f"/queue/{happened.pk}/taking/")
    assert enter(oksana).post(f"/queue/{happened.pk}/taking/").status_code == 302
    answer = enter(olga).post(f"/queue/{happened.pk}/taking/", headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert oksana.full_name in answer.content.decode()
    assert Deal.objects.get(client=vera).responsible == oksana


def test_a_controller_sees_the_queue_and_takes_nothing(enter, konstantin, vera):
    happened = wait(vera)
    page = enter(konstantin).get("/queue/").content.decode()
    assert "Вера Павлова" in page
    assert reverse("queue_taking", args=[happened.pk]) not in page
    assert enter(konstantin).post(f"/queue/{happened.pk}/taking/").status_code == 403


def test_own_steps_of_today_with_the_overdue_on_top(enter, olga, vera):
    deal = open_deal(vera, by=HOUSE, responsible=olga)
    deal.tasks.all().delete()
    late = tasks.plan(deal, "Перезвонить", due_at=clock.now() + timedelta(minutes=1), by=olga)
    Task.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(hours=2))
    tasks.plan(deal, "Через неделю", due_at=clock.now() + timedelta(days=7), by=olga)
    [step] = enter(olga).get("/queue/").context["steps"]
    assert (step["what"], step["is_late"]) == ("Перезвонить", True)


def test_an_empty_queue_is_friendly(enter, olga):
    page = enter(olga).get("/queue/", headers=HTMX)
    assert [template.name for template in page.templates][0] == "operator/queue_now.html"
    assert "<html" not in page.content.decode()


@pytest.mark.parametrize("address", ["/queue/", "/clients/"])
def test_thirty_rows_cost_as_many_questions_as_one(enter, olga, address, django_assert_num_queries):
    many(1)
    with CaptureQueriesContext(
        connection,
    ) as one:
        enter(olga).get(address)
    many(30)
    with django_assert_num_queries(len(one)):
        enter(olga).get(address)


def test_nobody_takes_a_deal_away_from_another_department(enter, mikhail, dina, vera):
    happened = wait(vera)
    Deal.objects.filter(client=vera).update(department=dina.department)
    assert enter(mikhail).post(f"/queue/{happened.pk}/taking/").status_code == 302
    deal = Deal.objects.get(client=vera)
    assert (deal.responsible, deal.department_id) == (None, dina.department_id)
    assert Interaction.objects.get(pk=happened.pk).taken_by_id == mikhail.pk


def test_after_a_transfer_the_client_speaks_with_whoever_took_him(windows, olga, mikhail, vera):
    begun, code = clock.now() - timedelta(minutes=1), "asterisk/lab1"
    arrival = Arrival(pk=1, received_at=begun, account=code, connector="asterisk", conversation=f"{code}/k")

    def tell(kind, leg="k", extension="", **facts):
        tell.second += 1
        at = begun + timedelta(seconds=tell.second)
        take_call([CallEvent(code, "k", kind, at, leg, extension, **facts)], arrival=arrival)

    tell.second = 0
    tell(Kind.START, client_number="79161234567", our_number="74951000200")
    for one, bridge in ((olga.extension, "a"), (mikhail.extension, "b")):
        tell(Kind.RING, one, one)
        assert queue.calls_now()["calls"][0]["is_ringing"]
        tell(Kind.ANSWER, one, one)
        tell(Kind.JOIN, one, one, bridge=bridge)
        tell(Kind.JOIN, bridge=bridge)
        if one == olga.extension:
            assert [(call["is_ringing"], call["who"]) for call in queue.calls_now()["calls"]] == [
                (False, olga.full_name)
            ]
            tell(Kind.TRANSFER, one, one, to=mikhail.extension, way=Way.BLIND)
            tell(Kind.PART, bridge=bridge)
            tell(Kind.HANGUP, one, one)
    assert [(call["is_ringing"], call["who"]) for call in queue.calls_now()["calls"]] == [(False, mikhail.full_name)]
