"""Commands over a real connection, to a PBX that does them, refuses them, or says yes and does nothing."""

import asyncio
import contextlib
from datetime import timedelta

import pytest

from svyazka.business.calls.commands import TROUBLES
from svyazka.business.calls.phone_system import Access, Command, Do, Done, NotDone
from svyazka.connectors.asterisk.driver import Asterisk
from svyazka.connectors.asterisk.line import Times
from svyazka.connectors.asterisk.stand_in.manager import Faults
from svyazka.connectors.asterisk.stand_in.small_pbx import SmallPbx
from svyazka.kit import clock

CODE = "asterisk/lab1"
QUICK = Times(answer=2, ping=5, first_pause=0.01, longest_pause=0.05, phones=0.01)
CLIENT = "79161234567"


class Sink:
    """A ledger that forgets."""

    async def put(self, arrival):
        pass


@contextlib.asynccontextmanager
async def working(pbx, *, options=(), times=QUICK):
    """A driver that listens to this PBX."""

    async def noticed(link):
        pass

    async with pbx.serving() as port:
        driver = Asterisk(
            Access(CODE, "127.0.0.1", port, "crm", "crm-lab-secret", options), Sink(), noticed, times=times
        )
        task = asyncio.create_task(driver.run())
        try:
            await until(lambda: driver.line)
            yield driver
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def until(holds):
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.001)


def command(do, extension="101", *, seconds=3.0, id="svyazka1x", **about):
    return Command(id=id, do=do, extension=extension, until=clock.now() + timedelta(seconds=seconds), **about)


@contextlib.asynccontextmanager
async def talking(pbx, driver, *, to="101", client=CLIENT):
    """A client talks with somebody; the key of the call, and the call itself as a task."""
    call = asyncio.create_task(pbx.call(client, to=to, seconds=1000))
    await until(lambda: in_talk(pbx, to))
    key = channel_of(pbx, to).linked
    await until(lambda: (own := driver.channels.phone_in(key, to)) and own.bridge)
    try:
        yield key, call
    finally:
        call.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await call


def channel_of(pbx, extension):
    return next((one for name, one in pbx.channels.items() if name.startswith(f"PJSIP/{extension}-")), None)


def in_talk(pbx, extension):
    channel = channel_of(pbx, extension)
    return channel is not None and channel.bridge is not None and channel.bridge.members == 2


def speaks_with_client(pbx, extension):
    client, own = channel_of(pbx, "trunk"), channel_of(pbx, extension)
    return bool(client and own and own.bridge and client.bridge is own.bridge)


def tell(story, **options):
    """The story with a PBX and a driver that listens to it."""

    async def told():
        pbx = SmallPbx(pace=0.01, **options)
        async with asyncio.timeout(20), working(pbx) as driver:
            return await story(pbx, driver)

    return asyncio.run(told())


async def trouble_of(driver, *asked, **about):
    with pytest.raises(NotDone) as refusal:
        await driver.carry_out(command(*asked, **about))
    assert refusal.value.trouble in TROUBLES
    return refusal.value.trouble


def test_a_number_is_dialled_after_the_operators_phone_was_lifted():
    async def story(pbx, driver):
        pbx.talks_out = 1000
        done = await driver.carry_out(command(Do.DIAL, number="+79031112233"))
        await until(lambda: in_talk(pbx, "101"))
        return done, channel_of(pbx, "101").linked, channel_of(pbx, "trunk").number

    assert tell(story) == (Done(call_key="svyazka1x"), "svyazka1x", "79031112233")


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ({"declines": True}, "not_lifted"),
        ({"lifts_after": None}, "not_lifted"),
        ({"is_connected": False}, "phone_away"),
    ],
)
def test_an_operator_whose_phone_is_not_lifted_is_told_so(fault, trouble):
    async def story(pbx, driver):
        for name, value in fault.items():
            setattr(pbx.phones["101"], name, value)
        return await trouble_of(driver, Do.DIAL, number="+79031112233")

    assert tell(story) == trouble


def test_a_phone_that_the_pbx_does_not_know_is_away_and_a_number_that_is_none_is_refused():
    async def story(pbx, driver):
        unknown = await trouble_of(driver, Do.DIAL, "999", number="+79031112233")
        wrong = [await trouble_of(driver, Do.DIAL, number=number) for number in ("", "Vera", "101&PJSIP/102")]
        return unknown, wrong, await trouble_of(driver, Do.DIAL, "101&PJSIP/102", number="201"), pbx.channels

    assert tell(story) == ("phone_away", ["no_such_phone"] * 3, "no_such_phone", {})


