from __future__ import annotations

import asyncio
import contextlib
import json

import pytest

from svyazka.business.notices.messengers import Access, Denied
from svyazka.connectors.green_api.conftest import INSTANCE, TOKEN
from svyazka.connectors.green_api.listen import Notifications


class Book:
    """Fits intake.ear.Into. `refuses`: as if the database were away."""

    def __init__(self):
        self.written, self.refuses, self.answers = [], False, 0

    async def write(self, arrivals, cursor):
        if self.refuses:
            raise ConnectionError
        self.written += arrivals

    async def heard(self):
        self.answers += 1


def listen(peer, book, until, *, token=TOKEN):
    async def told():
        ear = Notifications(Access("green_api/main", token, peer.url, options={"instance": INSTANCE}), {}, book)
        task = asyncio.create_task(ear.run())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                while not until() and not task.done():
                    await asyncio.sleep(0.02)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(told())


def texts(book):
    return [json.loads(one.body)["messageData"]["textMessageData"]["textMessage"] for one in book.written]


def test_they_are_read_in_their_order_and_said_to_be_read_afterwards(green_api_peer):
    book = Book()
    for number in range(3):
        green_api_peer.wait_in_line(green_api_peer.written("79031234567@c.us", f"сообщение {number}"))
    listen(green_api_peer, book, lambda: green_api_peer.waiting() == 0)
    assert texts(book) == ["сообщение 0", "сообщение 1", "сообщение 2"]
    assert {one.conversation for one in book.written} == {"green_api/main/79031234567@c.us"}


def test_what_we_could_not_write_down_stays_there(green_api_peer):
    book = Book()
    green_api_peer.wait_in_line(green_api_peer.written("79031234567@c.us", "важно"))
    book.refuses = True
    with pytest.raises(ConnectionError):
        listen(green_api_peer, book, lambda: False)
    assert green_api_peer.waiting() == 1
    book.refuses = False
    listen(green_api_peer, book, lambda: green_api_peer.waiting() == 0)
    assert texts(book) == ["важно"]


def test_a_token_that_is_wrong(green_api_peer):
    with pytest.raises(Denied):
        listen(green_api_peer, Book(), lambda: False, token="wrong")
