"""What an operator does all day, on the small PBX and, where `SVYAZKA_TEST_ASTERISK` names one, on a real Asterisk.

`host:port:login:secret`, of an Asterisk set up as docs/how-to/asterisk.md says at its end: three phones that answer by
themselves, 101, 201 and `client`, and a number by which the client is dialled.
"""

import asyncio
import contextlib
import os
from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.calls.phone_system import Access, At, Command, Do, NotDone
from svyazka.connectors.asterisk.driver import Asterisk
from svyazka.connectors.asterisk.read import read
from svyazka.connectors.asterisk.stand_in.small_pbx import SmallPbx
from svyazka.kit import clock

CLIENT = "+79990000001"
REAL = "SVYAZKA_TEST_ASTERISK"


class Ledger:
    def __init__(self):
        self.rows = []

    async def put(self, arrival):
        self.rows.append(arrival)


@contextlib.asynccontextmanager
async def small():
    pbx = SmallPbx(phones=("101", "201"), pace=0.05, talks_out=1000)
    async with pbx.serving() as port:
        yield "127.0.0.1", port, "crm", "crm-lab-secret"


@contextlib.asynccontextmanager
async def real():
    host, port, login, secret = os.environ[REAL].split(":", 3)
    yield host, int(port), login, secret


@pytest.fixture(
    params=[
        small,
        pytest.param(
            real, marks=[pytest.mark.real_pbx, pytest.mark.skipif(REAL not in os.environ, reason=f"{REAL} names none")]
        ),
    ]
)
def play(request):
    """Plays a story with a driver that listens."""

    def played(story):
        async def told():
            async with asyncio.timeout(60), request.param() as (host, port, login, secret):
                options = (("transfer_context", "from-internal"),)
                access = Access("asterisk/tried", host, port, login, secret, options)
                driver = Asterisk(access, Ledger(), noticed)
                task = asyncio.create_task(driver.run())
                try:
                    await until(lambda: driver.line)
                    return await story(driver)
                finally:
                    task.cancel()
                    await asyncio.wait([task])

        return asyncio.run(told())

    return played


async def noticed(link):
    pass


async def until(holds):
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


async def do(driver, what, key="", *, extension="101", number=""):
    until_then = clock.now() + timedelta(seconds=20)
    asked = Command(f"svyazka{uuid4().hex}", what, extension, until_then, call_key=key, number=number)
    return await driver.carry_out(asked)


async def dialled(driver):
    """101 talks with the client."""
    key = (await do(driver, Do.DIAL, number=CLIENT)).call_key
    await until(lambda: speaks_with_client(driver, key, "101"))
    return key


def speaks_with_client(driver, key, extension):
    own = driver.channels.phone_in(key, extension)
    return own is not None and any(
        not one.extension and not one.name.startswith("Local/") for one in driver.channels.beside(own)
    )


def asks_colleague(driver, key):
    """The wiring and 201 talk, and the operator with them."""
    phones = [driver.channels.phone_in(key, extension) for extension in ("101", "201")]
    return all(phone and driver.channels.beside(phone) for phone in phones)


def test_a_call_out_and_its_end(play):
    async def story(driver):
        key = await dialled(driver)
        await do(driver, Do.HANG_UP, key)
        await until(lambda: not driver.channels.of_call(key))

    play(story)


def test_a_transfer_at_once(play):
    async def story(driver):
        key = await dialled(driver)
        await do(driver, Do.TRANSFER, key, number="201")
        await until(lambda: speaks_with_client(driver, key, "201"))
        assert driver.channels.phone_in(key, "101") is None
        await do(driver, Do.HANG_UP, key, extension="201")

    play(story)


def test_a_transfer_after_a_word(play):
    async def story(driver):
        key = await dialled(driver)
        await do(driver, Do.CONSULT, key, number="201")
        await until(lambda: asks_colleague(driver, key))
        await do(driver, Do.CONNECT, key)
        await until(lambda: speaks_with_client(driver, key, "201"))
        await do(driver, Do.HANG_UP, key, extension="201")

    play(story)


def test_a_word_with_a_colleague_and_back(play):
    async def story(driver):
        key = await dialled(driver)
        await do(driver, Do.CONSULT, key, number="201")
        await until(lambda: asks_colleague(driver, key))
        await do(driver, Do.COME_BACK, key)
        await until(lambda: speaks_with_client(driver, key, "101"))
        await do(driver, Do.HANG_UP, key)

    play(story)


def test_a_phone_that_is_not_there(play):
    async def story(driver):
        with pytest.raises(NotDone) as refusal:
            await do(driver, Do.DIAL, extension="999", number=CLIENT)
        return refusal.value.trouble

    assert play(story) == "phone_away"


def test_what_phones_are_at(play):
    async def story(driver):
        await until(lambda: any(row.conversation.endswith("/phones") for row in driver.ledger.rows))
        row = next(row for row in driver.ledger.rows if row.conversation.endswith("/phones"))
        (seen,) = read(row)
        return {seen.phones[extension] for extension in ("101", "201")}, seen.are_all

    assert play(story) == ({At.FREE}, True)
