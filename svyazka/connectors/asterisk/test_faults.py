"""Whatever goes wrong on the way, the calls that are stored are the same: none lost, none double, none left open."""

import asyncio
import random

import pytest

from svyazka.business.calls.conftest import phones_of
from svyazka.business.calls.follow import summary_of
from svyazka.business.calls.models import Call, Pbx
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.connectors.asterisk.messages import compose
from svyazka.connectors.asterisk.stand_in import shapes
from svyazka.connectors.asterisk.stand_in.manager import Faults
from svyazka.connectors.asterisk.stand_in.shapes import Wish
from svyazka.connectors.asterisk.stand_in.small_pbx import SmallPbx
from svyazka.connectors.asterisk.test_driver import CODE, listening, work_off_elsewhere
from svyazka.kit import clock


@pytest.fixture(autouse=True)
def _company(transactional_db, windows):
    """Rows are written on another connection, so the world must be committed."""


async def until(holds):
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.001)


def own(pbx, extension, client):
    """The channel of this phone in the call of this client."""
    keys = [one.linked for one in pbx.channels.values() if one.number == client]
    found = [one for one in pbx.channels.values() if one.name.startswith(f"PJSIP/{extension}-") and one.linked in keys]
    return found[0] if found else None


def talks(pbx, extension, client):
    channel = own(pbx, extension, client)
    return bool(channel and channel.bridge and channel.bridge.members == 2)


async def busy_minute(pbx, in_the_middle=None):
    """Four calls side by side; `in_the_middle`: what happens while two of them talk."""
    pbx.phones["102"].lifts_after = None
    calls = [
        pbx.call("79160000001", to="101", seconds=30),
        pbx.call("79160000002", to="103", seconds=30),
        pbx.call("79160000003", to="102", patience=6),
        pbx.call("79160000004", queue="sales", our_number="74951000200", patience=12),
    ]
    tasks = [asyncio.create_task(call) for call in calls]
    await until(lambda: talks(pbx, "101", "79160000001") and talks(pbx, "103", "79160000002"))
    if in_the_middle:
        await in_the_middle()
    operator = own(pbx, "103", "79160000002")
    operator.ear.put_nowait(Wish("blind", operator, "201"))
    await asyncio.gather(*tasks)
    await pbx.let_go()


# Client, result, who spoke with him in turn, whom he was passed on to.
CALLS = [
    ("+79160000001", "answered", ["101"], []),
    ("+79160000002", "answered", ["103", "201"], ["201"]),
    ("+79160000003", "missed", [], []),
    ("+79160000004", "missed", [], []),
]


def stored():
    calls = []
    for call in Call.objects.order_by("client_number"):
        now = summary_of(call)
        spoke = list(dict.fromkeys(talk.extension for talk in now.talks))
        calls.append((call.client_number, call.result, spoke, [transfer.to for transfer in now.transfers]))
    return calls


def run(story, **options):
    """The story of a PBX that is listened to, and then all that was heard is worked off."""

    async def told():
        pbx = SmallPbx(pace=0.02, **options)
        async with pbx.serving() as port, listening(pbx, port) as driver:
            await pbx.listened_to()
            await story(pbx, driver)
            await asyncio.sleep(0.1)
            await driver.batches.all_written()

    asyncio.run(told())
    while work_off():
        pass
    assert not Call.objects.going_on().exists()
    assert set(Arrival.objects.values_list("state", flat=True)) <= {"done", "ignored"}


@pytest.mark.parametrize(
    "faults",
    [Faults(), Faults(twice=True), Faults(mixed=7), Faults(mixed=40, twice=True, chance=random.Random(7))],
    ids=["none", "twice", "mixed", "mixed-and-twice"],
)
def test_what_comes_twice_or_in_another_order(faults):
    run(lambda pbx, _driver: busy_minute(pbx), faults=faults)
    assert stored() == CALLS


