"""What an Oktell is asked to do: done when the events show it, refused in our words, and never said to be done."""

import asyncio
import itertools

import pytest

from svyazka.business.calls.follow import summary_of
from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import Do, NotDone
from svyazka.connectors.oktell.conftest import (
    CLIENT,
    OLGA,
    all_over,
    an_oktell,
    listening,
    settled,
    to_do,
    until,
    up,
    work_off_all,
    work_off_elsewhere,
)
from svyazka.connectors.oktell.peer_calls import Habits

EVERY_HABIT = [Habits(False, *some) for some in itertools.product((False, True), repeat=2)]


@pytest.fixture(autouse=True)
def _company(transactional_db, windows):
    """Rows are written on another connection, so the world must be committed."""


def run(story, *, habits=None, wordless=False, dated=150416):
    async def whole():
        peer = an_oktell(habits=habits or Habits(), dated=dated)
        peer.faults.wordless = wordless
        async with peer.serving() as port, listening(port) as driver:
            await up(driver)
            await peer.listened_to()
            return await story(peer, driver)

    result = asyncio.run(whole())
    work_off_all()
    return result


async def talking(peer, driver):
    chain = await peer.lines.client_rings(CLIENT, "101")
    await peer.lines.lift("101")
    await settled(driver)
    return chain


def the_call(chain):
    return Call.objects.get(key=chain.key.lower())


@pytest.mark.parametrize("wordless", [False, True])
def test_a_number_is_dialled_once_the_operators_own_telephone_was_lifted(windows, wordless):
    async def story(peer, driver):
        asked = asyncio.create_task(driver.carry_out(to_do(Do.DIAL, number=CLIENT)))
        await until(lambda: peer.lines.chains)
        (chain,) = peer.lines.chains.values()
        await settled(driver)
        before = asked.done()
        await peer.lines.lift("101")
        done = await asked
        await peer.lines.client_answers(chain)
        await asyncio.sleep(0.02)
        await peer.lines.client_leaves(chain)
        await all_over(driver)
        return before, done.call_key, chain

    before, key, chain = run(story, wordless=wordless)
    assert (before, key) == (False, chain.key.lower())
    call = the_call(chain)
    assert (call.direction, call.result, call.client_number) == ("out", "answered", CLIENT)
    assert call.answered_by_id == windows["olga"].pk


def test_the_own_telephone_does_not_pop_up_and_a_call_that_was_not_lifted_is_none(windows):
    async def story(peer, driver):
        asked = asyncio.create_task(driver.carry_out(to_do(Do.DIAL, number=CLIENT)))
        await until(lambda: peer.lines.chains)
        (chain,) = peer.lines.chains.values()
        await settled(driver)
        await asyncio.to_thread(work_off_elsewhere)
        rings = await asyncio.to_thread(rings_of, chain)
        await peer.lines.stop_ringing("101")
        with pytest.raises(NotDone) as refusal:
            await asked
        await all_over(driver)
        return rings, refusal.value.trouble, chain

    rings, trouble, chain = run(story)
    assert (rings, trouble) == ((), "not_lifted")
    assert (the_call(chain).direction, the_call(chain).result) == ("out", "missed")


def rings_of(chain):
    from django.db import connection

    try:
        return summary_of(the_call(chain)).rings
    finally:
        connection.close()


def test_a_colleague_is_dialled(windows):
    async def story(peer, driver):
        asked = asyncio.create_task(driver.carry_out(to_do(Do.DIAL, number="102")))
        await until(lambda: peer.lines.chains)
        (chain,) = peer.lines.chains.values()
        await peer.lines.lift("101")
        await asked
        await peer.lines.lift("102")
        await settled(driver)
        await driver.carry_out(to_do(Do.HANG_UP, call_key=chain.key))
        await all_over(driver)
        return chain

    call = the_call(run(story))
    assert (call.direction, call.state, call.client_id) == ("out", "ended", None)


