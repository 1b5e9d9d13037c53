import re
from datetime import UTC, date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.calls.floor import counting, switching
from svyazka.business.calls.floor.states import Kind, states
from svyazka.business.calls.follow import follow
from svyazka.business.calls.models import BreakReason, CallQueue, FloorRules, PersonState
from svyazka.business.calls.phone_system import CallEvent
from svyazka.business.calls.phone_system import Kind as Said
from svyazka.business.staff.models import Person
from svyazka.kit import clock

CODE = "asterisk/lab1"


def ringing(number, *, seconds=5, queue="", extension="101"):
    begun, key = clock.now() - timedelta(seconds=seconds), f"r{number}"
    start = CallEvent(CODE, key, Said.START, begun, key, client_number=number, our_number="74951000200")
    queued = [CallEvent(CODE, key, Said.QUEUE, begun, key, queue=queue)] if queue else []
    follow([start, *queued, CallEvent(CODE, key, Said.RING, begun, "leg", extension)])


def ended(key, *, waits=3, queue="", begun=None):
    # Of today, also after midnight.
    begun = begun or max(clock.now() - timedelta(minutes=5), clock.day_bounds(clock.today())[0])
    events = [(Said.START, 0, key, ""), (Said.RING, 1, "leg", "101"), (Said.ANSWER, waits, "leg", "101")]
    events.append((Said.HANGUP, 60, key, ""))
    follow(
        [
            CallEvent(
                CODE, key, kind, begun + timedelta(seconds=at), leg, phone, client_number="79160000001", queue=queue
            )
            for kind, at, leg, phone in events
        ]
    )


def text(answer):
    return " ".join(answer.content.decode().split())


def test_who_waits_where_it_rings_and_who_does_what(enter, roza, olga, oksana):
    ringing("79161112233", queue="sales")
    ended("e1", waits=4)
    ended("e2", waits=9)
    counting.fold_in()
    switching.ready(oksana, by=oksana)
    page = text(enter(roza).get("/wallboard/"))
    assert "+7 916 111-22-33" in page
    assert "звонит у: Ольга Белова" in page
    assert "sales" in page
    assert "<strong>50 %</strong>" in page
    assert "Оксана Громова" in page


def test_on_the_wall_no_clients_number_can_be_read(enter, roza, windows):
    ringing("79161112233")
    page = text(enter(roza).get("/wallboard/wall/"))
    assert "••• 22-33" in page
    assert "111-22-33" not in page
    assert "on-wall" in page


def test_who_is_behind_and_more_is_unfolded_stays_so_and_is_folded_again(enter, roza, windows):
    for number in range(14):
        ringing(f"791600001{number:02}", seconds=60 - number)
        person = Person.objects.create(login=f"op{number}", full_name=f"Оператор {number:02}", role="operator")
        PersonState.objects.create(person=person, kind="ready", since=clock.now())
    client = enter(roza)
    page = text(client.get("/wallboard/"))
    assert ("Оператор 11" in page, "Оператор 12" in page, "000-01-13" in page) == (True, False, False)
    assert page.count("и ещё 2") == 2
    page = text(client.get("/wallboard/now/?unfolded=ready&unfolded=nonsense"))
    assert ("Оператор 13" in page, "000-01-13" in page) == (True, False)
    assert 'hx-get="/wallboard/now/?unfolded=ready"' in page  # as it asks for itself from now on
    assert 'href="/wallboard/?unfolded=ready&amp;unfolded=waiting"' in page
    assert 'id="rest-ready" href="/wallboard/"' in page
    assert "000-01-13" in text(client.get("/wallboard/?unfolded=waiting"))
    wall = text(client.get("/wallboard/now/?wall=1&unfolded=ready"))
    assert ("Оператор 05" in wall, "rest-ready" in wall, "и ещё 9" in wall) == (False, False, True)


