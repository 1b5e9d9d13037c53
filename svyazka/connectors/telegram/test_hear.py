"""The ear before the stand-in: what is not committed is not confirmed."""

from __future__ import annotations

import asyncio
import json

import pytest

from svyazka.business.notices.messengers import Access, Denied, Unreached
from svyazka.connectors.telegram import hear
from svyazka.connectors.telegram.hear import Ear


class Notebook:
    """Fits intake.ear.Into. It may lose its pen: then nothing is written."""

    def __init__(self):
        self.arrivals, self.cursor, self.heards, self.is_broken = [], {}, 0, False

    async def write(self, arrivals, cursor):
        if self.is_broken:
            raise ConnectionError
        self.arrivals += arrivals
        self.cursor = dict(cursor)

    async def heard(self):
        self.heards += 1


@pytest.fixture
def peer(telegram_peer, monkeypatch):
    monkeypatch.setattr(hear, "WAITS", 1)
    telegram_peer.person(5)
    telegram_peer.person(6)
    return telegram_peer


def listen(peer, notebook, *, until, token=""):
    async def go():
        ear = Ear(Access("telegram/main", token or peer.token, peer.url), notebook.cursor, notebook)
        task = asyncio.create_task(ear.run())
        for _moment in range(200):
            if task.done() or until():
                break
            await asyncio.sleep(0.02)
        if task.done():
            await task
        task.cancel()

    asyncio.run(go())


def test_what_was_said_before_and_what_is_said_meanwhile_comes_once_and_in_order(peer):
    notebook = Notebook()
    first, second = peer.written(5, "раз"), peer.written(6, "два")
    listen(peer, notebook, until=lambda: len(notebook.arrivals) == 2 and not peer.pending)
    third = peer.written(5, "три")
    listen(peer, notebook, until=lambda: len(notebook.arrivals) == 3 and not peer.pending)
    assert [json.loads(one.body) for one in notebook.arrivals] == [first, second, third]
    assert [one.conversation for one in notebook.arrivals] == [f"telegram/main/{who}" for who in (5, 6, 5)]
    assert notebook.arrivals[0].outside_id == str(first["update_id"])


def test_what_could_not_be_written_is_not_confirmed(peer):
    notebook = Notebook()
    peer.written(5, "раз")
    notebook.is_broken = True
    with pytest.raises(ConnectionError):
        listen(peer, notebook, until=lambda: False)
    assert len(peer.pending) == 1
    notebook.is_broken = False
    listen(peer, notebook, until=lambda: notebook.arrivals and not peer.pending)
    assert len(notebook.arrivals) == 1


def test_a_pressed_button_is_answered_after_it_is_written_down(peer):
    notebook = Notebook()
    query = peer.pressed(5, {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}, "yes")
    listen(peer, notebook, until=lambda: bool(peer.answered))
    assert peer.answered == [query["callback_query"]["id"]]
    assert len(notebook.arrivals) == 1


def test_where_nothing_is_new_it_says_that_it_was_answered(peer):
    notebook = Notebook()
    listen(peer, notebook, until=lambda: notebook.heards > 0)
    assert (notebook.heards > 0, notebook.arrivals) == (True, [])


def test_it_is_called_no_more_and_what_waited_for_that_comes(peer):
    notebook = Notebook()
    peer.webhook = {"url": "https://elsewhere.example/"}
    peer.written(5, "раз")
    listen(peer, notebook, until=lambda: len(notebook.arrivals) == 1)
    assert (peer.webhook, len(notebook.arrivals)) == ({}, 1)


def test_a_wrong_token_a_broken_service_and_whoever_lets_it_call_meanwhile_end_it(peer):
    with pytest.raises(Denied):
        listen(peer, Notebook(), until=lambda: False, token="1:wrong")
    notebook = Notebook()
    with pytest.raises(Unreached, match="409"):
        listen(peer, notebook, until=lambda: notebook.heards and peer.webhook.update(url="https://a.example/"))
    peer.webhook, peer.stub = {}, 403
    with pytest.raises(Unreached):
        listen(peer, Notebook(), until=lambda: False)