def test_a_connection_cut_in_the_middle_of_a_message():
    async def story(pbx, driver):
        async def cut():
            event = [*shapes.head("Hold", "lab1"), *shapes.of_channel(own(pbx, "101", "79160000001"))]
            await pbx.cut(inside=compose(event))
            await pbx.listened_to()

        await busy_minute(pbx, cut)
        assert len(driver.links) == 3

    run(story)
    assert stored() == CALLS


def test_a_pbx_that_stalls_is_heard_when_it_goes_on():
    async def story(pbx, driver):
        async def stall():
            pbx.stall()
            asyncio.get_running_loop().call_later(0.3, pbx.flow)

        await busy_minute(pbx, stall)

    run(story)
    assert stored() == CALLS


def test_the_listener_is_started_again_in_the_middle():
    """What happened meanwhile nobody heard; what goes on is heard on, and what has ended is closed."""

    async def told():
        pbx = SmallPbx(pace=0.02)
        async with pbx.serving() as port:
            async with listening(pbx, port) as driver:
                await pbx.listened_to()
                long = asyncio.create_task(pbx.call("79160000001", to="101", seconds=60))
                short = asyncio.create_task(pbx.call("79160000002", to="102", seconds=10))
                await until(lambda: talks(pbx, "101", "79160000001") and talks(pbx, "102", "79160000002"))
                await driver.batches.all_written()
            await short
            async with listening(pbx, port) as driver:
                await pbx.listened_to()
                await long
                await asyncio.sleep(0.05)
                await driver.batches.all_written()

    asyncio.run(told())
    while work_off():
        pass
    assert stored() == [("+79160000001", "answered", ["101"], []), ("+79160000002", "answered", ["102"], [])]
    assert not Call.objects.going_on().exists()


def test_the_pbx_is_started_again_in_the_middle():
    async def story(pbx, driver):
        before = asyncio.create_task(pbx.call("79160000001", to="101", seconds=1000))
        await until(lambda: talks(pbx, "101", "79160000001"))
        await driver.batches.all_written()
        await asyncio.to_thread(work_off_elsewhere)
        before.cancel()
        pbx.forget_channels()
        await pbx.cut()
        await pbx.listened_to()
        await pbx.call("79160000002", to="101")

    run(story)
    assert stored() == [("+79160000001", "answered", ["101"], []), ("+79160000002", "answered", ["101"], [])]


def test_two_systems_may_call_their_calls_the_same(windows):
    """A systemname that was set twice, or not at all: the PBX is part of the key."""

    class Alike(SmallPbx):
        async def new_channel(self, *said, unique="", **more):
            return await super().new_channel(*said, unique=unique or f"lab1-1700000000.{next(self.uniques)}", **more)

    async def told():
        one, other = Alike(pace=0.02), Alike(pace=0.02)
        async with (
            one.serving() as first,
            other.serving() as second,
            listening(one, first) as a,
            listening(other, second, code="asterisk/lab2") as b,
        ):
            await asyncio.gather(one.listened_to(), other.listened_to())
            keys = await asyncio.gather(one.call("79160000001", to="101"), other.call("79160000002", to="102"))
            await asyncio.sleep(0.05)
            await asyncio.gather(a.batches.all_written(), b.batches.all_written())
            return keys

    keys = asyncio.run(told())
    while work_off():
        pass
    assert keys == ["lab1-1700000000.0"] * 2
    calls = Call.objects.order_by("pbx_code").values_list("pbx_code", "client_number", "answered_by_id")
    answered = [(CODE, "+79160000001", windows["olga"].pk), ("asterisk/lab2", "+79160000002", windows["oksana"].pk)]
    assert list(calls) == answered


def test_what_phones_are_at_comes_through_and_is_asked_again_after_a_break():
    Pbx.objects.create(code=CODE, driver="asterisk", host="127.0.0.1", port=1, connected_at=clock.now())

    async def story(pbx, driver):
        await pbx.connect_phone("102", is_connected=False)
        await asyncio.sleep(0.1)
        await pbx.cut()
        pbx.phones["103"].is_connected = False
        await pbx.listened_to()

    run(story)
    assert phones_of(CODE, "101", "102", "103", "201") == {"101": "free", "102": "away", "103": "away", "201": "free"}
