import asyncio

import pytest

from svyazka.business.intake.bundles import HELD_BACK, MOST_TOGETHER, Bundles
from svyazka.business.intake.write_down import NewArrival


class Written:
    def __init__(self):
        self.all = []

    async def put(self, arrival):
        self.all.append((arrival.conversation, arrival.body))


def said(conversation, body):
    return NewArrival("asterisk/lab1", "asterisk", f"{body!r}", conversation, {}, body)


def after(story):
    """What is in the ledger then; `story` gets the bundles, with their clock running."""

    async def told():
        ledger = Written()
        bundles = Bundles(ledger)
        running = asyncio.create_task(bundles.run())
        await asyncio.sleep(0)
        await story(bundles, ledger)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return ledger.all

    return asyncio.run(told())


def test_what_is_awaited_takes_along_what_was_held_back_of_its_call_and_of_no_other():
    async def story(bundles, ledger):
        await bundles.put(said("a", b"1"), now=False)
        await bundles.put(said("b", b"2"), now=False)
        await bundles.put(said("a", b"3"), now=True)
        assert ledger.all == [("a", b"13")]

    assert after(story) == [("a", b"13"), ("b", b"2")]


def test_nothing_is_held_back_for_longer_than_a_moment():
    async def story(bundles, ledger):
        await bundles.put(said("a", b"1"), now=False)
        await bundles.put(said("a", b"2"), now=False)
        assert ledger.all == []
        async with asyncio.timeout(HELD_BACK * 20):
            while not ledger.all:
                await asyncio.sleep(0.01)
        await bundles.put(said("a", b"3"), now=False)

    assert after(story) == [("a", b"12"), ("a", b"3")]


def test_one_by_itself_stays_what_it_was():
    async def story(bundles, ledger):
        await bundles.put(said("a", b"1"), now=True)

    assert after(story) == [("a", b"1")]


@pytest.mark.parametrize("many", [MOST_TOGETHER, MOST_TOGETHER + 1])
def test_a_call_that_says_very_much_does_not_grow_without_end(many):
    async def story(bundles, ledger):
        for _number in range(many):
            await bundles.put(said("a", b"x"), now=False)
        assert ledger.all == [("a", b"x" * MOST_TOGETHER)]

    assert len(after(story)) == (1 if many == MOST_TOGETHER else 2)
