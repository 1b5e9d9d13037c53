"""Several workers, calls of a few clients heard in any order, and forms of the same clients between them."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection

from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.clients.models import ContactPoint
from svyazka.business.deals.models import Deal, RingBack
from svyazka.business.intake import work_off as working_off
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.intake.write_down import NewArrival, write_down_now
from svyazka.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "asterisk/lab1"
CALLS, CLIENTS, WORKERS = 60, 6, 3


def phone_of(client: int) -> str:
    """So far from each other that nobody has mistyped another one's."""
    return f"7916555{client * 11:02d}{client * 11:02d}"


def call(number: int, begun: datetime) -> list[CallEvent]:
    """Every third one is answered; some turn out to hold another one."""
    key, phone = f"k{number}", f"k{number}x"

    def event(second: int, kind: Kind, leg: str = key, extension: str = "", **facts: str) -> CallEvent:
        return CallEvent(CODE, key, kind, begun + timedelta(seconds=second), leg, extension, **facts)

    told = [event(0, Kind.START, client_number=phone_of(number % CLIENTS), our_number="74951000200")]
    told += [event(1, Kind.RING, phone, "101"), event(5, Kind.HANGUP)]
    if number % 3 == 0:
        told += [event(2, Kind.JOIN, leg, extension, bridge="b") for leg, extension in ((phone, "101"), (key, ""))]
    return [*told, *([event(5, Kind.MERGE, part=f"k{number - 7}")] if number % 10 == 7 else [])]


def test_no_call_is_lost_or_doubled_and_no_client_has_two_deals(windows, settings, monkeypatch):
    told = [event for n in range(CALLS) for event in call(n, clock.now() + timedelta(seconds=n))]
    reader = SimpleNamespace(read=lambda arrival: [told[int(bytes(arrival.body))]])
    known = working_off.connector
    monkeypatch.setattr(working_off, "connector", lambda name: reader if name == "asterisk" else known(name))
    rows = [
        NewArrival(CODE, "asterisk", f"{n}", f"{CODE}/{one.call_key}", {}, str(n).encode())
        for n, one in enumerate(told)
    ]
    rows += [form(n % CLIENTS, n) for n in range(CLIENTS * 2)]
    random.Random(7).shuffle(rows)
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as ledger:
        write_down_now(ledger, rows)
    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(Arrival.objects.values_list("state", flat=True)) == {"done": len(rows)}
    assert Counter(Call.objects.values_list("key", flat=True)) == dict.fromkeys((f"k{n}" for n in range(CALLS)), 1)
    assert not Call.objects.going_on().exists()
    legs = [leg["key"] for legs in Call.objects.values_list("legs", flat=True) for leg in legs]
    assert Counter(legs) == dict.fromkeys((f"k{n}{leg}" for n in range(CALLS) for leg in ("", "x")), 1)
    assert ContactPoint.objects.filter(value__startswith="+7916555").count() == CLIENTS
    assert Counter(Deal.objects.values_list("client_id", flat=True)).most_common(1)[0][1] == 1
    assert Counter(RingBack.objects.filter(done_at=None).values_list("client_id", flat=True)).most_common(1)[0][1] == 1


def form(client: int, number: int) -> NewArrival:
    said = json.dumps({"name": "Вера", "phone": phone_of(client), "message": f"{number}"}).encode()
    about = {"content-type": "application/json"}
    return NewArrival("web_form/okna", "web_form", f"f{number}", f"web_form/okna/{client}", about, said)


def work() -> None:
    """Until nothing waits any more; what met another worker in the middle is tried again."""
    until = time.monotonic() + 30
    try:
        while time.monotonic() < until and Arrival.objects.filter(state__in=["new", "again"]).exists():
            work_off()
    finally:
        connection.close()
