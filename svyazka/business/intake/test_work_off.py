from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from types import ModuleType

import psycopg
import pytest
from django.conf import settings
from django.utils import translation

from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.intake import connector as plugs
from svyazka.business.intake import work_off as ledger
from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival, in_words
from svyazka.business.intake.ways_in import FormFilled
from svyazka.business.intake.work_off import MOST_TRIES, PAUSES, work_off, work_off_conversation
from svyazka.business.intake.write_down import NewArrival, write_down_now
from svyazka.business.journal.models import LiveEvent
from svyazka.kit import clock


@pytest.fixture(autouse=True)
def foreign_system(settings):
    """A connector to a foreign system whose words are JSON: a form, or what shall go wrong."""

    def read(arrival):
        said = json.loads(bytes(arrival.body))
        if "ignore" in said:
            raise Ignore(said["ignore"])
        if "odd" in said:
            raise NotUnderstood(said["odd"])
        if "break" in said and arrival.attempts < said["break"]:
            raise RuntimeError("Вера Павлова, +79161234567")
        return [FormFilled(phone=said["phone"], name=said.get("name", ""))] if "phone" in said else []

    module = ModuleType("svyazka_test_connector")
    module.read = read
    sys.modules[module.__name__] = module
    settings.CONNECTORS = {**settings.CONNECTORS, "test": module.__name__}
    plugs.connector.cache_clear()
    yield
    plugs.connector.cache_clear()
    del sys.modules[module.__name__]


def test_what_no_database_takes_costs_only_itself(windows):
    """Half a pair of surrogates and NUL out of somebody's JSON: the worker went round in circles over it."""
    bad = [arrive({"ignore": "a\x00b"}), arrive({"odd": "a\ud800b"})]
    good = arrive({"phone": "+79161234567"})
    assert work_off() == 3
    assert [again(one).state for one in (*bad, good)] == ["ignored", "stuck", "done"]


def test_a_failure_that_nobody_foresaw_costs_its_conversation_only(windows, monkeypatch):
    bad, good = arrive({"phone": "+79160000000"}, conversation="bad"), arrive({"phone": "+79161234567"})
    pending = ledger._in_order

    def fails(arrivals):
        if arrivals[0].conversation == "bad":
            raise RuntimeError("Вера Павлова")
        pending(arrivals)

    monkeypatch.setattr(ledger, "_in_order", fails)
    work_off()
    assert [again(one).state for one in (bad, good)] == ["again", "done"]
    assert again(bad).reason == "A mistake on our side; it will be tried again. [RuntimeError]"


def test_a_reason_is_read_in_the_language_of_the_page(windows):
    came = arrive({"break": MOST_TRIES + 1})
    Arrival.objects.filter(pk=came).update(attempts=MOST_TRIES - 1)
    work_off()
    with translation.override("ru"):
        assert in_words(again(came).reason) == "Ошибка на нашей стороне; повторили несколько раз. [RuntimeError]"
    assert in_words("") == ""
    assert in_words("Спам [наш]") == "Спам [наш]"


def test_a_form_becomes_a_client_with_a_deal(windows):
    came = arrive({"phone": "+79161234567", "name": "Вера Павлова"})
    assert work_off() == 1
    arrival = again(came)
    deal = Deal.objects.get()
    assert (arrival.state, arrival.attempts, arrival.reason) == ("done", 1, "")
    assert arrival.made == {"client": deal.client_id, "deal": deal.pk, "interaction": Interaction.objects.get().pk}
    assert work_off() == 0


def test_what_asks_for_nothing_is_done(windows):
    came = arrive({})
    assert work_off() == 1
    assert again(came).state == "done"


def test_what_is_ignored_says_why(windows):
    came = arrive({"ignore": "Служебное сообщение"})
    work_off()
    assert (again(came).state, again(came).reason) == ("ignored", "Служебное сообщение")


def test_what_is_not_understood_is_stuck_and_the_office_hears_of_it(windows):
    came = arrive({"odd": "Это не заявка"})
    work_off()
    assert (again(came).state, again(came).reason) == ("stuck", "Это не заявка")
    assert LiveEvent.objects.filter(topic="arrival", object_id=came, people=None).exists()


def test_what_nothing_can_read_is_stuck(windows):
    came = arrive({}, connector="nobody")
    work_off()
    assert again(came).state == "stuck"
    assert again(came).reason


def test_a_failure_is_tried_again_later_each_time(windows, monkeypatch):
    came = arrive({"break": 99})
    waited = []
    for _try in range(MOST_TRIES):
        now = clock.now()
        assert again(came).state in ("new", "again")
        work_off()
        waited.append((again(came).next_try_at - now).total_seconds())
        assert work_off() == 0, "not before its time"
        forward(came)
    assert [round(seconds) for seconds in waited[:-1]] == list(PAUSES)
    arrival = again(came)
    assert (arrival.state, arrival.attempts) == ("stuck", MOST_TRIES)
    assert "RuntimeError" in arrival.reason
    assert "Вера" not in arrival.reason