@pytest.mark.parametrize("path", ["/wallboard/", "/wallboard/days/"])
def test_thirty_of_everything_cost_as_many_queries_as_one(enter, roza, windows, path):
    client, counts = enter(roza), []
    for number in (1, 30):
        for one in range(number):
            queue = f"queue{one}"
            ringing(f"7916{number:02}{one:05}", queue=queue)
            ended(f"e{number}-{one}", queue=queue)
            person, _new = Person.objects.get_or_create(
                login=f"op{one}", defaults={"full_name": f"Оператор {one}", "role": "operator"}
            )
            PersonState.objects.get_or_create(person=person, defaults={"kind": "ready", "since": clock.now()})
        counting.fold_in()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_operator_sees_the_queues_of_his_department_and_those_of_nobody(enter, olga, mikhail, windows):
    CallQueue.objects.create(code="support", department=mikhail.department)
    CallQueue.objects.create(code="own", department=olga.department)
    for queue in ("support", "own", "nobodys", ""):
        ended(f"e-{queue}", queue=queue)
        ringing(f"7916111223{len(queue)}", queue=queue)
    counting.fold_in()
    page = text(enter(olga).get("/wallboard/"))
    assert ("support" in page, "own" in page, "nobodys" in page, "Без очереди" in page) == (False, True, True, True)
    assert "support" not in text(enter(olga).get("/wallboard/days/?queue=support"))


def test_a_queue_has_a_limit_of_its_own(enter, roza, windows):
    FloorRules.objects.create(pk=1, answer_within=7)
    CallQueue.objects.create(code="slow", answer_within=20)
    ended("a", waits=15, queue="slow")
    ended("b", waits=15, queue="quick")
    counting.fold_in()
    page = text(enter(roza).get("/wallboard/days/"))
    assert page.count("100 %") == 1
    assert "50 %" in page


def test_a_forgotten_break_is_ended_from_the_board_and_an_operator_cannot(enter, olga, konstantin, windows):
    switching.take_break(olga, BreakReason.objects.get(code="rest"), by=olga)
    PersonState.objects.update(until=clock.now() - timedelta(minutes=7))
    address = f"/wallboard/of/{olga.pk}/break-ending/"
    assert enter(olga).post(address).status_code == 403
    client = enter(konstantin)
    assert "слишком долго" in text(client.get("/wallboard/"))
    client.post(address)
    assert states()[olga.pk].kind == Kind.READY


def test_a_day_leaves_the_house_as_a_file(enter, roza, windows):
    ended("a", waits=4, queue="sales")
    ended("b", waits=9, queue="sales")
    counting.fold_in()
    answer = enter(roza).get(f"/wallboard/days/file/?day={clock.today().isoformat()}")
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Час;Очередь;Поступило;Принято;Вовремя")
    assert lines[1].split(";")[1:7] == ["sales", "2", "2", "1", "50", "0"]
    assert enter(roza).get("/wallboard/days/?day=nonsense&queue=%00").status_code == 200


@pytest.mark.parametrize(
    ("day", "hours", "named"),
    [
        ("2025-10-26", (1, 2, 3, 24), ["01:00", "02:00 CEST", "02:00 CET", "23:00"]),  # 25 hours: 02:00 comes twice
        ("2025-03-30", (1, 2, 22), ["01:00", "03:00", "23:00"]),  # 23 hours, without 02:00
    ],
)
def test_a_day_on_which_clocks_are_set_has_all_its_calls_once(enter, roza, settings, day, hours, named):
    settings.TIME_ZONE = "Europe/Berlin"
    begin, end = clock.day_bounds(date.fromisoformat(day))
    for hour in hours:
        ended(f"{hour}", begun=begin.astimezone(UTC) + timedelta(hours=hour, minutes=30))
    ended("before", begun=begin - timedelta(minutes=1))
    ended("after", begun=end)
    counting.fold_in()
    page = text(enter(roza).get(f"/wallboard/days/?day={day}"))
    assert re.findall(r'<td class="lead whole"><span>(\d\d:00[^<]*)</span>', page) == named
    assert f"принято: {len(hours)}" in page
    lines = enter(roza).get(f"/wallboard/days/file/?day={day}").getvalue().decode().splitlines()
    assert len(lines) == 1 + len(hours)
