"""Real AMI over real TCP into the real ledger, and from there to calls."""

import asyncio
import contextlib

import psycopg
import pytest
from django.conf import settings

from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import Access, Link
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.intake.write_batches import Batches
from svyazka.connectors.asterisk.driver import Asterisk
from svyazka.connectors.asterisk.line import Times
from svyazka.connectors.asterisk.messages import END
from svyazka.connectors.asterisk.read import WANTED
from svyazka.connectors.asterisk.replay import SAMPLES, StandIn, Step, capture
from svyazka.connectors.asterisk.stand_in.manager import BANNER

CODE = "asterisk/lab1"
QUICK = Times(answer=2, ping=0.2, first_pause=0.01, longest_pause=0.05, locked_pause=30, phones=0.02)


@pytest.fixture(autouse=True)
def _company(transactional_db, windows):
    """Rows are written on another connection, so the world must be committed."""


@contextlib.asynccontextmanager
async def listening(stand_in, port, *, secret="crm-lab-secret", times=QUICK, code=CODE):
    links = []
    rings = []

    async def noticed(link):
        links.append(link)

    batches = Batches(settings.DATABASE_DIRECT_URL, ring=lambda: rings.append(1))
    driver = Asterisk(Access(code, "127.0.0.1", port, "crm", secret), batches, noticed, times=times)
    tasks = [asyncio.create_task(batches.run()), asyncio.create_task(driver.run())]
    driver.links, driver.rings, driver.batches = links, rings, batches
    try:
        yield driver
    finally:
        for task in reversed(tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def work_everything_off():
    """The list of what goes on waits until what was said before it is known."""
    while work_off():
        pass


async def arrived(driver, *, wanted):
    """Waits until so many messages of calls are in the ledger."""
    async with asyncio.timeout(10), await psycopg.AsyncConnection.connect(settings.DATABASE_DIRECT_URL) as connection:
        while True:
            query = "select body from intake_arrival where conversation not similar to '%/(going_on|phones)'"
            bodies = await (await connection.execute(query)).fetchall()
            await connection.rollback()
            if sum(body.count(END) for (body,) in bodies) >= wanted:
                return
            await asyncio.sleep(0.01)


def of_calls():
    """The messages of calls that are in the ledger, in the order in which they were written."""
    rows = Arrival.objects.exclude(conversation__regex="/(going_on|phones)$").order_by("id")
    return [block + END for row in rows for block in bytes(row.body).split(END) if block]


def wanted_of(steps):
    names = [step.message for step in steps if step.message.event in WANTED or is_recording(step)]
    return len(names)


def is_recording(step):
    return step.message.event == "VarSet" and step.message.get("Variable") == "MIXMONITOR_FILENAME"


async def play_once(name, *, knows_filters=True):
    stand_in = StandIn(knows_filters=knows_filters)
    async with stand_in.serving() as port, listening(stand_in, port) as driver:
        await stand_in.listened_to()
        await stand_in.play(capture(name))
        await arrived(driver, wanted=wanted_of(capture(name)))
        return driver


ENDS = {
    "s01": ("answered", "olga", 1, 4, "20261122-lab1-1795306494.0.wav", "+79161234567", "+74951000101"),
    "s02": ("missed", None, 9, 0, "", "+79165550001", "+74951000200"),
    "s03": ("answered", "oksana", 8, 4, "20261121-lab1-1795305389.85.wav", "+79165550003", "+74951000200"),
    "s07": ("busy", None, 1, 0, "", "+79165550007", "+74951000101"),
}


def end_of(call, people):
    names = {person.pk: login for login, person in people.items()}
    return (
        call.result,
        names.get(call.answered_by_id),
        call.waiting_seconds,
        call.talk_seconds,
        call.recording.rpartition("/")[2],
        call.client_number,
        call.our_number,
    )


@pytest.mark.parametrize("name", ENDS)
def test_a_captured_call_comes_through_the_wire_and_the_ledger(name, windows):
    driver = asyncio.run(play_once(name))
    sent = [step.block + END for step in capture(name) if step.message.event in WANTED or is_recording(step)]
    assert of_calls() == sent
    assert driver.rings
    work_everything_off()
    call = Call.objects.get()
    assert end_of(call, windows) == ENDS[name]
    assert (call.state, call.direction) == ("ended", "in")
    assert set(Arrival.objects.values_list("state", flat=True)) <= {"done", "ignored"}


def test_a_pbx_without_filters_is_listened_to_all_the_same(windows):
    asyncio.run(play_once("s01", knows_filters=False))
    assert len(of_calls()) == wanted_of(capture("s01"))


def test_a_second_delivery_changes_nothing(windows):
    asyncio.run(play_once("s03"))
    work_everything_off()
    before = [Call.objects.values().get(), len(of_calls())]
    asyncio.run(play_once("s03"))
    work_everything_off()
    assert [Call.objects.values().get(), len(of_calls())] == before


def test_a_connection_cut_in_the_middle_of_a_message_is_taken_up_again(windows):
    """The message that was cut off is lost, as it would be; who talked is known all the same."""
    steps = capture("s01")
    lost = next(place for place, step in enumerate(steps) if step.message.event == "DialEnd")

    async def story():
        stand_in = StandIn()
        async with stand_in.serving() as port, listening(stand_in, port) as driver:
            await stand_in.listened_to()
            await stand_in.play(steps[:lost])
            await stand_in.cut(inside=steps[lost].block)
            await stand_in.listened_to()
            await stand_in.play(steps[lost + 1 :])
            await arrived(driver, wanted=wanted_of(steps) - 1)
            return driver.links

    links = asyncio.run(story())
    assert links == [Link(is_up=True), Link(is_up=False, trouble="cut"), Link(is_up=True)]
    work_everything_off()
    assert end_of(Call.objects.get(), windows) == ENDS["s01"]


def test_calls_that_a_restarted_pbx_does_not_know_any_more_are_closed(windows):
    steps = capture("s01")
    talking = [step.message.event for step in steps].index("BridgeEnter") + 2

    async def story():
        stand_in = StandIn()
        async with stand_in.serving() as port, listening(stand_in, port) as driver:
            await stand_in.listened_to()
            await stand_in.play(steps[:talking], speed=1, restamp=True)
            await arrived(driver, wanted=wanted_of(steps[:talking]))
            await asyncio.to_thread(work_off_elsewhere)
            stand_in.forget_channels()
            await stand_in.cut()
            async with asyncio.timeout(5):
                while len(driver.links) < 3:
                    await asyncio.sleep(0.01)
            await driver.batches.all_written()

    asyncio.run(story())
    call = Call.objects.get()
    assert call.state == "talking"
    work_everything_off()
    call.refresh_from_db()
    assert (call.state, call.result) == ("ended", "answered")


def work_off_elsewhere():
    from django.db import connection

    work_everything_off()
    connection.close()


def test_a_call_that_began_while_nobody_listened_is_seen_from_the_list(windows):
    steps = capture("s01")
    talking = [step.message.event for step in steps].index("BridgeEnter") + 2

    async def story():
        stand_in = StandIn()
        await stand_in.play(steps[:talking])
        async with stand_in.serving() as port, listening(stand_in, port) as driver:
            await stand_in.listened_to()
            await arrived(driver, wanted=2)

    asyncio.run(story())
    work_everything_off()
    call = Call.objects.get()
    assert (call.state, call.result, call.client_number) == ("talking", "answered", "+79161234567")
    assert call.answered_by_id == windows["olga"].pk


def test_a_wrong_secret_is_said_once_and_not_tried_again_and_again(windows):
    async def story():
        stand_in = StandIn(refusal_after=0)
        async with stand_in.serving() as port, listening(stand_in, port, secret="wrong") as driver:
            async with asyncio.timeout(5):
                while not driver.links:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.5)
            return driver.links, stand_in.logins

    assert asyncio.run(story()) == ([Link(is_up=False, trouble="wrong_secret")], 1)


