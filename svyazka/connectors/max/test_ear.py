"""A bot of MAX that is asked: what the other side drops is committed here."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from svyazka.business.intake.knock import Account, Knock
from svyazka.business.notices.messengers import Access, Denied, Unreached
from svyazka.connectors.max import ear as module
from svyazka.connectors.max.ear import Ear
from svyazka.connectors.max.verify import SECRET_HEADER, verify
from svyazka.kit import clock
from svyazka.kit.secrets import fingerprint


class Ledger:
    def __init__(self, *, breaks: bool = False) -> None:
        self.arrivals, self.cursor, self.breaks, self.heard_times = [], {}, breaks, 0

    async def write(self, arrivals, cursor):
        if self.breaks:
            raise RuntimeError("the database is away")
        self.arrivals += arrivals
        self.cursor = dict(cursor)

    async def heard(self):
        self.heard_times += 1

    @property
    def texts(self):
        return [json.loads(one.body)["message"]["body"]["text"] for one in self.arrivals]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.05)


def listen(peer, ledger, *, until=None, seconds=3.0, token=""):
    async def go():
        ear = Ear(Access("max/main", token or peer.token, peer.url), ledger.cursor, ledger)
        task = asyncio.create_task(ear.run())
        deadline = time.monotonic() + seconds
        while not task.done() and time.monotonic() < deadline and not (until and until()):
            await asyncio.sleep(0.01)
        if task.done():
            task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(go())


def test_everything_comes_once_and_in_order(max_peer):
    max_peer.person(5)
    for text in "абв":
        max_peer.written(5, text)
    ledger = Ledger()
    listen(max_peer, ledger, until=lambda: len(ledger.texts) >= 3 and ledger.heard_times)
    assert ledger.texts == ["а", "б", "в"]
    assert ledger.cursor == {"marker": 3}
    max_peer.written(5, "г")
    listen(max_peer, ledger, until=lambda: len(ledger.texts) >= 4)
    assert ledger.texts == ["а", "б", "в", "г"]


def test_what_could_not_be_committed_is_told_again(max_peer):
    max_peer.person(5)
    max_peer.written(5, "а")
    with pytest.raises(RuntimeError):
        listen(max_peer, Ledger(breaks=True))
    ledger = Ledger()
    listen(max_peer, ledger, until=lambda: ledger.texts)
    assert ledger.texts == ["а"]


def test_asked_or_called_an_update_is_the_same(max_peer):
    max_peer.person(5)
    update = max_peer.written(5, "а")
    ledger = Ledger()
    listen(max_peer, ledger, until=lambda: ledger.arrivals)
    [arrival] = ledger.arrivals
    bot = Account("max/main", "max", secret_fingerprint=fingerprint("s"))
    called = verify(Knock({SECRET_HEADER: "s"}, json.dumps(update).encode(), clock.now()), bot)
    assert (arrival.outside_id, arrival.conversation) == (called.outside_id, called.conversation)
    assert (arrival.account, arrival.connector, json.loads(arrival.body)) == ("max/main", "max", update)


def test_whoever_asks_is_not_called_any_more(max_peer):
    max_peer.person(5)
    max_peer.written(5, "а")
    max_peer.webhook = {"url": "https://old.example.ru/", "update_types": None, "time": 1, "version": "0"}
    ledger = Ledger()
    listen(max_peer, ledger, until=lambda: ledger.texts)
    assert (max_peer.webhook, ledger.texts) == ({}, ["а"])


def test_it_asks_no_more_often_than_it_may(max_peer, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.3)
    max_peer.longest_wait = 0
    listen(max_peer, Ledger(), seconds=1.0)
    assert sum(way == "GET /updates" for way, _given in max_peer.asked) <= 4


def test_a_wrong_token_and_a_service_that_is_down(max_peer):
    with pytest.raises(Denied):
        listen(max_peer, Ledger(), token="wrong")
    max_peer.is_broken = True
    with pytest.raises(Unreached, match="503"):
        listen(max_peer, Ledger())
