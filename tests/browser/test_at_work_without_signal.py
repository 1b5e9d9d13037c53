"""All that is done on site, on a phone without signal: shown at once, sent once, laid back where it is not taken."""

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import time
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as house_settings
from django.db import connections
from playwright.sync_api import expect
from psycopg import sql

from svyazka.business.deals import opening
from svyazka.business.deals.work import tasks
from svyazka.business.sheets.conftest import SITE, WHOLE, added, put
from svyazka.business.sheets.models import Sheet
from svyazka.business.staff import hire
from svyazka.business.visits import booking, carry_out, checklist, not_done
from svyazka.business.visits.models import (
    Action,
    Booking,
    HandOver,
    NotDone,
    Presence,
    Resource,
    Stint,
    Tick,
    Visit,
    VisitKind,
)
from svyazka.config import starting
from svyazka.config.bench.line import Line
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.field import day
from tests.browser.test_field_without_signal import (  # noqa: F401
    QUEUED,
    ROWS,
    cut,
    files,
    line,
    mend,
    phone,
    ready,
    until,
    visit,
    waits,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KEPT = """async (url) => {
    for (const name of await caches.keys()) if (await (await caches.open(name)).match(url)) return true;
    return false;
}"""


@pytest.fixture
def listed(visit, anna):
    """Two points that must be ticked, and one that need not be."""
    points = [{"ru": "Замки проверены", "must": True}, {"ru": "Акт подписан", "must": True}, {"ru": "Бахилы надеты"}]
    kind = checklist.change(visit.kind, points, by=anna)
    return [item["code"] for item in kind.checklist]


@pytest.fixture
def started(visit, egor):
    return carry_out.set_status(visit, Visit.Status.STARTED, by=egor)


@pytest.fixture
def crew_visit(windows, vera, olga, monkeypatch):
    """An installation by Boris with his crew, today."""
    deal, kind = opening.open_deal(vera, by=olga), VisitKind.objects.get(code="installation")
    checklist.change(kind, [], by=olga)
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    eight = clock.day_bounds(monday)[0] + timedelta(hours=8)
    made = booking.book(deal, kind, windows["boris"].resource, eight, request_id=uuid4(), by=olga)
    begins = clock.day_bounds(clock.today())[0]
    now = {"starts_at": begins, "ends_at": begins + timedelta(hours=23), "created_at": begins}
    Visit.objects.filter(pk=made.pk).update(**now)
    return Visit.objects.get(pk=made.pk)


def stop(page):
    return page.locator("#stop")


def chip(page):
    return page.locator("#stop [data-statuses]")


def point(page, name):
    return page.get_by_role("checkbox", name=re.compile(name))


def kept(page, address):
    until(page, KEPT, address)


def offline(phone, line, person, visit, *, also=()):
    """The visit's page, kept on a phone that has no signal any more."""
    own = f"/field/visits/{visit.pk}/"
    page = phone(person, path=own)
    for address in (own, *(own + one for one in also)):
        kept(page, address)
    cut(page, line)
    page.goto(own)
    return page


def online(page, line):
    mend(page, line)
    page.evaluate("dispatchEvent(new Event('online'))")
    waits(page, 0)


def test_a_break_the_checklist_and_the_end_in_a_cellar(phone, line, visit, started, listed, egor):
    page = offline(phone, line, egor, visit, also=["done/"])
    stop(page).get_by_role("button", name="Перерыв").click()
    expect(chip(page)).to_have_text("на перерыве")
    expect(stop(page)).to_contain_text(re.compile(r"Перерыв с \d\d:\d\d"))
    expect(stop(page).locator(".chip.waits")).to_be_visible()
    page.reload()
    expect(chip(page)).to_have_text("на перерыве")
    page.goto("/field/")
    expect(page.locator("li.stop [data-statuses]")).to_have_text("на перерыве")
    page.locator("a.stop-main").click()
    stop(page).get_by_role("button", name="Продолжить").click()
    expect(chip(page)).to_have_text("начат")
    expect(page.get_by_text("Перерыв с")).to_be_hidden()
    point(page, "Замки").click()
    expect(point(page, "Замки")).to_be_checked()
    page.get_by_role("link", name="Готово…").click()
    expect(page).to_have_url(re.compile(r"/done/$"))
    expect(point(page, "Замки")).to_be_checked()
    expect(page.locator("[data-missing]:visible")).to_have_text(["Акт подписан"])
    expect(page.locator("[data-hint=points]")).to_have_text("Не отмечено: Бахилы надеты")
    expect(page.get_by_role("button", name="Готово")).to_be_disabled()
    point(page, "Акт").click()
    expect(page.locator(".field-missing")).to_be_hidden()
    page.reload()
    page.get_by_role("button", name="Готово").click()
    expect(page).to_have_url(re.compile(rf"/visits/{visit.pk}/$"))
    expect(chip(page)).to_have_text("выполнен")
    page.get_by_text("Чек-лист", exact=True).click()
    expect(point(page, "Бахилы")).to_be_disabled()
    assert Action.objects.count() == 0
    online(page, line)
    assert list(Action.objects.order_by("number").values_list("kind", "outcome")) == [
        ("break", "done"),
        ("break", "done"),
        ("tick", "done"),
        ("tick", "done"),
        ("status", "done"),
    ]
    assert (Visit.objects.get().status, Stint.objects.count(), Tick.objects.count()) == ("done", 2, 2)
    expect(chip(page)).to_have_text("выполнен")
    expect(page.locator("#stop .chip.waits")).to_be_hidden()


def test_it_could_not_be_done_and_that_was_a_mistake(phone, line, visit, egor):
    page = offline(phone, line, egor, visit)
    page.get_by_text("Идёт не по плану").click()
    page.get_by_role("radio", name="Никого нет дома").check()
    page.get_by_label("Подробнее").fill("звонил трижды")
    page.get_by_role("button", name="Выезд не состоялся").click()
    expect(chip(page)).to_have_text("не состоялся")
    expect(stop(page)).to_contain_text("Никого нет дома: звонил трижды")
    expect(page.get_by_text("Идёт не по плану")).to_be_hidden()
    page.reload()
    expect(chip(page)).to_have_text("не состоялся")
    page.goto("/field/queue/")
    expect(page.locator("[data-list=waiting] li")).to_contain_text("Никого нет дома, звонил трижды")
    page.goto(f"/field/visits/{visit.pk}/")
    page.get_by_role("button", name="Вернуть статус «запланирован»").click()
    expect(page.get_by_role("button", name="Еду")).to_be_visible()
    page.get_by_text("Идёт не по плану").click()
    page.get_by_role("radio", name="Никого нет дома").check()
    page.get_by_role("button", name="Выезд не состоялся").click()
    waits(page, 3)
    online(page, line)
    expect(stop(page)).to_contain_text("Никого нет дома")
    expect(page.locator("#stop .chip.waits")).to_be_hidden()
    assert (Visit.objects.get().status, NotDone.objects.get().said) == ("not_done", "Никого нет дома")


def test_the_leader_marks_the_crew_without_signal(phone, line, crew_visit, boris):
    page = offline(phone, line, boris, crew_visit)
    sergey = page.locator(".crew-line", has_text="Сергей Зайцев")
    sergey.get_by_role("button", name="На месте").click()
    expect(sergey.locator("[data-there]")).to_have_text(re.compile(r"^\d\d:\d\d–…$"))
    page.get_by_role("button", name="Все на месте").click()
    expect(page.get_by_role("button", name="Ушёл")).to_have_count(3)
    expect(page.get_by_role("button", name="Все на месте")).to_be_hidden()
    sergey.get_by_role("button", name="Ушёл").click()
    expect(sergey.locator("[data-there]")).to_have_text(re.compile(r"^\d\d:\d\d–\d\d:\d\d$"))
    sergey.get_by_role("button", name="Ошибка").click()
    page.reload()
    expect(sergey.locator("[data-there]")).to_have_text(re.compile(r"^\d\d:\d\d–…$"))
    expect(page.locator("#crew .chip.waits")).to_be_visible()
    online(page, line)
    assert Presence.objects.filter(left_at=None).count() == 3
    expect(page.locator("#crew .chip.waits")).to_be_hidden()


def test_two_phones_of_one_crew_on_one_visit(phone, line, crew_visit, boris, anna, listed):
    """The one without signal sends after the other has said that it is done: nothing of it is lost."""
    kind = VisitKind.objects.get(code="installation")
    code = checklist.change(kind, [{"ru": "Мусор вынесен"}], by=anna).checklist[0]["code"]
    given = {"login": "sergey", "full_name": "Сергей Зайцев", "role": "crew", "password": "correct horse battery"}
    sergey = hire.hire(**given, by=anna)
    Resource.objects.filter(name="Сергей Зайцев").update(person=sergey)
    leader = phone(boris, path=f"/field/visits/{crew_visit.pk}/")
    member = phone(sergey, path=f"/field/visits/{crew_visit.pk}/")
    for page in (leader, member):
        page.context.set_offline(True)
        stop(page).get_by_role("button", name="Уже на месте").click()
    member.locator(".crew-line", has_text="Сергей").get_by_role("button", name="На месте").click()
    point(member, "Мусор").click()
    member.locator(".crew-line", has_text="Сергей").get_by_role("button", name="Ушёл").click()
    waits(member, 4)
    leader.get_by_role("button", name="Все на месте").click()
    leader.get_by_role("button", name="Перерыв").click()
    leader.get_by_role("button", name="Продолжить").click()
    waits(leader, 4)
    leader.context.set_offline(False)
    waits(leader, 0)
    carry_out.set_status(crew_visit, Visit.Status.DONE, by=boris)
    member.context.set_offline(False)
    waits(member, 0)
    assert set(Action.objects.values_list("outcome", flat=True)) == {"done"}
    assert (Visit.objects.get(pk=crew_visit.pk).status, Tick.objects.get().point) == ("done", code)
    assert not Presence.objects.filter(left_at=None).exists()
    assert Presence.objects.get(who__name="Сергей Зайцев").with_visit is False


def test_a_colleague_is_asked_as_soon_as_there_is_signal(phone, line, visit, egor, still_to_come):
    page = offline(phone, line, egor, visit, also=["hand-over/"])
    page.get_by_text("Идёт не по плану").click()
    page.get_by_role("link", name="Передать коллеге").click()
    page.get_by_text("Илья Фомин").click()
    page.get_by_label("Почему?").fill("сломалась машина")
    page.get_by_role("button", name="Спросить коллегу").click()
    expect(page).to_have_url(re.compile(rf"/visits/{visit.pk}/$"))
    expect(page.get_by_text("Коллега получит вопрос")).to_be_visible()
    page.get_by_text("Идёт не по плану").click()
    expect(page.get_by_role("link", name="Передать коллеге")).to_be_hidden()
    page.goto("/field/queue/")
    expect(page.locator("[data-list=waiting] li")).to_contain_text("Илья Фомин, сломалась машина")
    page.goto(f"/field/visits/{visit.pk}/")
    online(page, line)
    expect(page.get_by_text("Спросили: Илья Фомин")).to_be_visible()
    asked = HandOver.objects.get()
    assert (asked.taker.name, asked.why) == ("Илья Фомин", "сломалась машина")


@pytest.fixture
def still_to_come(visit):
    """It is still to come, on a day on which a colleague works."""
    days = (clock.today() + timedelta(days=number) for number in range(1, 4))
    begins = clock.day_bounds(next(one for one in days if one.weekday() < 5))[0] + timedelta(hours=10)
    later = {"starts_at": begins, "ends_at": begins + timedelta(hours=1)}
    Visit.objects.filter(pk=visit.pk).update(**later)


def test_a_task_is_ticked_off_and_somebody_is_ill(phone, line, visit, egor, olga):
    task = tasks.plan(None, "Сдать инструмент", due_at=clock.now() + timedelta(minutes=5), person=egor, by=olga)
    page = phone(egor)
    ready(page, visit)
    cut(page, line)
    page.goto("/field/")
    page.get_by_role("button", name=re.compile("Готово.*Сдать инструмент")).click()
    own = page.locator(f"[data-task='{task.pk}']")
    expect(own.locator(".chip.waits")).to_be_visible()
    expect(own.get_by_role("button")).to_be_hidden()
    page.get_by_text("Я заболел").click()
    page.get_by_label("Причина").fill("температура")
    page.get_by_role("button", name="Не смогу приехать").click()
    expect(page.get_by_text("Вы сообщили, что не сможете выйти")).to_be_visible()
    expect(page.get_by_label("Причина")).to_have_value("")
    page.reload()
    expect(own.locator(".chip.waits")).to_be_visible()
    expect(page.get_by_text("Вы сообщили, что не сможете выйти")).to_be_visible()
    online(page, line)
    expect(own).to_have_count(0)
    expect(page.get_by_text("Вы сообщили, что не сможете выйти")).to_be_hidden()
    task.refresh_from_db()
    away = Booking.objects.get(kind=Booking.Kind.ABSENCE)
    assert (task.done_by, away.resource.person, away.note) == (egor, egor, "температура")


def test_a_form_is_complete_without_signal(phone, line, visit, egor):
    way = f"/field/visits/{visit.pk}/forms/measurement/"
    page = phone(egor, path=way)
    kept(page, way)
    kept(page, f"/field/visits/{visit.pk}/")
    cut(page, line)
    edits = [added("row-1", **WHOLE), *(put(code, None, value) for code, value in SITE.items())]
    page.evaluate(
        """([visit, edits]) => import("/static/field/queue.js").then(({ put }) =>
            put({ kind: "sheet", visit, data: { form: "measurement", version: 1, edits } }))""",
        [visit.pk, edits],
    )
    page.goto(way)
    page.get_by_label("Этаж").fill("12")
    page.get_by_role("radio", name="грузовой").click()
    page.locator(".sheet-chip", has_text="Итог").click()
    page.locator("#sheet-end button").click()
    expect(page).to_have_url(re.compile(rf"/visits/{visit.pk}/$"))
    expect(page.locator("[data-form-ends]")).to_be_visible()
    page.reload()
    expect(page.locator("[data-form-ends]")).to_contain_text("ждёт отправки")
    assert not Sheet.objects.exists()
    online(page, line)
    sheet = Sheet.objects.get()
    assert (sheet.answers["site"]["floor"], sheet.finished_by) == (12, egor)
    expect(page.locator("[data-form-waits]")).to_be_hidden()
    expect(page.locator("[data-form]")).to_contain_text("заполнен")


def test_free_times_are_with_the_house_and_the_phone_says_so(phone, line, visit, started, egor):
    page = offline(phone, line, egor, visit)
    page.get_by_role("link", name="Назначить: Монтаж").click()
    expect(page.locator("main")).to_contain_text("Какое время свободно, знает только сервер")
    page.goto(f"/field/visits/{visit.pk}/next/installation/")
    expect(page.locator("main")).to_contain_text("Какое время свободно, знает только сервер")
    mend(page, line)
    page.goto(f"/field/visits/{visit.pk}/next/installation/")
    expect(page.locator("button.window").first).to_be_visible()


def test_before_it_has_begun_the_page_says_where_the_next_visit_will_be_offered(phone, line, visit, egor):
    page = offline(phone, line, egor, visit)
    stop(page).get_by_role("button", name="Уже на месте").click()
    expect(page.locator("[data-once-sent]")).to_contain_text("Монтаж")
    online(page, line)
    expect(page.get_by_role("link", name="Назначить: Монтаж")).to_be_visible()
    expect(page.locator("[data-once-sent]")).to_be_hidden()


def test_what_is_not_taken_is_laid_back(phone, line, visit, started, listed, egor, anna):
    page = offline(phone, line, egor, visit)
    point(page, "Бахилы").click()
    stop(page).get_by_role("button", name="Перерыв").click()
    expect(point(page, "Бахилы")).to_be_checked()
    expect(chip(page)).to_have_text("на перерыве")
    points = [{"code": listed[0], "ru": "Замки проверены", "must": True}]
    checklist.change(visit.kind, points, by=anna)
    not_done.say(Visit.objects.get(), None, "Никого нет", by=egor)
    online(page, line)
    expect(page.locator("[data-bar=refused]")).to_contain_text("2")
    expect(page.get_by_text("Бахилы надеты")).to_have_count(0)
    expect(chip(page)).to_have_text("не состоялся")
    assert set(Action.objects.values_list("outcome", flat=True)) == {"refused"}


def test_what_has_arrived_is_not_forgotten_by_a_page_out_of_the_cache(
    phone, line, visit, started, listed, egor, monkeypatch
):
    """Sent, and the signal is gone again before the pages could be asked for anew."""
    page = offline(phone, line, egor, visit, also=["done/"])
    point(page, "Замки").click()
    stop(page).get_by_role("button", name="Перерыв").click()
    waits(page, 2)
    monkeypatch.setattr(day, "stop", _refuses)
    online(page, line)
    page.wait_for_timeout(300)
    cut(page, line)
    page.goto("/field/")
    page.goto(f"/field/visits/{visit.pk}/")
    expect(chip(page)).to_have_text("на перерыве")
    expect(point(page, "Замки")).to_be_checked()
    expect(page.locator(".chip.waits:visible")).to_have_count(0)
    page.goto(f"/field/visits/{visit.pk}/done/")
    expect(point(page, "Замки")).to_be_checked()


def test_what_is_large_is_not_forgotten_either(phone, line, visit, started, egor, monkeypatch):
    page, long = offline(phone, line, egor, visit), '"' * 4_900  # ten thousand letters on its way
    page.locator("textarea[name=text]").fill(long)
    page.get_by_role("button", name="Сохранить заметку").click()
    waits(page, 1)
    monkeypatch.setattr(day, "stop", _refuses)
    online(page, line)
    waits(page, 0)
    cut(page, line)
    page.goto("/field/")
    page.goto(f"/field/visits/{visit.pk}/")
    expect(page.locator("textarea[name=text]")).to_have_value(long)


def test_of_what_has_arrived_the_phone_keeps_as_much_as_there_is_room_for(phone, line, visit, egor):
    page = phone(egor)
    kept = page.evaluate(
        """async () => {
            const { arrived, keepArrived } = await import("/static/field/store.js");
            const row = (number) => ({ id: String(number), number, data: { text: "я".repeat(50_000) } });
            for (let at = 0; at < 30; at += 3) await keepArrived([row(at), row(at + 1), row(at + 2)]);
            await keepArrived([row(29)]);
            return (await arrived()).map(({ number }) => number);
        }"""
    )
    assert kept == list(range(11, 30))  # two bytes a letter, and a little besides


def _refuses(*_given):
    raise Refused("not now")


STEPS = [
    "status started",
    "break",
    "over",
    "tick 0",
    "note",
    "tick 1",
    "break",
    "over",
    "not_done",
    "back",
    "tick 2",
    "end",
]


def _do(page, step, number):
    kind, _space, which = step.partition(" ")
    if kind == "status":
        page.locator(f"[data-steps]:not([hidden]) button[value={which}]").first.click()
    elif kind in ("break", "over"):
        page.locator(f"[data-steps]:not([hidden]) [data-break={'over' if kind == 'over' else 'begins'}] button").click()
    elif kind == "tick":
        page.locator("[data-point] button").nth(int(which)).click()
    elif kind == "note":
        page.locator("textarea[name=text]").fill(f"заметка {number}")
        page.get_by_role("button", name="Сохранить заметку").click()
    elif kind == "not_done":
        page.locator("details.field-trouble").evaluate("(one) => { one.open = true; }")
        page.get_by_label("Подробнее").fill("лифт не работает")
        page.get_by_role("radio", name="Никого нет дома").check()
        page.get_by_role("button", name="Выезд не состоялся").click()
    elif kind == "back":
        page.locator("[data-not-done] button").click()
    else:
        page.get_by_role("link", name="Готово…").click()
        page.get_by_role("button", name="Готово").click()


# On a busy machine the page sometimes says that ticks are missing which the phone has: not understood yet.
_OPEN = pytest.mark.xfail(reason="“Готово” is now and then dead on a kept page after a kill", strict=False)


@pytest.mark.parametrize("seed", [pytest.param(1, marks=_OPEN), 2, 3])
def test_the_line_is_cut_in_the_middle_of_each_step_and_the_page_killed_at_random(
    phone, line, visit, listed, egor, seed
):
    chance = random.Random(seed)
    own = f"/field/visits/{visit.pk}/"
    page = phone(egor, path=own)
    for address in (own, own + "done/"):
        kept(page, address)
    context = page.context
    for number, step in enumerate(STEPS):
        page.evaluate(QUEUED)
        _do(page, step, number)
        chance.choice([line.cut, line.deafen, line.mend, lambda: None])()
        page.evaluate("window.queued.then(() => true)")
        if chance.random() < 0.4:
            if line.state == "deaf":
                line.cut()
            page.close()
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.goto(own)
        page.wait_for_timeout(chance.randrange(150))
        if chance.random() < 0.3:
            line.mend()
    line.mend()
    page.goto(own)
    page.evaluate("dispatchEvent(new Event('online'))")
    waits(page, 0)
    kinds = {"status": "status", "end": "status", "back": "taking_back", "over": "break"}
    assert list(Action.objects.order_by("number").values_list("kind", "outcome")) == [
        (kinds.get(step.partition(" ")[0], step.partition(" ")[0]), "done") for step in STEPS
    ]
    now = Visit.objects.get()
    assert (now.status, now.report, now.paused_at, Tick.objects.count()) == ("done", "заметка 4", None, 3)
    assert (Stint.objects.count(), NotDone.objects.count()) == (3, 0)
    expect(chip(page)).to_have_text("выполнен")


class House:
    """The web process of the house on a port of its own, which can be ended at any time."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if name != "PYTEST_VERSION"}
        database = house_settings.DATABASE_DIRECT_URL
        self._environment = {**kept, "DATABASE_URL": database, "DATABASE_DIRECT_URL": database}
        self._environment |= {"SVYAZKA_SECRET_KEY": house_settings.SECRET_KEY, "SVYAZKA_WEB_WORKERS": "1"}
        self._environment |= {"SVYAZKA_DATA": str(folder), "SVYAZKA_FILES": str(folder / "files")}
        self._running = None

    def start(self):
        command = starting.web_command(self.url)
        self._running = subprocess.Popen(command, env=self._environment, start_new_session=True)
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "the house does not come up"
                time.sleep(0.05)

    def end(self):
        """As a machine ends that loses its power: nothing is finished first."""
        if self._running and self._running.poll() is None:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait(30)


@pytest.fixture
def own_house(tmp_path, windows):
    made = House(tmp_path)
    made.start()
    yield made
    made.end()


_HELD_UP = """
select count(*) from pg_locks join pg_database on pg_database.oid = database
where not granted and datname = current_database()
"""


@pytest.mark.parametrize("held_up_at", ["visits_action", "clients_interaction", "visits_stint"])
def test_the_house_is_restarted_in_the_middle_of_a_sync(phone, own_house, visit, started, egor, held_up_at):
    """Ended with a batch in its hands, and up again on the same port: each thing counts once, in its order."""
    line = Line(own_house.url)
    page = phone(egor, path=f"/field/visits/{visit.pk}/", over=line)
    ready(page, visit)
    cut(page, line)
    texts = [f"заметка {number}" for number in range(20)]
    for number, text in enumerate(texts):
        page.locator("textarea[name=text]").fill(text)
        page.get_by_role("button", name="Сохранить заметку").click()
        stop(page).get_by_role("button", name="Продолжить" if number % 2 else "Перерыв").click()
    waits(page, 40)
    mend(page, line)
    with psycopg.connect(house_settings.DATABASE_DIRECT_URL) as other:
        other.execute(sql.SQL("lock table {} in share mode").format(sql.Identifier(held_up_at)))
        page.evaluate("dispatchEvent(new Event('online'))")
        deadline = time.monotonic() + 30
        while not other.execute(_HELD_UP).fetchone()[0]:
            assert time.monotonic() < deadline
            page.wait_for_timeout(20)
        own_house.end()
        connections.close_all()
    assert Action.objects.count() == 0
    page.wait_for_timeout(300)
    rows = page.evaluate(f"async () => (await ({ROWS})()).length")
    assert rows == 40  # nothing was heard, so nothing is forgotten
    expect(chip(page)).to_have_text("начат")
    own_house.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    until(page, f"async () => (await ({ROWS})()).length === 0", None, seconds=60)
    done = Action.objects.order_by("number").values_list("kind", "outcome")
    assert list(done) == [("note", "done"), ("break", "done")] * 20
    numbers = list(Action.objects.order_by("came_at").values_list("number", flat=True))
    assert numbers == sorted(numbers)
    now = Visit.objects.get()
    assert (now.report, now.paused_at, Stint.objects.count()) == (texts[-1], None, 11)
    page.goto("about:blank")
    line.close()
