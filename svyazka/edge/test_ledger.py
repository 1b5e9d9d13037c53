from __future__ import annotations

import threading
import time
from collections import Counter

import psycopg
import pytest

from svyazka.edge import ledger
from svyazka.edge.conftest import open_house

FORM = "/in/form/demo-okna/"


@pytest.mark.django_db(transaction=True)
def test_when_too_many_wait_the_next_is_told_to_come_again(house, monkeypatch):
    monkeypatch.setattr(ledger, "MOST_WAITING", 0)
    answer = house.ask("POST", FORM, {"phone": "+79161234567"})
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    monkeypatch.undo()
    assert house.ask("POST", FORM, {"phone": "+79161234567"}).status == 200
    assert len(house.arrivals()) == 1


def test_without_a_database_nothing_is_promised():
    with open_house("postgresql://nobody@127.0.0.1:9/nothing", is_there=False) as house:
        assert house.ask("GET", "/healthz").status == 200
        answer = house.ask("POST", FORM, {"phone": "+79161234567"})
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")


@pytest.mark.django_db(transaction=True)
def test_an_arrival_is_answered_only_after_its_commit(house, settings):
    """Somebody holds the table: the sender waits, and hears nothing before the row stands."""
    answers = []
    sending = threading.Thread(target=lambda: answers.append(house.ask("POST", FORM, {"phone": "+79161234567"})))
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as holder:
        holder.execute("lock table intake_arrival in exclusive mode")
        sending.start()
        time.sleep(0.5)
        assert answers == []
    sending.join(10)
    assert [answer.status for answer in answers] == [200]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_restarted_is_found_again(house):
    statuses = Counter()
    for number in range(6):
        statuses[house.ask("POST", FORM, {"phone": "+79161234567", "submission_id": str(number)}).status] += 1
        house.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'svyazka edge' and datname = current_database()"
        )
    assert statuses == {200: 6}
    assert len(house.arrivals()) == 6