@pytest.mark.parametrize("dated", [150416, 111201])
def test_a_client_is_passed_on_at_once(windows, dated):
    async def story(peer, driver):
        chain = await talking(peer, driver)
        await driver.carry_out(to_do(Do.TRANSFER, call_key=chain.key, number="201"))
        asked = [name for name, _body in peer.heard if "transfer" in name]
        await peer.lines.lift("201")
        await asyncio.sleep(0.02)
        await peer.lines.client_leaves(chain)
        await all_over(driver)
        return chain, asked

    chain, asked = run(story, dated=dated)
    assert asked == ["pbxmaketransfer" if dated > 120725 else "pbxtransfercall"]
    (transfer,) = summary_of(the_call(chain)).transfers
    assert (transfer.way, transfer.by, transfer.to, transfer.taken_by) == ("blind", "101", "201", "201")


def test_a_client_is_passed_on_to_a_number_outside(windows):
    async def story(peer, driver):
        chain = await talking(peer, driver)
        await driver.carry_out(to_do(Do.TRANSFER, call_key=chain.key, number="+79035550000"))
        await all_over(driver)
        return chain

    (transfer,) = summary_of(the_call(run(story))).transfers
    assert (transfer.by, transfer.to) == ("101", "+79035550000")


@pytest.mark.parametrize("habits", EVERY_HABIT)
@pytest.mark.parametrize("wordless", [False, True])
def test_a_colleague_is_asked_and_gets_the_client(windows, habits, wordless):
    async def story(peer, driver):
        chain = await talking(peer, driver)
        await driver.carry_out(to_do(Do.CONSULT, call_key=chain.key, number="102"))
        await peer.lines.lift("102")
        await settled(driver)
        await driver.carry_out(to_do(Do.CONNECT, call_key=chain.key))
        await asyncio.sleep(0.1)
        await peer.lines.client_leaves(chain)
        await all_over(driver)
        return chain

    chain = run(story, habits=habits, wordless=wordless)
    (transfer,) = summary_of(the_call(chain)).transfers
    assert (transfer.way, transfer.by, transfer.to, transfer.taken_by) == ("attended", "101", "102", "102")


@pytest.mark.parametrize("habits", EVERY_HABIT)
@pytest.mark.parametrize("is_answered", [False, True])
def test_a_colleague_is_asked_and_the_client_comes_back(windows, habits, is_answered):
    async def story(peer, driver):
        chain = await talking(peer, driver)
        await driver.carry_out(to_do(Do.CONSULT, call_key=chain.key, number="102"))
        if is_answered:
            await peer.lines.lift("102")
        await settled(driver)
        await driver.carry_out(to_do(Do.COME_BACK, call_key=chain.key))
        await settled(driver)
        await driver.carry_out(to_do(Do.HANG_UP, call_key=chain.key))
        await all_over(driver)
        return chain

    chain = run(story, habits=habits)
    call = the_call(chain)
    assert (call.state, call.result, summary_of(call).transfers) == ("ended", "answered", ())


def test_a_ring_is_declined(windows):
    async def story(peer, driver):
        chain = await peer.lines.client_rings(CLIENT, "101", "102")
        await settled(driver)
        await driver.carry_out(to_do(Do.HANG_UP, call_key=chain.key))
        asked = [name for name, _body in peer.heard if name.startswith("pbx")]
        await settled(driver)
        await asyncio.to_thread(work_off_elsewhere)
        rings = await asyncio.to_thread(rings_of, chain)
        await peer.lines.lift("102")
        await peer.lines.client_leaves(chain)
        await all_over(driver)
        return chain, asked, rings

    chain, asked, rings = run(story)
    assert (asked, rings) == (["pbxdeclinecall"], ("102",))
    assert the_call(chain).answered_by_id == windows["oksana"].pk


def test_a_call_out_is_given_up_before_it_is_lifted(windows):
    async def story(peer, driver):
        asked = asyncio.create_task(driver.carry_out(to_do(Do.DIAL, number=CLIENT)))
        await until(lambda: peer.lines.chains)
        (chain,) = peer.lines.chains.values()
        await settled(driver)
        await driver.carry_out(to_do(Do.HANG_UP, call_key=chain.key))
        with pytest.raises(NotDone) as refusal:
            await asked
        return refusal.value.trouble, [name for name, _body in peer.heard if name.startswith("pbx")]

    assert run(story) == ("not_lifted", ["pbxautocallstart", "pbxautocallabort"])


