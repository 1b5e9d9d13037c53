"""A mailbox is read out of a real Dovecot."""

from __future__ import annotations

import asyncio
import imaplib
import socket
import time

import pytest

from svyazka.business.conversations.listening import TROUBLES
from svyazka.business.notices.messengers import Denied, Unreached
from svyazka.connectors.email import ear
from svyazka.connectors.email.ear import Mails


class Notebook:
    """Fits intake.ear.Into."""

    def __init__(self):
        self.arrivals, self.cursor, self.heard_at, self.breaks = [], {}, [], False

    async def write(self, arrivals, cursor):
        self.arrivals += arrivals
        if self.breaks and arrivals:
            raise ConnectionAbortedError
        self.cursor = dict(cursor)

    async def heard(self):
        self.heard_at.append(time.monotonic())

    def uids(self):
        return [one.outside_id for one in self.arrivals]


def letter(number, *, sender="vera@example.com", size=0):
    head = f"From: Vera <{sender}>\r\nTo: okna@example.ru\r\nMessage-ID: <{number}@example.com>\r\n"
    return f"{head}Subject: n{number}\r\n\r\nHello\r\n".encode() + (b"y" * 76 + b"\r\n") * (size // 78)


def listen(access, story, *, into=None, cursor=None):
    """`story` runs beside it; then it is stopped."""
    notebook = into or Notebook()

    async def both():
        work = asyncio.create_task(Mails(access, cursor or {}, notebook).run())
        try:
            told = asyncio.create_task(story(notebook))
            await asyncio.wait([work, told], timeout=15, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                told.cancel()
                work.result()
            assert told.done(), "it takes too long"
            told.result()
        finally:
            work.cancel()
            await asyncio.wait([work])

    asyncio.run(both())
    return notebook


async def until(holds):
    while not holds():
        await asyncio.sleep(0.02)


async def heard(notebook):
    await until(lambda: notebook.heard_at)


def arrived(many):
    async def story(notebook):
        await until(lambda: len(notebook.arrivals) >= many and notebook.heard_at)

    return story


def test_from_now_on(access, dovecot, user):
    dovecot.deliver(letter(1), to=user)

    async def story(notebook):
        await heard(notebook)
        dovecot.deliver(letter(2), to=user)
        sent = time.monotonic()
        await until(lambda: notebook.arrivals)
        assert time.monotonic() - sent < 2

    notebook = listen(access(), story)
    [arrival] = notebook.arrivals
    validity = notebook.cursor["INBOX"]["validity"]
    assert (arrival.account, arrival.connector) == ("email/sales", "email")
    assert arrival.outside_id == f"INBOX/{validity}/2"
    assert arrival.conversation == "email/sales vera@example.com"
    assert arrival.headers == {"folder": "INBOX", "validity": str(validity), "uid": "2"}
    assert arrival.body.endswith(letter(2))
    assert notebook.cursor["INBOX"]["uid"] == 2
    assert "\\Seen" not in " ".join(dovecot.flags(user))


def test_the_last_days(access, dovecot, user):
    for number in range(1, 26):
        dovecot.deliver(letter(number), to=user)
    notebook = listen(access(since_days="3"), arrived(25))
    assert len(set(notebook.uids())) == 25
    again = listen(access(since_days="3"), heard, cursor=notebook.cursor)
    assert again.arrivals == []


def test_marked_as_read_only_if_that_is_wished(access, dovecot, user):
    dovecot.deliver(letter(1), to=user)

    async def story(notebook):
        await heard(notebook)

    listen(access(since_days="1", marks_read="1"), story)
    assert dovecot.flags(user) == ["\\Seen"]


def test_what_was_not_stored_is_read_again(access, dovecot, user):
    dovecot.deliver(letter(1), to=user)
    broken = Notebook()
    broken.breaks = True
    with pytest.raises(Unreached):
        listen(access(since_days="1"), heard, into=broken)
    assert (len(broken.arrivals), broken.cursor) == (1, {})
    assert listen(access(since_days="1"), heard, cursor=broken.cursor).uids() == broken.uids()


def test_numbers_that_mean_other_letters(access, dovecot, user):
    for number in (1, 2):
        dovecot.deliver(letter(number), to=user)
    first = listen(access(since_days="1"), arrived(2))
    dovecot.renumber(user, 777_777)
    dovecot.deliver(letter(3), to=user)
    second = listen(access(since_days="1"), arrived(3), cursor=first.cursor)
    assert second.uids() == ["INBOX/777777/1", "INBOX/777777/2", "INBOX/777777/3"]
    assert second.cursor["INBOX"]["validity"] == 777_777


def test_what_lay_there_before_it_began_is_not_read_when_numbers_change(access, dovecot, user, monkeypatch):
    monkeypatch.setattr(ear, "CLOCKS_MAY_DIFFER", 0)
    dovecot.deliver(letter(1), to=user)
    time.sleep(1.1)  # a server counts arrivals by seconds
    first = listen(access(), heard)
    dovecot.renumber(user, 888_888)
    second = listen(access(), heard, cursor=first.cursor)
    assert (second.arrivals, second.cursor["INBOX"]["validity"]) == ([], 888_888)


def test_while_it_listens_the_numbers_change(access, dovecot, user, monkeypatch):
    monkeypatch.setattr(ear, "LOOK_EVERY", 0.3)

    async def story(notebook):
        await heard(notebook)
        dovecot.renumber(user, 999_999)
        dovecot.deliver(letter(1), to=user)
        await until(lambda: "INBOX/999999/1" in notebook.uids())

    listen(access(), story)


def test_too_large_a_letter_comes_without_its_content(access, dovecot, user, monkeypatch):
    monkeypatch.setattr(ear, "LARGEST", 2000)
    dovecot.deliver(letter(1, size=4000), to=user)
    [arrival] = listen(access(since_days="1"), arrived(1)).arrivals
    assert arrival.headers["cut"] == "1"
    assert b"Subject: n1" in arrival.body
    assert b"yyy" not in arrival.body


def test_what_was_sent_from_elsewhere(access, dovecot, user, monkeypatch):
    monkeypatch.setattr(ear, "LOOK_EVERY", 0.3)

    async def story(notebook):
        await heard(notebook)
        with imaplib.IMAP4("127.0.0.1", dovecot.imap) as box:
            box.login(user, "secret")
            raw = b"From: okna@example.ru\r\nTo: vera@example.com\r\n\r\nHello"
            box.append("Sent", None, None, raw)
        await until(lambda: notebook.arrivals)

    [arrival] = listen(access(reads_sent="1"), story).arrivals
    assert arrival.headers["sent"] == "1"
    assert arrival.conversation == "email/sales vera@example.com"


def test_without_idle_it_is_looked_into(access, dovecot, user, monkeypatch):
    monkeypatch.setattr(ear.imap, "can_idle", lambda box: False)
    monkeypatch.setattr(ear, "WITHOUT_IDLE", 0.2)

    async def story(notebook):
        await heard(notebook)
        dovecot.deliver(letter(1), to=user)
        await until(lambda: notebook.arrivals)

    listen(access(), story)


def test_the_server_restarts_in_the_middle(access, dovecot, user):
    dovecot.deliver(letter(1), to=user)

    async def story(notebook):
        await until(lambda: notebook.arrivals and notebook.heard_at)
        await asyncio.to_thread(dovecot.stop)
        await asyncio.sleep(10)

    notebook = Notebook()
    with pytest.raises(Unreached):
        listen(access(since_days="1"), story, into=notebook)
    dovecot.start()
    dovecot.deliver(letter(2), to=user)
    after = listen(access(since_days="1"), arrived(1), cursor=notebook.cursor)
    assert [one.headers["uid"] for one in (*notebook.arrivals, *after.arrivals)] == ["1", "2"]


def test_stopped_while_it_waits_it_ends_at_once(access):
    began = time.monotonic()
    listen(access(), heard)
    assert time.monotonic() - began < 3


def test_only_a_mailbox_that_is_read_is_asked(access):
    async def story(notebook):
        await asyncio.sleep(0.1)

    assert listen(access(imap_host=""), story).cursor == {}


@pytest.mark.parametrize(
    ("other", "trouble", "word"),
    [
        ({"password": "wrong"}, Denied, "denied"),
        ({"password": "пароль"}, Denied, "denied"),
        ({"imap_port": "imaps", "imap_security": "tls"}, Unreached, "certificate"),
        ({"imap_security": "starttls"}, Unreached, "certificate"),
        ({"imap_security": "tls"}, Unreached, "no_tls"),
        ({"imap_host": "nowhere.invalid"}, Unreached, "no_host"),
        ({"imap_port": "closed"}, Unreached, "unreached"),
        ({"folders": "INBOX\nGone"}, Unreached, "no_folder"),
    ],
)
def test_what_is_wrong_is_said_in_a_word(access, dovecot, other, trouble, word):
    with socket.create_server(("127.0.0.1", 0)) as line:
        closed = str(line.getsockname()[1])
    ports = {"imaps": str(dovecot.imaps), "closed": closed}
    given = {name: ports.get(value, value) for name, value in other.items()}

    async def story(_notebook):
        await asyncio.sleep(10)

    with pytest.raises(trouble) as said:
        listen(access(**given), story)
    assert str(said.value) == word
    assert word in TROUBLES
