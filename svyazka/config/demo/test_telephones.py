"""The telephone system of the day records as a real one does, and lets go of whoever is done."""

import asyncio
import wave

from svyazka.config.demo.telephones import Telephones

VERA = "79161234567"


def lengths(folder):
    """Seconds of each recording, in the order in which they were made."""
    found = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    for file in found:
        with wave.open(str(file)) as sound:
            yield sound.getnframes() / sound.getframerate()


def tell(folder, story):
    async def told():
        async with asyncio.timeout(20):
            await story(Telephones(folder, pace=0.01))

    asyncio.run(told())
    return list(lengths(folder))


def test_a_recording_is_as_long_as_was_spoken(tmp_path):
    async def story(pbx):
        async with pbx.caller(VERA, to="101"):
            await pbx.until_speaks(VERA, with_phone="101")
            await asyncio.sleep(0.5)

    (length,) = tell(tmp_path, story)
    assert 0.5 <= length < 1.5


def test_nothing_is_heard_of_a_call_that_nobody_answered(tmp_path):
    async def story(pbx):
        with pbx.not_lifting("101", "102"):
            async with pbx.caller(VERA, queue="sales"):
                await asyncio.sleep(0.1)
        await pbx.engaged(VERA, at="110")
        assert not pbx.channels

    assert tell(tmp_path, story) == [0, 0]


def test_phones_are_lifted_again_afterwards(tmp_path):
    async def story(pbx):
        with pbx.not_lifting("101"):
            await pbx.call(VERA, to="101", patience=5)
        async with pbx.caller(VERA, to="101"):
            await pbx.until_speaks(VERA, with_phone="101")

    assert tell(tmp_path, story)[0] == 0