def test_a_break_with_a_reason_and_its_end(windows):
    async def story(peer, driver):
        await driver.carry_out(to_do(Do.PAUSE, reason="Обед"))
        during = peer.lines.states["olga"]
        await driver.carry_out(to_do(Do.RESUME))
        await driver.carry_out(to_do(Do.PAUSE, reason="К директору"))
        return during, [body for name, body in peer.heard if name == "setuserstate"]

    during, (lunch, back, other) = run(story)
    assert (during, lunch["userstateid"], lunch["lunchreasonid"]) == (2, 2, 3)
    assert (back["userstateid"], other["lunchreasonmsg"]) == (1, "К директору")


REFUSED = {
    Do.DIAL: ("pbxautocallstart", {"number": CLIENT}),
    Do.HANG_UP: ("pbxabortcall", {}),
    Do.TRANSFER: ("pbxmaketransfer", {"number": "201"}),
    Do.CONSULT: ("pbxautocallstart", {"number": "201"}),
    Do.CONNECT: ("pbxabortcall", {}),
    Do.COME_BACK: ("pbxmakeflash", {}),
    Do.PAUSE: ("setuserstate", {}),
    Do.RESUME: ("setuserstate", {}),
}


async def ready_for(do, peer, driver):
    """The key of a call in which this can be asked."""
    if do in (Do.DIAL, Do.PAUSE, Do.RESUME):
        return ""
    chain = await talking(peer, driver)
    if do in (Do.CONNECT, Do.COME_BACK):
        await driver.carry_out(to_do(Do.CONSULT, call_key=chain.key, number="102"))
        await peer.lines.lift("102")
        await settled(driver)
    return chain.key


@pytest.mark.parametrize("do", Do)
def test_a_refusal_is_one_and_yes_without_an_effect_is_none(windows, do):
    method, more = REFUSED[do]

    async def story(peer, driver):
        troubles = []
        key = await ready_for(do, peer, driver)
        peer.faults.refuses = {method: {"error": 1, "errormsg": "Line is busy"}}
        troubles.append(await trouble(driver, to_do(do, call_key=key, **more)))
        peer.faults.refuses, peer.faults.idle = {}, True
        driver.floor.states.clear()
        troubles.append(await trouble(driver, to_do(do, call_key=key, seconds=0.8, **more)))
        peer.faults.deaf_to = {method}
        troubles.append(await trouble(driver, to_do(do, call_key=key, seconds=0.8, **more)))
        return troubles

    assert run(story) == ["busy", "no_effect", "no_effect"]


async def trouble(driver, command):
    try:
        await driver.carry_out(command)
    except NotDone as refusal:
        return refusal.trouble
    return ""


def test_what_cannot_be_is_said_at_once(windows):
    async def story(peer, driver):
        chain = await peer.lines.client_rings(CLIENT, "101")
        await settled(driver)
        found = [
            await trouble(driver, to_do(Do.TRANSFER, call_key="0", number="201")),
            await trouble(driver, to_do(Do.TRANSFER, "102", call_key=chain.key, number="201")),
            await trouble(driver, to_do(Do.TRANSFER, call_key=chain.key, number="201")),
            await trouble(driver, to_do(Do.DIAL, number=CLIENT)),
            await trouble(driver, to_do(Do.PAUSE, "999")),
            await trouble(driver, to_do(Do.CONNECT, call_key=chain.key)),
        ]
        await peer.lines.lift("101")
        await settled(driver)
        waiting = asyncio.create_task(trouble(driver, to_do(Do.TRANSFER, call_key=chain.key, number="201")))
        peer.faults.idle = True
        await peer.cut()
        found.append(await waiting)
        return [*found, await trouble(driver, to_do(Do.PAUSE))], chain

    found, _chain = run(story)
    assert found == [
        "no_such_call", "not_yours", "not_talking", "busy", "no_such_phone", "nobody_asked", "cut", "no_link",
    ]  # fmt: skip


def test_two_telephones_are_served_side_by_side(windows):
    async def story(peer, driver):
        first = await talking(peer, driver)
        second = await peer.lines.client_rings("+79165550002", "102")
        await peer.lines.lift("102")
        await settled(driver)
        orders = [
            to_do(Do.TRANSFER, call_key=first.key, number="201"),
            to_do(Do.HANG_UP, "102", call_key=second.key),
            to_do(Do.PAUSE, "201"),
        ]
        await asyncio.gather(*(driver.carry_out(order) for order in orders))
        return peer.lines.chain_of(OLGA), peer.lines.states["mikhail"]

    assert run(story) == (None, 2)
