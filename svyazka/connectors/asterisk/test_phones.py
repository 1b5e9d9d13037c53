import asyncio

from svyazka.connectors.asterisk.line import Times
from svyazka.connectors.asterisk.messages import parse
from svyazka.connectors.asterisk.phones import Phones


def said(device, state):
    block = f"Event: DeviceStateChange\r\nDevice: {device}\r\nState: {state}".encode()
    return parse(block), block


def test_the_last_word_of_each_phone_is_told_at_once_and_then_once_in_a_while():
    told = []

    async def put(about, body, headers):
        told.append((about, body.count(b"Event:"), b"BUSY" in body))

    async def story():
        phones = Phones(put, Times(phones=0.5))
        telling = asyncio.create_task(phones.tell())
        for device in ("PJSIP/trunk", "Queue:sales_pause_PJSIP/101"):
            phones.hear(*said(device, "INUSE"))
        await asyncio.sleep(0)
        phones.hear(*said("PJSIP/101", "BUSY"))
        await asyncio.sleep(0.01)
        for state in ("NOT_INUSE", "BUSY", "NOT_INUSE"):
            phones.hear(*said("PJSIP/101", state))
            phones.hear(*said("PJSIP/102", "NOT_INUSE"))
        await asyncio.sleep(0.05)
        assert len(told) == 1
        async with asyncio.timeout(5):
            while len(told) < 2:
                await asyncio.sleep(0.01)
        telling.cancel()

    asyncio.run(story())
    assert told == [("phones", 1, True), ("phones", 2, False)]
