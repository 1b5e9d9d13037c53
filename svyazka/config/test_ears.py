import asyncio
import json
from typing import ClassVar

import pytest

from svyazka.business.conversations import listening as accounts
from svyazka.business.conversations.models import ChannelAccount, Listening
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.write_down import NewArrival
from svyazka.business.journal.models import Entry
from svyazka.business.notices.messengers import Denied
from svyazka.config import ears
from svyazka.config.ears import Ears
from svyazka.config.test_listening import run, until
from svyazka.kit import secrets


class Numbers:
    """An ear that reads numbers out of a drawer, from where it stopped last."""

    always: ClassVar[bool] = True
    drawer: ClassVar[list[int]] = []
    asked_by: ClassVar[list[str]] = []

    def __init__(self, access, cursor, into):
        self.access, self.read, self.into = access, cursor.get("read", 0), into

    async def run(self):
        self.asked_by.append(self.access.token)
        if self.access.token == "wrong":
            raise Denied
        while True:
            fresh = [one for one in self.drawer if one > self.read]
            if fresh:
                arrivals = [NewArrival(self.access.account, "telegram", str(n), f"c/{n}", {}, b"{}") for n in fresh]
                await self.into.write(arrivals, {"read": fresh[-1]})
                self.read = fresh[-1]
            await self.into.heard()
            await asyncio.sleep(0.01)


@pytest.fixture
def account(transactional_db, windows, settings, monkeypatch):
    settings.EARS = {"telegram": f"{__name__}.Numbers"}
    monkeypatch.setattr(ears, "REST", 0.05)
    monkeypatch.setattr(Numbers, "drawer", [1, 2])
    monkeypatch.setattr(Numbers, "asked_by", [])
    return ChannelAccount.objects.create(
        kind="telegram", code="telegram/ear", name="Бот", public_key="ear", secret=secrets.lock_away("right")
    )


def read():
    numbers = Arrival.objects.filter(account="telegram/ear").order_by("id").values_list("outside_id", flat=True)
    return list(numbers), accounts.Listening.objects.filter(account="telegram/ear").values_list("cursor", flat=True)


def as_far_as(number):
    return lambda: list(read()[1]) == [{"read": number}]


def test_what_is_heard_is_written_down_and_how_far_it_was_read_is_known(account):
    async def story():
        await until(as_far_as(2))
        Numbers.drawer.append(7)
        await until(as_far_as(7))

    run(story)
    assert read()[0] == ["1", "2", "7"]
    Numbers.drawer.append(8)
    run(lambda: until(as_far_as(8)))
    assert read()[0] == ["1", "2", "7", "8"]


def test_a_secret_that_is_wrong_is_said_and_a_right_one_is_taken_at_once(account):
    ChannelAccount.objects.update(secret=secrets.lock_away("wrong"))

    async def story():
        await until(lambda: Listening.objects.filter(trouble="denied").exists())
        await ChannelAccount.objects.aupdate(secret=secrets.lock_away("right"))
        await until(as_far_as(2))
        await until(lambda: Listening.objects.filter(trouble="").exists())

    run(story)
    verbs = list(Entry.objects.filter(note="telegram/ear").order_by("id").values_list("verb", flat=True))
    assert verbs == ["conversations.not_heard", "conversations.heard_again"]


def test_an_account_that_is_switched_off_is_not_asked(account):
    ChannelAccount.objects.update(is_active=False)

    async def story():
        ours = Ears(())
        await ours.follow(is_mine=True)
        await asyncio.sleep(0.1)
        await ours.end()

    asyncio.run(story())
    assert Numbers.asked_by == []


def test_whose_turn_it_is_not_asks_nobody(account):
    async def story():
        ours = Ears(())
        await ours.follow(is_mine=False)
        await asyncio.sleep(0.1)
        await ours.end()

    asyncio.run(story())
    assert (Numbers.asked_by, json.dumps(read()[0])) == ([], "[]")