def test_a_refusal_sounds_as_the_real_one_did():
    refusal = (SAMPLES / "s10_errors.badlogin.ami.txt").read_bytes().removeprefix(BANNER)

    async def story():
        async with StandIn(refusal_after=0).serving() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await reader.readline()
            writer.write(b"Action: Login\r\nActionID: lab-1\r\nUsername: crm\r\nSecret: wrong\r\nEvents: on\r\n\r\n")
            answer = await reader.read()
            writer.close()
            return answer

    assert asyncio.run(story()) == refusal


@pytest.mark.parametrize("first_line", [b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"\xff" * 100_000])
def test_something_else_at_this_address(first_line, windows):
    async def greet(reader, writer):
        writer.write(first_line)
        writer.close()

    async def story():
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with listening(None, port) as driver:
            async with asyncio.timeout(5):
                while not driver.links:
                    await asyncio.sleep(0.01)
        server.close()
        return driver.links[0]

    assert asyncio.run(story()) == Link(is_up=False, trouble="not_understood")


def test_a_pbx_that_does_not_answer_any_more_is_left(windows):
    async def fall_silent(reader, writer):
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        await reader.read()

    async def story():
        server = await asyncio.start_server(fall_silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with listening(None, port, times=Times(answer=0.1, first_pause=5)) as driver:
            async with asyncio.timeout(5):
                while not driver.links:
                    await asyncio.sleep(0.01)
        server.close()
        return driver.links[0]

    assert asyncio.run(story()) == Link(is_up=False, trouble="silent")


def test_a_restamped_play_is_a_call_of_now(windows):
    async def story():
        stand_in = StandIn()
        async with stand_in.serving() as port, listening(stand_in, port) as driver:
            await stand_in.listened_to()
            await stand_in.play(capture("s01"), restamp=True)
            await stand_in.play(capture("s01"), restamp=True)
            await arrived(driver, wanted=2 * wanted_of(capture("s01")))

    asyncio.run(story())
    work_everything_off()
    first, second = Call.objects.order_by("id")
    assert first.key != second.key
    assert [end_of(call, windows)[:4] for call in (first, second)] == [ENDS["s01"][:4]] * 2


def test_an_independent_client_hears_every_event_in_order():
    """panoramisk, a library of others, finds our stand-in to be an Asterisk."""
    from panoramisk import Manager

    async def story():
        stand_in = StandIn()
        heard = []
        async with stand_in.serving() as port:
            manager = Manager(
                loop=asyncio.get_running_loop(),
                host="127.0.0.1",
                port=port,
                username="crm",
                secret="crm-lab-secret",
                ping_delay=1000,
            )
            manager.register_event("*", lambda _manager, message: heard.append(message))
            await manager.connect()
            async with asyncio.timeout(5):
                while not stand_in.sessions:
                    await asyncio.sleep(0.01)
            pong = await manager.send_action({"Action": "Ping"})
            await manager.send_action({"Action": "CoreShowChannels"})
            unknown = await manager.send_action({"Action": "NoSuchAction"})
            await stand_in.play(capture("s03"))
            async with asyncio.timeout(5):
                while len(heard) < len(capture("s03")):
                    await asyncio.sleep(0.01)
            manager.close()
        return pong, unknown, heard

    pong, unknown, heard = asyncio.run(story())
    assert (pong["Ping"], unknown["Message"].split(". ")[0]) == ("Pong", "Invalid/unknown command: NoSuchAction")
    names = [
        message["Event"] for message in heard if message["Event"] not in ("FullyBooted", "CoreShowChannelsComplete")
    ]
    assert names == [step.message.event for step in capture("s03")]


def test_speed_keeps_the_pauses_in_proportion():
    async def story():
        stand_in = StandIn()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        steps = [Step(0.0, b"Event: A"), Step(1.0, b"Event: B")]
        await stand_in.play(steps, speed=10)
        return loop.time() - begun

    assert 0.1 <= asyncio.run(story()) < 0.6