def test_hanging_up_takes_ones_own_phone_out_of_the_call():
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, call):
            done = await driver.carry_out(command(Do.HANG_UP, call_key=key))
            await call
            return done, pbx.channels

    assert tell(story) == (Done(), {})


def test_nobody_touches_anothers_call():
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, _call):
            for do in (Do.HANG_UP, Do.TRANSFER, Do.CONSULT, Do.CONNECT, Do.COME_BACK):
                assert await trouble_of(driver, do, "102", call_key=key, number="201") == "not_yours"
            return in_talk(pbx, "101")

    assert tell(story)


def test_a_call_that_is_over_is_none():
    async def story(pbx, driver):
        key = await pbx.call(CLIENT, to="101", seconds=0.1)
        await until(lambda: not driver.channels.of_call(key))
        return await trouble_of(driver, Do.HANG_UP, call_key=key)

    assert tell(story) == "no_such_call"


def test_a_client_goes_on_to_a_colleague_at_once():
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, _call):
            done = await driver.carry_out(command(Do.TRANSFER, call_key=key, number="201"))
            await until(lambda: speaks_with_client(pbx, "201"))
            return done, channel_of(pbx, "101"), channel_of(pbx, "trunk").linked == key

    assert tell(story) == (Done(), None, True)


def test_a_call_that_only_rings_is_not_passed_on():
    async def story(pbx, driver):
        pbx.phones["101"].lifts_after = None
        call = asyncio.create_task(pbx.call(CLIENT, to="101", patience=1000))
        await until(lambda: driver.channels.by_unique and channel_of(pbx, "101"))
        key = channel_of(pbx, "101").linked
        await until(lambda: driver.channels.phone_in(key, "101"))
        trouble = await trouble_of(driver, Do.TRANSFER, call_key=key, number="201")
        await driver.carry_out(command(Do.HANG_UP, call_key=key))
        await call
        return trouble, pbx.channels

    assert tell(story) == ("not_talking", {})


def test_a_colleague_is_asked_first_and_gets_the_client():
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, _call):
            await driver.carry_out(command(Do.CONSULT, call_key=key, number="201"))
            await until(lambda: in_talk(pbx, "201"))
            assert not speaks_with_client(pbx, "101")
            await until(lambda: len(driver.channels.of_call(key)) == 5)
            await driver.carry_out(command(Do.CONNECT, call_key=key))
            await until(lambda: speaks_with_client(pbx, "201"))
            return channel_of(pbx, "101")

    assert tell(story) is None


def test_whoever_asked_a_colleague_comes_back_to_the_client():
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, _call):
            await driver.carry_out(command(Do.CONSULT, call_key=key, number="201"))
            await until(lambda: in_talk(pbx, "201"))
            await driver.carry_out(command(Do.COME_BACK, call_key=key))
            await until(lambda: speaks_with_client(pbx, "101"))
            return channel_of(pbx, "201")

    assert tell(story) is None


def test_connecting_without_anybody_asked_does_not_lose_the_client():
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, _call):
            troubles = [await trouble_of(driver, do, call_key=key) for do in (Do.CONNECT, Do.COME_BACK)]
            return troubles, speaks_with_client(pbx, "101")

    assert tell(story) == (["nobody_asked"] * 2, True)


def test_a_colleague_who_does_not_exist_is_not_asked():
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, _call):
            trouble = await trouble_of(driver, Do.CONSULT, call_key=key, number="299")
            return trouble, speaks_with_client(pbx, "101")

    assert tell(story) == ("no_such_phone", True)


def test_a_break_with_its_reason_and_back():
    async def story(pbx, driver):
        await driver.carry_out(command(Do.PAUSE, reason="lunch"))
        paused = dict(pbx.queues["sales"].paused)
        await driver.carry_out(command(Do.RESUME, queue="sales"))
        return paused, pbx.queues["sales"].paused, await trouble_of(driver, Do.PAUSE, "201")

    assert tell(story) == ({"101": "lunch"}, {}, "not_in_queue")


@pytest.mark.parametrize("do", list(Do))
def test_yes_alone_is_not_enough(do):
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, _call):
            if do in (Do.CONNECT, Do.COME_BACK):
                pbx.faults.idle = frozenset()
                await driver.carry_out(command(Do.CONSULT, call_key=key, number="201"))
                await until(lambda: in_talk(pbx, "201"))
                pbx.faults.idle = IDLE
            return await trouble_of(driver, do, call_key=key, number="201", seconds=0.2)

    assert tell(story, faults=Faults(idle=IDLE)) == "no_effect"


