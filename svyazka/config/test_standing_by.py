from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from svyazka.business.calls.models import Call, Pbx
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.config.standing_by import KEPT, Turn
from svyazka.connectors.asterisk.replay import StandIn, capture
from svyazka.kit import secrets

pytestmark = pytest.mark.django_db(transaction=True)


class Written:
    def __init__(self):
        self.all = []

    async def put(self, arrival):
        self.all.append(arrival)


async def until(holds):
    async with asyncio.timeout(15):
        while not await sync_to_async(holds)():
            await asyncio.sleep(0.02)


def turn(ledger, begun):
    async def begins():
        begun.append(1)

    return Turn(settings.DATABASE_DIRECT_URL, "listen test", ledger, begins=begins)


def test_one_writes_and_the_other_writes_what_it_has_kept_when_its_turn_comes():
    async def story():
        ledgers, begun = (Written(), Written()), []
        first, second = (turn(ledger, begun) for ledger in ledgers)
        running = asyncio.create_task(first.run())
        await first.comes()
        beside = asyncio.create_task(second.run())
        for arrival in ("a", "b"):
            await first.put(arrival)
            await second.put(arrival)
        assert ([ledger.all for ledger in ledgers], second.is_mine) == ([["a", "b"], []], False)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        async with asyncio.timeout(5):
            await second.comes()
        await second.put("c")
        await until(lambda: len(ledgers[1].all) == 3)
        beside.cancel()
        await asyncio.gather(beside, return_exceptions=True)
        assert (ledgers[1].all, len(begun)) == (["a", "b", "c"], 2)

    asyncio.run(story())


def test_only_the_last_seconds_are_kept(monkeypatch):
    async def story():
        ledger = Written()
        waiting = turn(ledger, [])
        now = time.monotonic()
        for second in (0, KEPT - 1, KEPT + 1):
            monkeypatch.setattr(time, "monotonic", lambda second=second: now + second)
            await waiting.put(second)
        monkeypatch.undo()
        running = asyncio.create_task(waiting.run())
        await until(lambda: len(ledger.all) == 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert ledger.all == [KEPT - 1, KEPT + 1]

    asyncio.run(story())


@pytest.fixture
def two_listeners(windows, tmp_path):
    """Each with the file in which it says what it does."""
    url = settings.DATABASE_DIRECT_URL
    ours = {"DATABASE_URL": url, "DATABASE_DIRECT_URL": url, "SVYAZKA_SECRET_KEY": settings.SECRET_KEY}
    environment = {**os.environ, **ours}
    words = [sys.executable, "-m", "svyazka.config.cli", "listen"]
    logs = [tmp_path / name for name in ("one", "other")]
    started = []
    for log in logs:
        with log.open("wb") as file:
            started.append(subprocess.Popen(words, env=environment, stderr=file, stdout=file))
    yield list(zip(started, logs, strict=True))
    for process in started:
        process.kill()
        process.wait(10)


def test_a_listener_that_is_killed_in_the_middle_of_a_call_loses_nothing(two_listeners):
    def writing():
        return [process for process, log in two_listeners if "listener_writes" in log.read_text()]

    def are_all_there():
        return sum(bytes(row.body).count(b"Event: Hangup") for row in Arrival.objects.all()) >= 5

    async def story():
        stand_in = StandIn()
        async with stand_in.serving() as port:
            access = {"host": "127.0.0.1", "port": port, "login": "crm", "secret": secrets.lock_away("crm-lab-secret")}
            await Pbx.objects.acreate(code="asterisk/lab1", driver="asterisk", **access)
            async with asyncio.timeout(30):
                await stand_in.listened_to(by=2)
            await until(lambda: len(writing()) == 1)
            steps = capture("s05")
            await stand_in.play(steps[: len(steps) // 3])
            await until(Arrival.objects.exists)
            writing()[0].kill()
            await stand_in.play(steps[len(steps) // 3 :])
            await until(are_all_there)

    asyncio.run(story())
    work_off()
    call = Call.objects.whole().get()
    assert (call.state, call.result, call.talk_seconds) == ("ended", "answered", 10)
