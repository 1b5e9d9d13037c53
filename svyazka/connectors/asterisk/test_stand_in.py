"""The small PBX says what a real one said: the same events with the same headers, in the same order on each channel."""

import asyncio

import pytest

from svyazka.connectors.asterisk.carrying_out import PROOFS
from svyazka.connectors.asterisk.messages import Message
from svyazka.connectors.asterisk.read import is_wanted
from svyazka.connectors.asterisk.replay import capture
from svyazka.connectors.asterisk.stand_in.small_pbx import SmallPbx

# These come of threads of their own, sooner or later than the rest, in one capture so and in the next otherwise.
ASIDE = ("Cdr", "DeviceStateChange")


class Overheard(SmallPbx):
    """Keeps what it says."""

    def __init__(self, **options):
        super().__init__(pace=0.02, **options)
        self.said: list[Message] = []

    async def tell(self, message, data):
        self.said.append(message)
        await super().tell(message, data)


def legs(messages):
    """Per channel, in the order in which they came up: the events about it, each with its headers."""
    names, legs = {}, {}
    for message in messages:
        if message.event in ASIDE or not (is_wanted(message) or message.event in PROOFS):
            continue
        headers = tuple(name for name, _value in message.pairs if name not in ("TechCause", "MusicClass"))
        for who in ("", "Dest", "Transferer", "OrigTransferer", "Transferee", "TransferTarget"):
            if (unique := message.get(f"{who}Uniqueid")) and unique != "<unknown>":
                legs.setdefault(names.setdefault(unique, len(names)), []).append((who, message.event, headers))
    return legs


async def asked(pbx, action, channel, **more):
    """As the manager interface would."""

    class Deaf:
        async def answer(self, *_said):
            pass

    pairs = [("Action", action), ("Channel", channel), *more.items()]
    assert await pbx.act(Deaf(), Message(tuple(pairs)))


async def until(holds):
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.001)


def phone(pbx, extension):
    return next((name for name in pbx.channels if name.startswith(f"PJSIP/{extension}-")), "")


def talks(pbx, extension):
    channel = pbx.channels.get(phone(pbx, extension))
    return channel is not None and channel.bridge is not None and channel.bridge.members == 2


async def direct(pbx):
    await pbx.call("79161234567", to="101")


async def direct_operator_hangs_up(pbx):
    await pbx.call("79161234567", to="101", seconds=2, operator_hangs_up=True)


async def cancelled(pbx):
    pbx.phones["101"].lifts_after = None
    await pbx.call("79165550002", to="101", patience=4)


async def busy(pbx):
    pbx.phones["101"].declines = True
    await pbx.call("79165550007", to="101")


async def in_queue(pbx):
    pbx.phones["101"].lifts_after = None
    await pbx.call("79165550003", queue="sales", our_number="74951000200")


async def abandoned(pbx):
    pbx.phones["101"].lifts_after = pbx.phones["102"].lifts_after = None
    await pbx.call("79165550001", queue="sales", our_number="74951000200", patience=9)


async def passed_on(pbx):
    call = asyncio.create_task(pbx.call("79161234567", to="101", seconds=6))
    await until(lambda: talks(pbx, "101"))
    await asked(pbx, "BlindTransfer", phone(pbx, "101"), Exten="201")
    await call


async def passed_on_to_nobody(pbx):
    pbx.phones["201"].lifts_after = None
    call = asyncio.create_task(pbx.call("79161234567", to="101", seconds=6))
    await until(lambda: talks(pbx, "101"))
    await asked(pbx, "BlindTransfer", phone(pbx, "101"), Exten="201")
    await until(lambda: phone(pbx, "201"))
    await asked(pbx, "Hangup", phone(pbx, "trunk"))
    await call


