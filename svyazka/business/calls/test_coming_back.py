import asyncio

import pytest

from svyazka.business.calls.coming_back import ComingBack, LinkLost, Pauses, or_lost
from svyazka.business.calls.last_words import LastWords
from svyazka.business.calls.phone_system import Link


def coming_back(noticed=None, **pauses):
    return ComingBack("asterisk/lab1", noticed, Pauses(**pauses))


def test_it_comes_back_ever_later_until_it_succeeds():
    links, tried = [], []

    async def noticed(link):
        links.append(link)

    async def story():
        back = coming_back(noticed, first_pause=0.001)

        async def listen_once():
            tried.append(back.failures)
            if len(tried) == 3:
                await back.succeeded()
            if len(tried) == 5:
                raise asyncio.CancelledError
            raise LinkLost("cut")

        with pytest.raises(asyncio.CancelledError):
            await back.keep(listen_once)

    asyncio.run(story())
    assert tried == [0, 1, 2, 1, 2]
    lost = Link(is_up=False, trouble="cut")
    assert links == [lost, lost, Link(is_up=True), lost, lost]


def test_pauses_grow_up_to_the_longest_and_who_was_refused_waits_longer():
    back = coming_back(first_pause=1.0, longest_pause=8.0, locked_pause=60.0)
    for longest in (1, 2, 4, 8, 8):
        assert longest * 0.7 <= back.pause_after(LinkLost("cut")) <= longest
    for trouble in ("wrong_secret", "not_allowed", "already_in", "licence_full"):
        assert back.pause_after(LinkLost(trouble)) == 60.0
    back.failures = 10**6
    assert back.pause_after(LinkLost("unreachable")) <= 8.0


def test_an_answer_that_came_counts_more_than_the_end_of_the_connection_beside_it():
    async def breaks_off():
        raise LinkLost("cut")

    async def answer():
        return 1

    async def story():
        lost = asyncio.create_task(breaks_off())
        await asyncio.wait([lost])
        assert await or_lost(answer(), lost) == 1
        with pytest.raises(LinkLost) as refusal:
            await or_lost(asyncio.Event().wait(), asyncio.create_task(asyncio.sleep(9)), lost)
        assert refusal.value.trouble == "cut"

    asyncio.run(story())


def test_of_each_phone_the_last_word_is_handed_on_and_nothing_twice():
    async def story():
        words = LastWords()
        words.hear({})
        for heard in ({"101": "busy"}, {"102": "busy"}, {"101": "free"}):
            words.hear(heard)
        assert await words.news() == {"101": "free", "102": "busy"}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(words.news(), 0.01)

    asyncio.run(story())
