"""A call from the ring to the colleague who takes it, on a PBX that obeys: only the worker and the edge are played."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from svyazka.business.calls.models import Call, Pbx
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.models import LiveEvent
from svyazka.config import listening
from svyazka.connectors.asterisk.stand_in.small_pbx import SmallPbx
from svyazka.kit import secrets

pytestmark = pytest.mark.slow
HEAR = """([topic, detail]) => [`live:${topic}`, `live:${topic}-${detail.id}`].forEach((name) =>
    document.body.dispatchEvent(new CustomEvent(name, {detail})))"""


class Office:
    """The PBX and its listener in a thread of their own, and the pages that hear of what comes of it."""

    def __init__(self) -> None:
        self.pbx = SmallPbx(pace=0.2, phones=("101", "110"))
        for phone in self.pbx.phones.values():
            phone.lifts_after = 9.0  # so that the ring is seen on the page
        self.pages, self.heard = {}, 0
        self.loop = asyncio.new_event_loop()
        self.stop, self.begun = asyncio.Event(), threading.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=[self._open()])

    async def _open(self) -> None:
        async with self.pbx.serving() as self.port:
            self.begun.set()
            await listening.listen(until=self.stop, look_every=0.1)
        going_on = asyncio.all_tasks() - {asyncio.current_task()}
        for call in going_on:
            call.cancel()
        await asyncio.gather(*going_on, return_exceptions=True)

    def rings(self, number: str, *, at: str) -> None:
        asyncio.run_coroutine_threadsafe(self.pbx.call(number, to=at, seconds=600), self.loop)

    def until(self, holds: Callable[[], bool], words: str = "") -> None:
        deadline = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < deadline, [
                words,
                *(page.inner_text("#call-cards") for page in self.pages.values()),
            ]
            self.work()

    def sees(self, person, words: str) -> None:
        card = self.pages[person].locator("#call-cards")
        self.until(lambda: words in card.inner_text(), words)

    def work(self) -> None:
        """What the worker does, and the events that the edge would bring to these pages."""
        while work_off():
            pass
        for event in LiveEvent.objects.filter(pk__gt=self.heard).order_by("pk"):
            self.heard = event.pk
            for person, page in self.pages.items():
                if event.people is None or person.pk in event.people:
                    page.evaluate(HEAR, [event.topic, {**event.data, "id": event.object_id}])
        next(iter(self.pages.values())).wait_for_timeout(40)


@pytest.fixture
def office(transactional_db, windows):
    Pbx.objects.all().delete()
    office = Office()
    secret = secrets.lock_away("crm-lab-secret")
    pbx = Pbx(code="asterisk/lab1", driver="asterisk", host="127.0.0.1", login="crm", secret=secret)
    office.thread.start()
    assert office.begun.wait(5)
    pbx.port = office.port
    pbx.save()
    yield office
    office.loop.call_soon_threadsafe(office.stop.set)
    office.thread.join(10)
    office.loop.close()


def test_w13_a_client_rings_a_colleague_is_asked_first_and_gets_him_with_a_click(office, windows, vera, open_page):
    olga, mikhail = windows["olga"], windows["mikhail"]
    office.pages = {olga: open_page(olga, "/queue/"), mikhail: open_page(mikhail, "/my-day/")}
    office.until(lambda: Pbx.objects.filter(connected_at__isnull=False).exists())
    office.rings("79161234567", at=olga.extension)
    office.sees(olga, "Входящий звонок")
    assert office.pages[mikhail].locator(".call-card").count() == 0
    office.sees(olga, "Разговор")
    card = office.pages[olga].locator(".call-card")

    card.get_by_placeholder("Кому-то ещё").fill("Михаил")
    card.get_by_role("button", name="Сначала спросить: Михаил Лебедев").click()
    office.sees(mikhail, "Входящий звонок")
    office.sees(mikhail, "С вами советуется Ольга Белова")
    office.sees(olga, "Вы говорите с коллегой: Михаил Лебедев")
    card.get_by_role("button", name="Вернуться к клиенту").click()
    office.sees(mikhail, "Отвечает Ольга Белова")
    office.sees(olga, "Перевести")

    card.get_by_placeholder("Кому-то ещё").fill("Михаил")
    card.get_by_role("button", name="Перевести: Михаил Лебедев").click()
    office.sees(mikhail, "Разговор")
    call = Call.objects.get(merged_into_id=None)
    assert (call.answered_by_id, call.state, bool(call.recording)) == (olga.pk, "talking", True)
