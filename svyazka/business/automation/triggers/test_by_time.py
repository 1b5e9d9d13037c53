from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.automation.trigger import Event
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.business.calls.models import Call
from svyazka.business.inbox.models import Thread
from svyazka.business.money import invoices, payments
from svyazka.business.money.lines import line
from svyazka.business.money.models import Invoice
from svyazka.business.sorting.models import Category, Sorted
from svyazka.kit import clock


@pytest.fixture
def now(windows) -> datetime:
    return clock.now()


def due(code: str, *, since: datetime, until: datetime, **typed: Any) -> list[Event]:
    """In one statement, however much there is."""
    trigger = TRIGGERS[code]
    options = trigger.read({**{ask.name: ask.initial for ask in trigger.form(typed)}, **typed})
    assert trigger.words(options)
    with CaptureQueriesContext(connection) as asked:
        found = list(trigger.sweep(options, since=since, until=until))
    assert len(asked) <= 1
    return found


@pytest.fixture
def call(deal, now):
    def made(**more: Any) -> Call:
        known: dict[str, Any] = {
            "started_at": now - timedelta(minutes=2), "ended_at": now - timedelta(minutes=1), "pbx_code": "main",
            "key": str(Call.objects.count()), "state": "ended", "result": "missed", "client_id": deal.client_id,
            "deal_id": deal.pk, "our_number": "+74950000001", "queue": "sales",
        }  # fmt: skip
        return Call.objects.create(**{**known, **more})

    return made


def test_a_missed_call_is_found_once_it_is_over(call, deal, now):
    missed = call()
    call(state="talking", ended_at=None, result="")
    call(result="answered")
    call(direction="out")
    call(client_id=None, deal_id=None)
    (event,) = due("call_missed", since=now - timedelta(minutes=5), until=now)
    assert (event.key, event.deal_id, event.client_id) == (f"call/{missed.pk}", deal.pk, deal.client_id)
    assert event.data == {"call": missed.pk, "result": "missed", "seconds": 0}


def test_what_was_written_down_late_is_found_by_the_next_sweep_under_the_same_key(call, now):
    late = call(ended_at=now - timedelta(minutes=3), started_at=now - timedelta(minutes=9))
    found = due("call_missed", since=now - timedelta(minutes=1), until=now)
    assert [one.key for one in found] == [f"call/{late.pk}"]


def test_of_a_day_of_calls_only_those_are_read_that_have_just_ended(vera, now):
    """Two million a day, asked about every few seconds."""
    with connection.cursor() as cursor:
        cursor.execute(_A_DAY, [vera.pk, now, now])
        cursor.execute("analyze calls_call")
    with CaptureQueriesContext(connection) as asked:
        due("call_ended", since=now - timedelta(minutes=1), until=now)
    (looked,) = [one["sql"] for one in asked if "from calls_call" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("explain " + looked)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "ended_at" in plan.partition("Index Cond")[2].partition("\n")[0], plan


_A_DAY = """
insert into calls_call (client_id, started_at, ended_at, pbx_code, key, direction, client_number, our_number, state,
                        result, waiting_seconds, talk_seconds, recording, queue, legs)
select %s, %s - (number + 30) * interval '4 seconds', %s - number * interval '4 seconds', 'main', number::text, 'in',
       '', '', 'ended', 'answered', 3, 60, '', '', '[]'
from generate_series(1, 20000) number
"""


def test_calls_that_ended_so_or_in_that_queue(call, now):
    talk = call(result="answered", talk_seconds=61)
    call(result="answered", talk_seconds=59)
    window = {"since": now - timedelta(minutes=5), "until": now}
    assert [one.object_id for one in due("call_ended", seconds="60", **window)] == [talk.pk]
    assert len(due("call_ended", **window)) == 2
    assert due("call_ended", result="missed", **window) == []
    from svyazka.business.calls.models import CallQueue

    CallQueue.objects.get_or_create(code="other", defaults={"name": "Другая"})
    assert due("call_ended", queues=["other"], **window) == []


def test_somebody_has_waited_for_so_long(chatting, deal, now):
    chatting("Ау", ago=31)
    thread = Thread.objects.get()
    (event,) = due("nobody_answers", minutes="30", since=now - timedelta(minutes=5), until=clock.now())
    assert (event.client_id, event.deal_id) == (thread.client_id, deal.pk)
    assert due("nobody_answers", minutes="45", since=now - timedelta(minutes=5), until=clock.now()) == []
    Thread.objects.update(waits_since=None)
    assert due("nobody_answers", minutes="30", since=now - timedelta(minutes=5), until=clock.now()) == []


def test_something_of_a_category_by_whatever_way(chatting, deal, now):
    line = chatting("Хочу пожаловаться", ago=1)
    category = Category.objects.order_by("pk")[0]
    Sorted.objects.filter(id=line.pk).delete()
    Sorted.objects.create(id=line.pk, at=line.at, category=category, how="rule")
    window = {"since": now - timedelta(minutes=5), "until": clock.now()}
    (event,) = due("of_category", category=category.code, **window)
    assert (event.key, event.client_id, event.data["category"]) == (f"line/{line.pk}", deal.client_id, category.code)
    assert due("of_category", category=category.code, kinds=["call"], **window) == []


@pytest.fixture
def invoice(deal, roza):
    """Of 5,000, of which the rest is paid."""

    def made(days_ago: int, open_amount: str = "1000") -> Invoice:
        issued = invoices.issue(deal, [line("Окно", Decimal(1), Decimal(5000))], by=roza)
        Invoice.objects.filter(pk=issued.pk).update(due_on=clock.today() - timedelta(days=days_ago))
        if paid := 5000 - Decimal(open_amount):
            payments.enter(deal.client, paid, paid_on=clock.today(), origin="hand", invoice=issued, by=roza)
        return issued

    return made


def test_an_invoice_becomes_overdue_at_midnight_and_once(invoice, deal):
    late = invoice(days_ago=1)
    invoice(days_ago=0)
    invoice(days_ago=1, open_amount="0")
    midnight = clock.at(clock.today(), time())
    night = {"since": midnight - timedelta(minutes=1), "until": midnight + timedelta(minutes=1)}
    (event,) = due("invoice_overdue", days="1", **night)
    assert (event.key, event.deal_id, event.data["amount"]) == (f"overdue/{late.pk}/1", deal.pk, "1000.00")
    assert due("invoice_overdue", days="1", since=midnight, until=midnight + timedelta(hours=9)) == []
    assert due("invoice_overdue", days="3", **night) == []


def test_after_a_night_without_a_worker_nothing_is_left_out(invoice):
    for days_ago in (1, 2, 3):
        invoice(days_ago)
    midnight = clock.at(clock.today(), time(9))
    assert len(due("invoice_overdue", days="1", since=midnight - timedelta(days=3), until=midnight)) == 3


def test_a_debt_is_high_when_what_is_overdue_comes_to_so_much(invoice, deal, now):
    first = invoice(days_ago=9, open_amount="3000")
    invoice(days_ago=2, open_amount="2000")
    invoice(days_ago=-5, open_amount="5000")
    window = {"since": now - timedelta(minutes=1), "until": now}
    (event,) = due("debt_above", sum="5 000", **window)
    assert (event.key, event.data["amount"], event.deal_id) == (
        f"debt/{deal.client_id}/{first.pk}", "5000.00", deal.pk,
    )  # fmt: skip
    assert due("debt_above", sum="5 000,01", **window) == []
