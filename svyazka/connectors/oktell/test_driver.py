"""The real protocol over a real socket into the real ledger, and from there to calls."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from svyazka.business.calls.conftest import phones_of
from svyazka.business.calls.follow import summary_of
from svyazka.business.calls.models import Call, Pbx
from svyazka.business.calls.phone_system import At, Link
from svyazka.business.intake.models import Arrival
from svyazka.connectors.oktell.conftest import (
    CLIENT,
    CODE,
    MIKHAIL,
    OKSANA,
    OLGA,
    QUICK,
    all_over,
    an_oktell,
    listening,
    rows_of,
    settled,
    until,
    up,
    work_off_all,
    work_off_elsewhere,
)
from svyazka.connectors.oktell.frames import compose
from svyazka.connectors.oktell.peer_calls import Habits
from svyazka.kit import clock

PAUSE = 0.02  # so that what comes later has a later time


@pytest.fixture(autouse=True)
def _company(transactional_db, windows):
    """Rows are written on another connection, so the world must be committed."""


def run(story, *, habits=None, **options):
    """`story(peer, driver)` while the driver is connected; then what came in is worked off."""

    async def whole():
        peer = an_oktell(habits=habits or Habits())
        async with peer.serving() as port, listening(port, **options) as driver:
            await up(driver)
            await peer.listened_to()
            result = await story(peer, driver)
            await settled(driver)
            return result

    result = asyncio.run(whole())
    work_off_all()
    return result


def told(call, people):
    names = {person.pk: login for login, person in people.items()}
    return (call.direction, call.result, names.get(call.answered_by_id), call.client_number, call.state)


EVERY_HABIT = [Habits(*some) for some in itertools.product((False, True), repeat=3)]


@pytest.mark.parametrize("ring_ends_first", [False, True])
def test_a_client_rings_and_is_answered(windows, ring_ends_first):
    async def story(peer, driver):
        chain = await peer.lines.client_rings(CLIENT, "101", "102")
        chain.recordlinks = ["/download/rec/1", "/download/rec/2"]
        await asyncio.sleep(PAUSE)
        await peer.lines.lift("101")
        await asyncio.sleep(1.1)
        await peer.lines.client_leaves(chain)
        await all_over(driver)
        return chain

    chain = run(story, habits=Habits(ring_ends_first=ring_ends_first), lines="00012=+74951000101")
    call = Call.objects.get()
    assert told(call, windows) == ("in", "answered", "olga", CLIENT, "ended")
    assert (call.key, call.talk_seconds, call.our_number) == (chain.key.lower(), 1, "+74951000101")
    summary = summary_of(call)
    assert (summary.rang, summary.transfers) == (("101", "102"), ())
    assert summary.recordings == ("/download/rec/1", "/download/rec/2")
    assert set(Arrival.objects.values_list("state", flat=True)) <= {"done", "ignored"}


def test_nobody_answers_in_time(windows):
    async def story(peer, driver):
        chain = await peer.lines.client_rings(CLIENT, "101", "102")
        await asyncio.sleep(PAUSE)
        await peer.lines.client_leaves(chain)
        await all_over(driver)

    run(story)
    assert told(Call.objects.get(), windows) == ("in", "missed", None, CLIENT, "ended")


def test_somebody_who_waits_in_the_queue_is_not_gone(windows):
    async def story(peer, driver):
        chain = await peer.lines.client_rings(CLIENT, "101")
        peer.lines.queue = [{"number": CLIENT}]
        await peer.asked("getcurrentqueue", times=[name for name, _body in peer.heard].count("getcurrentqueue") + 2)
        await peer.lines.stop_ringing("101")
        await asyncio.sleep(0.6)  # longer than a call without a sign of life is waited for
        going_on = len(driver.floor.going_on())
        await peer.lines.ring(chain, OKSANA)
        peer.lines.queue = []
        await peer.lines.lift("102")
        await peer.lines.client_leaves(chain)
        await all_over(driver)
        return going_on

    assert run(story) == 1
    call = Call.objects.get()
    assert told(call, windows) == ("in", "answered", "oksana", CLIENT, "ended")
    assert (summary_of(call).rang, summary_of(call).transfers) == (("101", "102"), ())
    assert not Arrival.objects.filter(outside_id__startswith="svyazka_over").count() > 1


def test_the_same_operator_is_rung_again(windows):
    """It pops up a second time, and his second ring is not taken for a repetition of the first."""

    async def story(peer, driver):
        chain = await peer.lines.client_rings(CLIENT, "101")
        await peer.lines.stop_ringing("101")
        await asyncio.sleep(PAUSE)
        await peer.lines.ring(chain, OLGA)
        await settled(driver)

    run(story)
    call = Call.objects.get()
    assert (call.state, summary_of(call).rings) == ("ringing", ("101",))


@pytest.mark.parametrize("habits", EVERY_HABIT)
def test_a_colleague_is_asked_on_the_telephone_and_gets_the_client(windows, habits):
    async def story(peer, driver):
        chain = await peer.lines.client_rings(CLIENT, "101")
        await peer.lines.lift("101")
        await asyncio.sleep(PAUSE)
        await peer.lines.ask_colleague(OLGA, "201")
        await asyncio.sleep(PAUSE)
        await peer.lines.lift("201")
        await asyncio.sleep(0.3)  # longer than a call without a talk is waited for: it waits for Olga
        await settled(driver)
        await asyncio.to_thread(work_off_elsewhere)
        held = await asyncio.to_thread(is_held, chain)
        await peer.lines.put_down(OLGA)
        await asyncio.sleep(PAUSE)
        await peer.lines.client_leaves(chain)
        await all_over(driver)
        return chain, held

    chain, held = run(story, habits=habits)
    call = Call.objects.get(key=chain.key.lower())
    assert (told(call, windows), held) == (("in", "answered", "olga", CLIENT, "ended"), True)
    (transfer,) = summary_of(call).transfers
    assert (transfer.way, transfer.by, transfer.to, transfer.taken_by) == ("attended", "101", "201", "201")
    assert Call.objects.count() == (1 if habits.asks_in_same_chain else 2)


def is_held(chain):
    from django.db import connection

    try:
        return summary_of(Call.objects.get(key=chain.key.lower())).is_held
    finally:
        connection.close()


@pytest.mark.parametrize("habits", EVERY_HABIT[::2])
def test_a_colleague_is_asked_and_the_client_taken_back(windows, habits):
    async def story(peer, driver):
        chain = await peer.lines.client_rings(CLIENT, "101")
        await peer.lines.lift("101")
        await peer.lines.ask_colleague(OLGA, "201")
        await peer.lines.lift("201")
        await asyncio.sleep(PAUSE)
        await peer.lines.take_back(OLGA)
        await asyncio.sleep(PAUSE)
        await peer.lines.client_leaves(chain)
        await all_over(driver)
        return chain

    chain = run(story, habits=habits)
    call = Call.objects.get(key=chain.key.lower())
    assert told(call, windows) == ("in", "answered", "olga", CLIENT, "ended")
    assert (summary_of(call).transfers, summary_of(call).is_held) == ((), False)


def test_passed_on_to_nobody_is_a_client_whom_nobody_took(windows):
    async def story(peer, driver):
        chain = await peer.lines.client_rings(CLIENT, "101")
        await peer.lines.lift("101")
        await asyncio.sleep(PAUSE)
        await peer.lines.give(OLGA, "201")
        await asyncio.sleep(PAUSE)
        await peer.lines.client_leaves(chain)
        await all_over(driver)

    run(story)
    call = Call.objects.get()
    assert told(call, windows) == ("in", "left", "olga", CLIENT, "ended")
    (transfer,) = summary_of(call).transfers
    assert (transfer.way, transfer.by, transfer.to, transfer.is_missed) == ("blind", "101", "201", True)


def test_an_operator_dials_with_his_own_hand(windows):
    async def story(peer, driver):
        chain = await peer.lines.dials_by_hand("101", CLIENT)
        await settled(driver)
        await peer.lines.client_leaves(chain)
        await all_over(driver)

    run(story)
    assert told(Call.objects.get(), windows) == ("out", "answered", "olga", CLIENT, "ended")


def test_events_that_come_twice_change_nothing(windows):
    async def story(peer, driver):
        peer.faults.twice = True
        chain = await peer.lines.client_rings(CLIENT, "101")
        await peer.lines.lift("101")
        await asyncio.sleep(PAUSE)
        await peer.lines.client_leaves(chain)
        await all_over(driver)

    run(story)
    assert told(Call.objects.get(), windows) == ("in", "answered", "olga", CLIENT, "ended")
    assert Arrival.objects.filter(conversation=f"{CODE}/{Call.objects.get().key}").count() == 5


def test_a_connection_cut_in_the_middle_of_a_frame_is_taken_up_again(windows):
    """What was said meanwhile is asked for: who talks, and which call is over."""

    async def story(peer, driver):
        going_on = await peer.lines.client_rings(CLIENT, "101")
        gone = await peer.lines.client_rings("+79165550001", "102")
        await peer.lines.lift("102")
        await settled(driver)
        await peer.cut(inside=compose("phoneevent_commstarted", {"chainid": going_on.key}))
        await peer.lines.lift("101")
        await peer.lines.client_leaves(gone)
        await up(driver, times=2)
        await until(lambda: [chain.key for chain in driver.floor.going_on()] == [going_on.key.lower()])
        await settled(driver)
        await asyncio.to_thread(work_off_elsewhere)
        states = await asyncio.to_thread(states_of, going_on, gone)
        await asyncio.sleep(PAUSE)
        await peer.lines.client_leaves(going_on)
        await all_over(driver)
        return driver.links, states

    links, states = run(story)
    assert links == [Link(is_up=True), Link(is_up=False, trouble="cut"), Link(is_up=True)]
    assert states == ["talking", "ended"]
    ends = {call.client_number: told(call, windows)[1:3] for call in Call.objects.all()}
    assert ends == {CLIENT: ("answered", "olga"), "+79165550001": ("answered", "oksana")}


def states_of(*chains):
    from django.db import connection

    try:
        return [Call.objects.get(key=chain.key.lower()).state for chain in chains]
    finally:
        connection.close()


def test_a_listener_that_was_started_anew_finds_the_calls_of_before(windows):
    """One goes on; the other ended while nobody listened, and counts as vanished."""

    async def story():
        peer = an_oktell()
        async with peer.serving() as port:
            async with listening(port) as driver:
                await up(driver)
                going_on = await peer.lines.client_rings(CLIENT, "101")
                gone = await peer.lines.client_rings("+79165550001", "102")
                await peer.lines.lift("101")
                await settled(driver)
            await asyncio.to_thread(work_off_elsewhere)
            await peer.lines.client_leaves(gone)
            async with listening(port) as driver:
                await up(driver)
                await asyncio.sleep(0.4)
                await settled(driver)
                await asyncio.to_thread(work_off_elsewhere)
                states = await asyncio.to_thread(states_of, going_on, gone)
                await peer.lines.client_leaves(going_on)
                await all_over(driver)
                return states

    assert asyncio.run(story()) == ["talking", "ended"]
    work_off_all()
    ends = {call.client_number: told(call, windows)[1:3] for call in Call.objects.all()}
    assert ends == {CLIENT: ("answered", "olga"), "+79165550001": ("missed", None)}


def test_a_server_that_answers_little_is_listened_to_all_the_same(windows):
    """Lines that cannot be asked about: a call of which nothing is heard for the grace is over."""

    async def story():
        peer = an_oktell()
        peer.faults.deaf_to = {"getversion", "cc_getlunchtypes", "getextendedlineinfo", "getcurrentqueue"}
        async with peer.serving() as port, listening(port, times=replace(QUICK, answer=0.2)) as driver:
            await up(driver)
            await peer.lines.client_rings(CLIENT, "101")
            await peer.lines.lift("101")
            await settled(driver)
            await asyncio.to_thread(work_off_elsewhere)
            await peer.cut()
            await until(lambda: not driver.floor.going_on(), seconds=15)
            await settled(driver)

    asyncio.run(story())
    work_off_all()
    assert told(Call.objects.get(), windows) == ("in", "answered", "olga", CLIENT, "ended")


def test_both_spellings_of_a_subscription(windows):
    async def story():
        peer = an_oktell()
        peer.faults.only_wiki_spelling = True
        async with peer.serving() as port, listening(port) as driver:
            await up(driver)
            chain = await peer.lines.client_rings(CLIENT, "101")
            await peer.lines.client_leaves(chain)
            await all_over(driver)

    asyncio.run(story())
    work_off_all()
    assert told(Call.objects.get(), windows)[1] == "missed"


def test_a_server_that_refuses_every_subscription_does_not_let_us_listen(windows):
    async def story():
        peer = an_oktell()
        peer.faults.refuses = {"subscribeevent": {"error": 7}}
        async with peer.serving() as port, listening(port) as driver:
            await until(lambda: driver.links)
            return driver.links

    assert asyncio.run(story()) == [Link(is_up=False, trouble="not_allowed")]


def test_what_we_are_asked_is_answered(windows):
    async def story():
        peer = an_oktell()
        async with peer.serving() as port, listening(port) as driver:
            await up(driver)
            await peer.asked("activeusers")
            await peer.asked("ping", times=3)
            return dict(peer.heard)

    heard = asyncio.run(story())
    assert (heard["iam"]["type"], heard["iam"]["name"]) == ("ws-server", "Svyazka")
    assert heard["activeusers"]["users"] == []


def test_what_colleagues_phones_are_at(windows):
    async def story(peer, driver):
        await peer.lines.client_rings(CLIENT, "101")
        await peer.lines.set_state(OKSANA, 2)
        await peer.lines.set_state(MIKHAIL, 7)
        await settled(driver)

    run(story)
    Pbx.objects.create(code=CODE, driver="oktell", host="pbx", port=80, connected_at=clock.now())
    assert phones_of(CODE, "101", "102", "201") == {"101": At.BUSY, "102": At.FREE, "201": At.AWAY}


def test_nothing_is_written_of_what_no_call_is(windows):
    async def story(peer, driver):
        await peer.lines.set_state(OLGA, 2)
        await until(lambda: driver.floor.states)
        await settled(driver)
        return await rows_of("userstatechanged")

    assert run(story) == 0