def test_what_came_later_waits_and_nothing_is_left_of_the_failure(windows):
    first = arrive({"break": 1, "phone": "+79161234567", "name": "Вера Павлова"}, conversation="vera")
    second = arrive({"phone": "+79161234567", "name": "Вера"}, conversation="vera")
    other = arrive({"phone": "+79161112233"}, conversation="other")
    assert work_off() == 1
    assert [again(came).state for came in (first, second, other)] == ["again", "new", "done"]
    assert Deal.objects.count() == 1
    assert work_off() == 0
    forward(first)
    assert work_off() == 2
    assert Client.objects.get(contact_points__value="+79161234567").name == "Вера Павлова"
    times = Interaction.objects.exclude(arrival_id=other).filter(kind="form").order_by("id")
    assert list(times.values_list("arrival_id", flat=True)) == [first, second]


def test_what_is_stuck_holds_nothing_up(windows):
    stuck = arrive({"odd": "?"}, conversation="vera")
    later = arrive({"phone": "+79161234567"}, conversation="vera")
    assert work_off() == 2
    assert [again(came).state for came in (stuck, later)] == ["stuck", "done"]


def test_one_that_fails_leaves_what_came_before_it_done(windows):
    first = arrive({"phone": "+79161234567"}, conversation="vera")
    second = arrive({"break": 1, "phone": "+79161234567"}, conversation="vera")
    assert work_off() == 1
    assert [again(came).state for came in (first, second)] == ["done", "again"]


def test_a_call_is_taken_at_once_and_each_by_itself_only_after_a_failure(windows, monkeypatch):
    taken = []
    monkeypatch.setattr(ledger, "COME_IN_PIECES", (FormFilled,))
    monkeypatch.setattr(ledger, "take", lambda things, arrival: taken.append(len(things)) or {"call": 7})
    pieces = [arrive({"phone": "+79161234567"}, conversation="call") for _piece in range(3)]
    assert work_off() == 3
    assert taken == [3]
    assert [again(piece).made for piece in pieces] == [{"call": 7}] * 3


@pytest.mark.django_db(transaction=True)
def test_a_conversation_is_worked_off_by_one_worker_at_a_time(windows):
    came = arrive({"phone": "+79161234567"}, conversation="vera")
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as other:
        other.execute("select pg_advisory_xact_lock(hashtextextended('vera', 0))")
        assert work_off_conversation("vera") == 0
        assert again(came).state == "new"
    assert work_off_conversation("vera") == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_loses_nothing_and_does_nothing_twice(windows, settings):
    """A real worker, killed again and again in the middle of its work."""
    bodies = [f"name=Клиент {number}&phone=8916{number % 60 * 137_137:07d}" for number in range(240)]
    write([form(number, body) for number, body in enumerate(bodies)])
    kills = 0
    worker = start_worker()
    try:
        last = time.monotonic() + 180  # a busy machine takes seconds to load each new worker
        while (left := waiting()) and time.monotonic() < last:
            if kills < 4 and left < 240 - 50 * kills:
                worker.kill()
                worker.wait()
                kills += 1
                worker = start_worker()
            time.sleep(0.01)
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            assert worker.wait(60) == 0
        finally:
            worker.kill()
    assert kills >= 2
    assert set(Arrival.objects.values_list("state", flat=True)) == {"done"}
    assert Client.objects.count() == Deal.objects.count() == 60
    worked_off = Interaction.objects.filter(kind="form").values_list("arrival_id", flat=True)
    assert sorted(worked_off) == sorted(Arrival.objects.values_list("id", flat=True))


def arrive(said: dict, *, conversation: str = "", connector: str = "test") -> int:
    number = Arrival.objects.count() + 1
    return Arrival.objects.create(
        received_at=clock.now(),
        account="web_form/okna",
        connector=connector,
        outside_id=str(number),
        conversation=conversation or f"conversation {number}",
        body=json.dumps(said).encode(),
        next_try_at=clock.now(),
    ).pk


def again(came: int) -> Arrival:
    return Arrival.objects.get(pk=came)


def forward(came: int) -> None:
    """As if its time had come."""
    Arrival.objects.filter(pk=came).update(next_try_at=clock.now() - timedelta(seconds=1))


def form(number: int, body: str) -> NewArrival:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    conversation = f"web_form/okna/{number % 60}"
    return NewArrival("web_form/okna", "web_form", str(number), conversation, headers, body.encode())


def write(arrivals: list[NewArrival]) -> None:
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as outside:
        assert all(write_down_now(outside, arrivals))


def waiting() -> int:
    return Arrival.objects.filter(state__in=["new", "again"]).count()


def start_worker() -> subprocess.Popen[bytes]:
    url = settings.DATABASE_DIRECT_URL
    environment = {**os.environ, "DATABASE_URL": url, "DATABASE_DIRECT_URL": url}
    environment.pop("PYTEST_VERSION", None)
    return subprocess.Popen([sys.executable, "-m", "svyazka.config.cli", "worker"], env=environment)
