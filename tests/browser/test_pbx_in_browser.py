"""From nothing to a working PBX, under an administrator's hands: before a PBX that lives, with the real listener."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from playwright.sync_api import expect

from svyazka.business.calls.models import Call, Pbx
from svyazka.business.intake.work_off import work_off
from svyazka.business.staff.models import Person
from svyazka.config import listening
from svyazka.connectors.asterisk.stand_in.small_pbx import SmallPbx

pytestmark = pytest.mark.slow


class Behind:
    """What runs beside the pages: a PBX, the listener, a worker; each as it is, in a thread."""

    def __init__(self, phones: list[str]) -> None:
        self.pbx = SmallPbx(pace=0.1, phones=phones, login="svyazka", secret="right", refusal_after=0.1)
        self.port, self.is_up, self.stop = 0, threading.Event(), threading.Event()
        self.threads = [threading.Thread(target=one) for one in (self._listen, self._work)]

    def begin(self) -> None:
        for thread in self.threads:
            thread.start()
        assert self.is_up.wait(10)

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(20)

    def ring(self, client: str, extension: str) -> None:
        asyncio.run_coroutine_threadsafe(self.pbx.call(client, to=extension), self.loop)

    def _listen(self) -> None:
        async def both() -> None:
            until = asyncio.Event()
            self.loop = asyncio.get_running_loop()
            async with self.pbx.serving() as self.port:
                listener = asyncio.create_task(listening.listen(until=until, look_every=0.1))
                self.is_up.set()
                while not self.stop.is_set():
                    await asyncio.sleep(0.05)
                until.set()
                await listener

        asyncio.run(both())

    def _work(self) -> None:
        with contextlib.closing(connection):
            while not self.stop.wait(0.05):
                work_off()


@pytest.fixture
def behind(windows, transactional_db) -> Iterator[Behind]:
    anna = windows["anna"]
    Person.objects.filter(pk=anna.pk).update(extension="190")
    known = Person.objects.working().exclude(extension="").values_list("extension", flat=True)
    beside = Behind(list(known))
    beside.begin()
    yield beside
    beside.end()


def test_from_nothing_to_a_working_pbx(open_page, anna, behind, accessible):
    page = open_page(anna, "/office/pbx/")
    page.get_by_role("link", name="Подключить АТС").first.click()
    page.get_by_role("link", name="Подключить: Asterisk").click()
    page.get_by_label("Адрес сервера").fill("127.0.0.1")
    page.get_by_label("Порт").fill(str(behind.port))
    page.get_by_label("Секрет").fill("wrong")
    page.get_by_role("button", name="Подключить").click()
    expect(page.locator("pre").first).to_contain_text("secret = wrong")
    accessible(page)

    page.get_by_role("link", name="Дальше: Проверка").click()
    page.get_by_role("button", name="Проверить").click()
    fault = page.locator(".finding.fault")
    expect(fault).to_contain_text("не принимает наш логин")
    fault.get_by_role("link", name="Исправить").click()
    page.get_by_label("Секрет").fill("right")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Сохранено").first).to_be_visible()
    while not Pbx.objects.filter(trouble="", connected_at__isnull=False).exists():
        page.wait_for_timeout(50)

    page.locator(".first-steps").get_by_role("link", name="Проверка").click()
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_text("ошибок нет")).to_be_visible()
    expect(page.locator("#findings")).to_contain_text("Asterisk 22.10.1.")
    accessible(page)

    page.get_by_role("link", name="Дальше: Пробный звонок").click()
    page.locator("#trial-number").fill("102")
    page.get_by_role("button", name="Позвонить на мой телефон").click()
    expect(page.locator("#trial")).to_contain_text("исходящие звонки проходят", timeout=20_000)
    page.get_by_role("button", name="Ждать звонка").click()
    expect(page.locator("#trial")).to_contain_text("Ждём звонка")
    behind.ring("79161234567", "101")
    expect(page.locator("#trial .why")).to_be_visible(timeout=20_000)
    accessible(page)
    assert Call.objects.count() == 2
