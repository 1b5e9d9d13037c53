# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from svyazka.business.deals.opening import open_deal
from svyazka.business.imports import columns, going_on, upload
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.notices import devices
from svyazka.business.notices.tell import tell
from svyazka.business.staff.models import Session
from svyazka.config import working
from svyazka.config.database import WORKER
from svyazka.config.working import AtTheBell, Rounds, beside, send_notices
from svyazka.connectors.web_push.conftest import push_service  # noqa: F401
from svyazka.kit import clock


@pytest.mark.django_db
def test_a_worker_that_has_its_hands_full_gives_signs_of_life(monkeypatch):
    """Otherwise /readyz took every web process out of the row just when there was most to do."""
    monkeypatch.setattr(working, "POLL", 0.0)
    worker = AtTheBell(work_off, name=WORKER)
    try:
        heard = [_busy_turn(worker) for _turn in range(3)]
    finally:
        if worker.bell:
            worker.bell.close()
    assert heard == sorted(set(heard))


def _busy_turn(worker: AtTheBell) -> datetime:
    now = clock.now()
    Arrival.objects.create(received_at=now, next_try_at=now, account="a", connector="none", conversation="c", body=b"")
    worker.turn()
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as asked:
        rows = asked.execute(
            "select state_change from pg_stat_activity where application_name = %s and datname = current_database()",
            [WORKER],
        ).fetchall()
    return max(at for (at,) in rows)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_worked_off_beside_the_ledger(vera, roza, olga):
    deal = open_deal(vera, by=olga)
    made = upload.take_in("a.csv", f"№;Проёмов\n{deal.pk};4\n".encode(), by=roza)
    columns.choose(made, made.columns, overwrites=True, all_or_nothing=True, by=roza)
    told: list[int] = []
    worker = threading.Thread(target=beside, args=[going_on.go_on, told])
    worker.start()
    for _moment in range(100):
        made.refresh_from_db()
        if made.state == "checked":
            break
        time.sleep(0.05)
    told.append(15)
    worker.join()
    assert made.lines.get().after == {"openings": 4}


@pytest.mark.django_db(transaction=True)
def test_more_threads_than_the_pool_has_connections_all_get_their_turn():
    """Each kept the one it once had: whoever came last never got any, and his work was not done at all."""
    told: list[int] = []
    done: set[int] = set()

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        done.add(threading.get_ident())

    many = connection.settings_dict["OPTIONS"]["pool"]["max_size"] + 5
    threads = [threading.Thread(target=beside, args=[work, told, 0.2]) for _number in range(many)]
    for one in threads:
        one.start()
    deadline = time.monotonic() + 8  # the pool itself gives up after ten seconds
    while len(done) < many and time.monotonic() < deadline:
        time.sleep(0.05)
    told.append(15)
    for one in threads:
        one.join()
    assert len(done) == many


def test_work_that_failed_is_tried_again():
    """A single row that cannot be worked off ended the thread, and with it all imports until the next start."""
    told: list[int] = []
    tried = []

    def work() -> None:
        tried.append("again")
        if len(tried) < 3:
            raise KeyError("a field that is gone")
        told.append(15)

    beside(work, told, pause=0)
    assert len(tried) == 3


@pytest.mark.django_db(transaction=True)
def test_notices_go_out_beside_the_work_until_the_worker_is_told_to_end(mikhail, konstantin, push_service):
    session = Session.objects.create(session_key="a" * 32, person=mikhail, expire_date=clock.now() + timedelta(hours=1))
    devices.add(mikhail, push_service.browser(), kind="web_push", session=session)
    tell([mikhail.pk], "question.asked", by=konstantin, deal_id=17)
    told: list[int] = []
    sender = threading.Thread(target=beside, args=[send_notices, told])
    sender.start()
    for _moment in range(100):
        if push_service.letters:
            break
        time.sleep(0.05)
    told.append(15)
    sender.join()
    assert [letter["text"] for letter in push_service.letters] == ["Сделка № 17"]


def test_what_fails_in_an_unforeseen_way_is_tried_again():
    """It ended the thread without a word, and no file was worked off until the next start."""
    tried: list[int] = []
    told: list[int] = []

    def work() -> bool:
        tried.append(1)
        if len(tried) == 1:
            raise ValueError
        told.append(1)
        return True

    beside(work, told)
    assert len(tried) == 2


@pytest.mark.django_db(transaction=True)
def test_a_round_that_takes_long_does_not_hold_up_the_ledger_and_one_that_fails_comes_again(monkeypatch):
    began, go_on, failed = threading.Event(), threading.Event(), []

    def slow() -> None:
        began.set()
        go_on.wait(10)

    def fails() -> None:
        failed.append(1)
        raise ValueError("A mistake of ours.")

    monkeypatch.setattr(working, "ROUNDS", ((slow, 0.0), (fails, 0.0)))
    told: list[int] = []
    rounds = threading.Thread(target=beside, args=[AtTheBell(Rounds(), name="rounds").turn, told, 0.0])
    ledger = AtTheBell(work_off, name=WORKER)
    rounds.start()
    try:
        assert began.wait(10)
        _busy_turn(ledger)
        assert Arrival.objects.get().state == "stuck"  # nothing here can read it
        go_on.set()
        for _moment in range(200):
            if len(failed) > 1:
                break
            time.sleep(0.02)
    finally:
        go_on.set()
        told.append(1)
        rounds.join(10)
        ledger.let_go()
    assert len(failed) > 1