async def consulted(pbx):
    call = asyncio.create_task(pbx.call("79161234567", to="101", seconds=6))
    await until(lambda: talks(pbx, "101"))
    await asked(pbx, "Atxfer", phone(pbx, "101"), Exten="201")
    await until(lambda: talks(pbx, "201"))
    await asked(pbx, "Hangup", phone(pbx, "101"))
    await call


async def dialled(pbx, number="79031112233"):
    await asked(pbx, "Originate", "PJSIP/101", Exten=number, ChannelId="crm-1", Timeout="20000", ActionID="a")
    await asyncio.gather(*pbx.doing)


async def dialled_and_declined(pbx):
    pbx.phones["101"].declines = True
    await dialled(pbx)


@pytest.mark.parametrize(
    ("name", "story"),
    [
        ("s01", direct),
        ("s01b", direct_operator_hangs_up),
        ("s02", abandoned),
        ("s02b", cancelled),
        ("s03", in_queue),
        ("s04", passed_on),
        ("s04d", passed_on_to_nobody),
        ("s05", consulted),
        ("s06", dialled),
        ("s06c", dialled_and_declined),
        ("s07", busy),
    ],
)
def test_it_says_what_a_real_one_said(name, story):
    pbx = Overheard()
    asyncio.run(story(pbx))
    real = [step.message for step in capture(name)]
    assert legs(pbx.said) == legs(real)
    assert pbx.channels == {}


def test_what_comes_aside_looks_as_the_real_one_did():
    pbx = Overheard()
    asyncio.run(direct(pbx))
    for event in ASIDE:
        ours, real = (
            {tuple(name for name, _value in message.pairs) for message in messages if message.event == event}
            for messages in (pbx.said, [step.message for step in capture("s01")])
        )
        assert ours == real


def test_an_independent_client_finds_it_to_be_an_asterisk():
    """panoramisk, a library of others: logs in, hears a call, has one dialled and learns what became of it."""
    from panoramisk import Manager

    async def story():
        pbx, heard = SmallPbx(pace=0.01), []
        async with pbx.serving() as port:
            manager = Manager(
                loop=asyncio.get_running_loop(), host="127.0.0.1", port=port, username="crm", secret="crm-lab-secret"
            )
            manager.register_event("*", lambda _manager, message: heard.append(message["Event"]))
            await manager.connect()
            await until(lambda: pbx.sessions)
            await pbx.call("79161234567", to="101")
            shown = await manager.send_action({"Action": "CoreShowChannels"})
            devices = await manager.send_action({"Action": "DeviceStateList"})
            dial = {"Action": "Originate", "Channel": "PJSIP/101", "Context": "internal", "Exten": "79031112233"}
            answers = await manager.send_action({**dial, "Priority": "1", "Async": "true", "ChannelId": "crm-1"})
            await asyncio.gather(*pbx.doing)
            pause = await manager.send_action({"Action": "QueuePause", "Interface": "PJSIP/101", "Paused": "true"})
            manager.close()
        return heard, [message["Event"] for message in shown if "Event" in message], devices, answers, pause

    heard, shown, devices, answers, pause = asyncio.run(story())
    assert heard.count("Hangup") == 4
    assert shown == ["CoreShowChannelsComplete"]
    assert [message["State"] for message in devices if "State" in message] == ["NOT_INUSE"] * 5
    # It takes OriginateResponse for a part of the answer; our own client does not.
    originated = [message for message in answers if message.get("Event") == "OriginateResponse"]
    assert [(message["Response"], message["Uniqueid"]) for message in originated] == [("Success", "crm-1")]
    assert pause["Message"] == "Interface paused successfully"


def test_a_hundred_calls_a_second_are_within_its_reach():
    async def story():
        pbx = SmallPbx(phones=map(str, range(100, 300)), pace=0.05)
        async with asyncio.timeout(10):
            keys = await asyncio.gather(*(pbx.call("79161234567", to=str(number)) for number in range(100, 300)))
        return len(set(keys)), pbx.channels

    assert asyncio.run(story()) == (200, {})