IDLE = frozenset({"originate", "hangup", "blindtransfer", "atxfer", "cancelatxfer", "queuepause"})


def test_nothing_is_asked_of_a_pbx_that_is_not_connected():
    async def story(pbx, driver):
        pbx.secret = "changed"
        await pbx.cut()
        await until(lambda: not driver.line)
        return await trouble_of(driver, Do.DIAL, number="201")

    assert tell(story, refusal_after=0) == "no_link"


def test_a_connection_lost_in_the_middle_is_said_and_nothing_is_done_again():
    async def story(pbx, driver):
        pbx.phones["101"].lifts_after = None
        doing = asyncio.create_task(driver.carry_out(command(Do.DIAL, number="+79031112233")))
        await until(lambda: channel_of(pbx, "101"))
        await pbx.cut()
        with pytest.raises(NotDone) as refusal:
            await doing
        await until(lambda: driver.line)
        rung = [name for name in pbx.channels if name.startswith("PJSIP/101")]
        return refusal.value.trouble, len(rung), [task for task in pbx.doing if not task.done()][1:]

    assert tell(story) == ("cut", 1, [])


def test_a_pbx_that_falls_silent_is_not_waited_for():
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, _call):
            pbx.stall()
            trouble = await trouble_of(driver, Do.TRANSFER, call_key=key, number="201", seconds=0.2)
            pbx.flow()
            return trouble

    assert tell(story) == "cut"


def test_after_a_break_it_is_known_whose_phone_is_in_which_call():
    async def story(pbx, driver):
        async with talking(pbx, driver) as (key, call):
            await pbx.cut()
            await until(lambda: not driver.line)
            await until(lambda: driver.line)
            await driver.carry_out(command(Do.HANG_UP, call_key=key))
            await call

    tell(story)


def test_many_at_once():
    extensions = [str(number) for number in range(101, 151)]

    async def story(pbx, driver):
        calls = [asyncio.create_task(pbx.call(CLIENT, to=one, seconds=1000)) for one in extensions]
        await until(lambda: all(in_talk(pbx, one) for one in extensions))
        keys = {one: channel_of(pbx, one).linked for one in extensions}
        await until(lambda: all((own := driver.channels.phone_in(keys[one], one)) and own.bridge for one in extensions))
        asked = (driver.carry_out(command(Do.HANG_UP, one, call_key=keys[one])) for one in extensions)
        done = await asyncio.gather(*asked)
        await asyncio.gather(*calls)
        await until(lambda: not driver.channels.by_unique)
        return len(done), driver.channels.by_call, driver.line.watchers, driver.line.asked

    assert tell(story, phones=extensions) == (50, {}, {}, {})


def test_an_asterisk_with_names_of_its_own():
    options = (
        ("caller_id", "{extension}"),
        ("channel", "SIP/{extension}"),
        ("context", "office"),
        ("queue_member", "Local/{extension}@from-queue/n"),
        ("trunk_prefix", "9"),
    )
    asked = []

    class Noting(SmallPbx):
        async def act(self, session, message):
            asked.append(dict(message.pairs))
            return await super().act(session, message)

    async def told():
        pbx = Noting(pace=0.01)
        async with working(pbx, options=options) as driver:
            await driver.carry_out(command(Do.DIAL, number="+79031112233"))
            await trouble_of(driver, Do.PAUSE)

    asyncio.run(told())
    dial, pause = asked
    assert (dial["Channel"], dial["Context"], dial["Exten"]) == ("SIP/101", "office", "979031112233")
    assert (dial["CallerID"], dial["ChannelId"], dial["ActionID"]) == ("101 <101>", "svyazka1x", "svyazka1x")
    assert pause["Interface"] == "Local/101@from-queue/n"


def test_a_driver_can_be_ended_in_the_very_moment_in_which_its_connection_is_lost():
    async def told(steps):
        async def noticed(link):
            pass

        pbx = SmallPbx()
        async with pbx.serving() as port:
            driver = Asterisk(Access(CODE, "127.0.0.1", port, "crm", "crm-lab-secret"), Sink(), noticed, times=QUICK)
            task = asyncio.create_task(driver.run())
            await until(lambda: driver.line)
            await pbx.cut()
            for _step in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task], timeout=1)
            return task.done()

    for steps in range(12):
        assert asyncio.run(told(steps)), steps
