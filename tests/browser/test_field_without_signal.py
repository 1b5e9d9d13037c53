"""An engineer whose phone has no signal, as Chromium sees it: nothing is lost, and nothing counts twice."""

from __future__ import annotations

import hashlib
import random
import re
import time
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.conf import settings as house
from django.contrib.staticfiles import finders
from PIL import Image
from playwright.sync_api import expect

from svyazka.business.deals import opening
from svyazka.business.staff.models import Session
from svyazka.business.visits import booking, findings
from svyazka.business.visits.models import Action, Visit, VisitKind, VisitPhoto
from svyazka.config import static_files
from svyazka.config.bench.line import Line
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.field import installed, work
from tests.browser.conftest import close, log_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def line(live_server):
    made = Line(live_server.url)
    yield made
    made.close()


@pytest.fixture
def visit(windows, vera, olga):
    """Vera is measured by Egor today, whatever the hour at which the tests run."""
    deal, kind = opening.open_deal(vera, by=olga), VisitKind.objects.get(code="measurement")
    begins, ends = clock.day_bounds(clock.today())
    made = Visit.objects.create(
        kind=kind,
        deal=deal,
        client=vera,
        resource=windows["egor"].resource,
        address=vera.address,
        starts_at=begins + (ends - begins) / 2,
        ends_at=begins + (ends - begins) / 2 + timedelta(minutes=kind.minutes),
        request_id=uuid4(),
    )
    Visit.objects.filter(pk=made.pk).update(created_at=begins)
    return made


@pytest.fixture
def phone(browser, line, transactional_db):
    """`phone(egor)` → a page in a profile of its own, over the line or `over` another one."""
    contexts, thrown = [], []

    def take_up(person, *, path="/field/", over=line):
        context = browser.new_context(
            base_url=over.url,
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            locale="ru-RU",
            timezone_id="Europe/Moscow",
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.add_cookies([{"name": house.SESSION_COOKIE_NAME, "value": log_in(person), "url": over.url}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.goto(path)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        return page

    yield take_up
    line.mend()
    close(contexts)
    assert thrown == []


def until(page, script, given, *, seconds=20):
    deadline = time.monotonic() + seconds
    while not (found := page.evaluate(script, given)):
        assert time.monotonic() < deadline, script
        page.wait_for_timeout(50)
    return found


def ready(page, visit):
    """The visit's page is kept on the phone, and the day's."""
    until(
        page,
        """async (url) => {
            for (const name of await caches.keys()) if (await (await caches.open(name)).match(url)) return true;
            return false;
        }""",
        f"/field/visits/{visit.pk}/",
    )


def cut(page, line):
    line.cut()
    page.context.set_offline(True)


def mend(page, line):
    line.mend()
    page.context.set_offline(False)


def picture(colour="red", size=(3000, 2000)):
    written = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Phone"
    Image.effect_noise(size, 40).convert("RGB").save(written, "JPEG", exif=exif, quality=60)
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


ROWS = """async () => {
    const asked = indexedDB.open("svyazka-field");
    const found = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
    const rows = found.transaction("actions").objectStore("actions").getAll();
    const all = await new Promise((done) => (rows.onsuccess = () => done(rows.result)));
    found.close();
    return all;
}"""


def waits(page, number):
    """So many things are on the phone and not with the house yet."""
    unsent = f'(await ({ROWS})()).filter(({{ state }}) => state === "waiting" || state === "raw")'
    counts = f"async (number) => {unsent}.length === number"
    until(page, counts, number)


def kept_photos(page):
    """sha256 of the photos that wait, in their order, once they are small."""
    until(page, f'async () => (await ({ROWS})()).every(({{ state }}) => state !== "raw")', None)
    return page.evaluate(
        f"""async () => {{
            const sums = [];
            for (const {{ file }} of (await ({ROWS})()).filter(({{ file, state }}) => file && state !== "sent")) {{
                const sum = await crypto.subtle.digest("SHA-256", file.bytes);
                sums.push([...new Uint8Array(sum)].map((one) => one.toString(16).padStart(2, "0")).join(""));
            }}
            return sums;
        }}"""
    )


@pytest.fixture(params=["as they stand", "made small"])
def static(request, settings, tmp_path_factory):
    """Our scripts and styles, in both states in which browsers get them."""
    if request.param == "made small":
        folder = tmp_path_factory.mktemp("small")
        static_files.make_small(folder)
        settings.STATICFILES_DIRS, settings.STATIC_ROOT, settings.STATIC_IS_GATHERED = [folder], folder, True
    for remembered in (finders.get_finder, installed._worker):
        remembered.cache_clear()
    yield
    installed._worker.cache_clear()
    finders.get_finder.cache_clear()


@pytest.mark.usefixtures("static")
def test_a_day_in_the_cellar(phone, line, visit, windows):
    page = phone(windows["egor"])
    ready(page, visit)
    is_small = page.evaluate("async () => (await (await fetch('/static/field/store.js')).text()).startsWith('import{')")
    assert is_small == house.STATIC_IS_GATHERED
    cut(page, line)
    page.goto("/field/")
    page.locator("a.stop-main").click()
    expect(page).to_have_url(re.compile(rf"/field/visits/{visit.pk}/$"))
    page.get_by_role("button", name="Еду").click()
    expect(page.locator("#stop [data-statuses]")).to_have_text("в пути")
    expect(page.locator("#stop .chip.waits")).to_be_visible()
    page.get_by_role("button", name="Начать работу").click()
    page.locator("textarea[name=text]").fill("Три окна, балконный блок")
    page.get_by_role("button", name="Сохранить заметку").click()
    page.locator("#pictures").set_input_files([picture("a"), picture("b")])
    expect(page.locator("[data-photos-waiting] li")).to_have_count(2)
    page.reload()
    expect(page.locator("#stop [data-statuses]")).to_have_text("начат")
    expect(page.locator("textarea[name=text]")).to_have_value("Три окна, балконный блок")
    expect(page.locator("[data-photos-waiting] li")).to_have_count(2)
    page.locator("#stop").get_by_role("button", name="Готово").click()
    waits(page, 6)
    sums = kept_photos(page)
    assert Action.objects.count() == 0
    mend(page, line)
    waits(page, 0)
    visit.refresh_from_db()
    assert (visit.status, visit.report) == ("done", "Три окна, балконный блок")
    kept = [hashlib.sha256(one.file.read()).hexdigest() for one in VisitPhoto.objects.order_by("pk")]
    assert (kept, len(kept)) == (sums, 2)
    assert list(Action.objects.order_by("came_at").values_list("kind", flat=True)) == [
        "status",
        "status",
        "note",
        "photo",
        "photo",
        "status",
    ]
    expect(page.locator("#field-bar")).to_be_hidden()
    expect(page.locator("#stop .chip.waits")).to_be_hidden()
    expect(page.locator(".photos img[src*='/field/photos/']")).to_have_count(2)


def photographed(page, line, number):
    """Without signal."""
    cut(page, line)
    page.locator("#pictures").set_input_files([picture(str(at), (800, 600)) for at in range(number)])
    waits(page, number)
    kept_photos(page)


def test_over_a_good_line_photos_go_by_the_handful(phone, line, visit, windows):
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/sync/photos/" in one.url else None)
    photographed(page, line, 7)
    mend(page, line)
    waits(page, 0)
    assert VisitPhoto.objects.count() == 7
    assert len(asked) <= 4  # one, two, four; one more that met no line


def test_over_a_bad_line_each_photo_goes_by_itself(phone, line, visit, windows):
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    photographed(page, line, 3)
    page.locator("textarea[name=text]").fill("между")
    page.get_by_role("button", name="Сохранить заметку").click()
    waits(page, 4)
    carried = []

    def carry(route):
        files = (route.request.post_data_buffer or b"").count(b"Content-Type: image/jpeg")
        is_alone = b'"kind":"note"' not in (route.request.post_data_buffer or b"")
        carried.append((files, is_alone))
        route.continue_() if files == 1 and is_alone else route.abort("connectionreset")

    page.route("**/field/sync/photos/", carry)
    mend(page, line)
    waits(page, 0)
    assert (VisitPhoto.objects.count(), Visit.objects.get().report) == (3, "между")
    assert carried.count((1, True)) >= 3
    assert [one for one in carried if one != (1, True)]


def test_an_answer_that_is_lost_does_not_count_twice(phone, line, visit, windows):
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    line.deafen()
    page.get_by_role("button", name="Еду").click()
    waits(page, 1)
    line.mend()
    page.locator("textarea[name=text]").fill("раз")
    page.get_by_role("button", name="Сохранить заметку").click()
    waits(page, 0)
    assert list(Action.objects.order_by("number").values_list("kind", "outcome")) == [
        ("status", "done"),
        ("note", "done"),
    ]


def test_the_page_is_closed_and_the_session_ends_and_nothing_is_lost(phone, line, visit, windows):
    egor = windows["egor"]
    page = phone(egor, path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    cut(page, line)
    page.get_by_role("button", name="Еду").click()
    waits(page, 1)
    context = page.context
    page.close()
    Session.objects.all().delete()
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto("/field/")
    expect(page.locator("[data-bar=waiting]")).to_contain_text("1")
    mend(page, line)
    expect(page.locator("[data-bar=ended]")).to_be_visible()
    waits(page, 1)
    context.add_cookies([{"name": house.SESSION_COOKIE_NAME, "value": log_in(egor), "url": line.url}])
    page.reload()
    waits(page, 0)
    visit.refresh_from_db()
    assert visit.status == "on_way"


def test_another_person_on_the_same_phone_sends_nothing_of_the_first_ones(phone, line, visit, windows):
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    cut(page, line)
    page.get_by_role("button", name="Еду").click()
    waits(page, 1)
    context = page.context
    context.clear_cookies()
    mend(page, line)
    page.goto("/login/")
    until(page, 'async () => Boolean(await (await caches.open("field-door")).match("/field/"))', None)
    context.add_cookies([{"name": house.SESSION_COOKIE_NAME, "value": log_in(windows["ilya"]), "url": line.url}])
    page.goto("/field/")
    expect(page.locator("[data-bar=foreign]")).to_contain_text("1")
    expect(page.locator(f"a[href='/field/visits/{visit.pk}/']")).to_have_count(0)
    page.goto("/field/queue/")
    expect(page.locator("[data-list=foreign] li")).to_have_count(1)
    waits(page, 1)
    assert Action.objects.count() == 0


def test_a_refused_photo_says_why_and_is_removed_after_a_question(phone, line, visit, windows, monkeypatch):
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    page.locator("#pictures").set_input_files({"name": "схема.pdf", "mimeType": "image/jpeg", "buffer": b"no photo"})
    expect(page.locator("[data-bar=trouble]")).to_contain_text("схема.pdf")
    monkeypatch.setattr(findings, "MOST_PHOTOS", 0)
    page.locator("#pictures").set_input_files(picture(size=(80, 60)))
    expect(page.locator("[data-bar=refused]")).to_contain_text("1")
    page.locator("[data-bar-link]").click()
    refused = page.locator("[data-list=refused] li")
    expect(refused).to_contain_text("наибольшее число фотографий")
    page.once("dialog", lambda asked: asked.accept())
    refused.get_by_role("button", name="Удалить").click()
    expect(page.locator("[data-nothing]")).to_be_visible()


def test_what_the_office_changed_meanwhile_stands_beside_it(phone, line, visit, windows, open_page):
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    cut(page, line)
    page.get_by_role("button", name="Еду").click()
    page.locator("textarea[name=text]").fill("Замерил")
    page.get_by_role("button", name="Сохранить заметку").click()
    waits(page, 2)
    booking.cancel(visit, reason="Передумали", by=windows["dina"])
    mend(page, line)
    waits(page, 0)
    page.goto("/field/")
    expect(page.locator(".beside")).to_contain_text("Замерил")
    office = open_page(windows["dina"], f"/visits/{visit.pk}/")
    expect(office.locator(".beside")).to_contain_text("Замерил")
    office.get_by_role("button", name="Принять сделанное на месте").click()
    expect(office.locator(".beside")).to_have_count(0)
    visit.refresh_from_db()
    assert (visit.report, Action.objects.exclude(decision="taken").count()) == ("Замерил", 0)


def test_the_clock_of_the_phone_is_wrong_and_it_is_told_so(phone, line, visit, windows):
    page = phone(windows["egor"])
    page.add_init_script("const now = Date.now; Date.now = () => now() + 45 * 60000;")
    page.goto(f"/field/visits/{visit.pk}/")
    page.get_by_role("button", name="Еду").click()
    waits(page, 0)
    expect(page.locator("[data-bar=fast]")).to_contain_text("45")


def test_a_full_phone_says_so_and_keeps_the_form(phone, line, visit, windows):
    page = phone(windows["egor"])
    page.add_init_script(
        """IDBObjectStore.prototype.add = function () { throw new DOMException("full", "QuotaExceededError"); };"""
    )
    page.goto(f"/field/visits/{visit.pk}/")
    page.locator("textarea[name=text]").fill("важное")
    page.get_by_role("button", name="Сохранить заметку").click()
    expect(page.locator("[data-bar=trouble]")).to_contain_text("Память телефона заполнена")
    expect(page.locator("textarea[name=text]")).to_have_value("важное")


def test_two_phones_on_one_visit(phone, line, visit, windows):
    first = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    second = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    for page in (first, second):
        page.context.set_offline(True)
    for page, text in ((first, "первый"), (second, "второй")):
        page.locator("textarea[name=text]").fill(text)
        page.get_by_role("button", name="Сохранить заметку").click()
        page.get_by_role("button", name="Еду").click()
        waits(page, 2)
    for page in (first, second):
        page.context.set_offline(False)
        waits(page, 0)
    visit.refresh_from_db()
    assert (visit.status, visit.report) == ("on_way", "первый")
    expect(second.locator(".beside")).to_contain_text("второй")
    second.get_by_role("button", name="Принять сделанное на месте").click()
    expect(second.locator(".beside")).to_have_count(0)
    time.sleep(0.1)
    visit.refresh_from_db()
    assert visit.report == "второй"


def test_whoever_logs_out_with_unsent_work_is_warned(phone, line, visit, windows):
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    line.cut()
    page.get_by_role("button", name="Еду").click()
    waits(page, 1)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.evaluate("document.getElementById('logout').requestSubmit()")
    page.wait_for_timeout(300)
    assert asked == ["Отправлено не всё: 1. Это останется на телефоне и уйдёт, когда вы снова войдёте здесь. Выйти?"]
    waits(page, 1)
    line.mend()


NOTHING_IS_RENEWED = """() => document.addEventListener("field:told", () => {
    Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
    XMLHttpRequest.prototype.send = () => {};
})"""


def test_what_the_house_has_taken_stays_on_a_page_that_was_made_before(phone, line, visit, windows):
    """The line breaks after the answer, and before the page could be asked for anew."""
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    page.evaluate(NOTHING_IS_RENEWED)
    page.get_by_role("button", name="Еду").click()
    page.locator("textarea[name=text]").fill("код 12")
    page.get_by_role("button", name="Сохранить заметку").click()
    waits(page, 0)
    line.cut()
    for _time in range(2):
        expect(page.locator("[data-statuses]")).to_have_text("в пути")
        expect(page.locator("button[value=started]:visible")).to_have_count(1)
        expect(page.locator("textarea[name=text]")).to_have_value("код 12")
        expect(page.locator(".waits:visible")).to_have_count(0)
        page.goto(f"/field/visits/{visit.pk}/")
    page.goto("/field/")
    expect(page.locator("[data-statuses]")).to_have_text("в пути")


def test_a_page_that_is_behind_what_has_arrived_is_asked_for_once_more(phone, line, visit, windows):
    """The worker had asked for it just before."""
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    page.get_by_role("button", name="Еду").click()
    expect(page.locator("#stop [data-status=on_way]")).to_be_visible()
    page.evaluate("""() => {
        document.getElementById("field-bar").dataset.drawn = new Date(Date.now() - 60_000).toISOString();
        document.querySelector("#stop [data-statuses]").dataset.status = "planned";
        document.body.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true, detail: {} }));
    }""")
    expect(page.locator("#stop [data-status=on_way]")).to_be_visible()


def test_a_page_that_is_drawn_anew_too_late_does_not_take_the_place_of_the_next(phone, line, visit, windows):
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    drawn = 'void htmx.ajax("GET", "{}", {{ target: "#main", select: "#main", swap: "outerHTML" }})'
    page.evaluate(drawn.format("/field/"))
    expect(page.locator("#stop")).to_be_visible()
    page.evaluate("document.querySelector('#stop h1').textContent = 'before'")
    page.evaluate(drawn.format(f"/field/visits/{visit.pk}/"))
    expect(page.locator("#stop h1")).to_have_text("Замер")


def test_a_page_that_is_drawn_anew_takes_nothing_that_is_being_typed(phone, line, visit, windows):
    """It was asked for before the first letter."""
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    page.evaluate("""() => {
        const { send } = XMLHttpRequest.prototype;
        XMLHttpRequest.prototype.send = function (body) { window.held = () => send.call(this, body); };
        htmx.ajax("GET", location.pathname, { target: "#main", select: "#main", swap: "outerHTML" });
        XMLHttpRequest.prototype.send = send;
    }""")
    page.locator("textarea[name=text]").fill("код 12")
    with page.expect_response(f"**/field/visits/{visit.pk}/"):
        page.evaluate("window.held()")
    page.wait_for_timeout(200)
    expect(page.locator("textarea[name=text]")).to_have_value("код 12")


def test_what_is_kept_is_asked_for_once_the_queue_is_through(phone, line, visit, windows):
    """The house tells of every single thing that it takes out of it."""
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    line.deafen()
    page.get_by_role("button", name="Еду").click()
    waits(page, 1)
    asked = []
    page.on("request", lambda request: "/sync/" in request.url or asked.append(request.url))
    for name in ["calm:visit", f"calm:visit-{visit.pk}"] * 3:
        page.evaluate("(name) => document.body.dispatchEvent(new CustomEvent(name))", name)
    page.wait_for_timeout(300)
    assert asked == []
    line.cut()
    line.mend()
    with page.expect_request("**/field/ahead/", timeout=15_000):
        waits(page, 0)


def test_buttons_work_while_a_page_waits_in_vain_to_be_drawn_anew(phone, line, visit, windows):
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    line.deafen()
    page.evaluate("""() => {
        htmx.ajax("GET", location.pathname, { target: "#main", select: "#main", swap: "outerHTML" }).catch(() => {});
        htmx.trigger("#stop", "live:again");
    }""")
    expect(page.locator(".htmx-request")).not_to_have_count(0)
    page.get_by_role("button", name="Еду").click(timeout=2_000)
    waits(page, 1)
    line.mend()


STEPS = ["status on_way", "note", "photo", "delay", "status started", "note", "photo", "status done", "note"]

QUEUED = (
    "() => { window.queued = new Promise((done) => document.addEventListener('field:queued', done, { once: true })); }"
)


def _do(page, step, number):
    """One thing, as a person does it on the page."""
    kind, _space, which = step.partition(" ")
    if kind == "status":
        page.locator(f"[data-steps]:not([hidden]) button[value={which}]").first.click()
    elif kind == "note":
        page.locator("textarea[name=text]").fill(f"заметка {number}")
        page.get_by_role("button", name="Сохранить заметку").click()
    elif kind == "photo":
        page.locator("#pictures").set_input_files(picture(size=(300 + number, 200)))
    else:
        page.locator("details.field-trouble").evaluate("(one) => { one.open = true; }")
        page.get_by_role("button", name="+20").click()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_line_is_cut_in_the_middle_of_every_step_and_the_page_killed_at_random(phone, line, visit, windows, seed):
    chance = random.Random(seed)
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    context = page.context
    for number, step in enumerate(STEPS):
        if step.startswith("status"):
            page.wait_for_selector(f"[data-steps]:not([hidden]) button[value={step.partition(' ')[2]}]")
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
            page.goto(f"/field/visits/{visit.pk}/")
        page.wait_for_timeout(chance.randrange(150))
        if chance.random() < 0.3:
            line.mend()
    line.mend()
    page.goto(f"/field/visits/{visit.pk}/")
    waits(page, 0)
    visit.refresh_from_db()
    assert (visit.status, visit.report, visit.late_minutes) == ("done", "заметка 8", 20)
    done = Action.objects.order_by("number").values_list("kind", "outcome")
    assert list(done) == [(step.partition(" ")[0], "done") for step in STEPS]
    assert list(Action.objects.order_by("came_at").values_list("number", flat=True)) == sorted(
        Action.objects.values_list("number", flat=True)
    )
    assert [photo.file.read()[:3] for photo in VisitPhoto.objects.all()] == [b"\xff\xd8\xff"] * 2


KEPT_PAGES = """async () => {
    const found = [];
    for (const name of await caches.keys()) if (name.startsWith("field-pages-")) {
        for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
    }
    return found;
}"""


TEXT = """async (url) => {
    for (const name of await caches.keys()) {
        const kept = await (await caches.open(name)).match(url);
        if (kept) return kept.text();
    }
}"""


def test_what_is_not_ahead_any_more_is_not_kept_and_what_has_changed_is_kept_anew(phone, line, visit, windows):
    page = phone(windows["egor"])
    ready(page, visit)
    own = f"/field/visits/{visit.pk}/"
    assert "домофон не работает" not in page.evaluate(TEXT, own)
    Visit.objects.filter(pk=visit.pk).update(wishes="домофон не работает", version=2)
    page.reload()
    until(page, f"async (url) => (await ({TEXT})(url)).includes('домофон не работает')", own)
    Visit.objects.filter(pk=visit.pk).update(status="cancelled", version=3)
    page.reload()
    until(page, f"async (url) => !(await ({KEPT_PAGES})()).includes(url)", own)
    assert "/field/queue/" in page.evaluate(KEPT_PAGES)


def test_a_page_that_could_not_be_had_stays_as_it_was_and_is_asked_for_again(phone, line, visit, windows, monkeypatch):
    own = f"/field/visits/{visit.pk}/"
    page = phone(windows["egor"])
    ready(page, visit)
    with monkeypatch.context() as patched:
        patched.setattr(work, "shown", _refuses)
        Visit.objects.filter(pk=visit.pk).update(wishes="домофон не работает", version=2)
        with page.expect_response(re.compile("/field/ahead/")):
            page.reload()
        page.wait_for_timeout(500)
        assert own in page.evaluate(KEPT_PAGES)
    page.reload()
    until(page, f"async (url) => (await ({TEXT})(url)).includes('домофон не работает')", own)


def _refuses(*_given):
    raise Refused("not now")


def test_the_pages_and_pictures_of_whoever_had_the_phone_before_are_gone(phone, line, visit, windows):
    egor, ilya = windows["egor"], windows["ilya"]
    page = phone(egor, path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    page.locator("#pictures").set_input_files(picture(size=(60, 40)))
    expect(page.locator(".photos img[src*='/field/photos/']")).to_have_count(1)
    names = "() => caches.keys().then((names) => names.filter((name) => /^field-(pages|pictures)-/.test(name)).sort())"
    until(page, f"async (pictures) => (await ({names})()).includes(pictures)", f"field-pictures-{egor.pk}")
    page.context.add_cookies([{"name": house.SESSION_COOKIE_NAME, "value": log_in(ilya), "url": line.url}])
    page.goto("/login/")
    page.goto("/field/")
    until(page, f"async (own) => (await ({names})()).join() === own", f"field-pages-{ilya.pk}")


def test_a_phone_keeps_so_many_pictures_and_the_oldest_give_way(phone, line, visit, windows):
    egor = windows["egor"]
    page = phone(egor, path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    fill = """async (name) => {
        const kept = await caches.open(name);
        for (let one = 9000; one < 9205; one += 1) await kept.put(`/field/photos/${one}/`, new Response("x"));
    }"""
    page.evaluate(fill, f"field-pictures-{egor.pk}")
    page.locator("#pictures").set_input_files(picture(size=(60, 40)))
    expect(page.locator(".photos img[src*='/field/photos/']")).to_have_count(1)
    own = f"/field/photos/{VisitPhoto.objects.get().pk}/"
    keys = """async (name) => {
        const kept = await (await caches.open(name)).keys();
        return kept.map(({ url }) => new URL(url).pathname);
    }"""
    until(page, f"async ([name, own]) => (await ({keys})(name)).includes(own)", [f"field-pictures-{egor.pk}", own])
    until(page, f"async (name) => (await ({keys})(name)).length === 200", f"field-pictures-{egor.pk}")
    assert "/field/photos/9000/" not in page.evaluate(keys, f"field-pictures-{egor.pk}")


def test_a_picture_that_the_phone_cannot_make_small_goes_as_the_camera_made_it(phone, line, visit, windows):
    """It is the only one there is: it is not thrown away, and the house makes it small and clean."""
    page = phone(windows["egor"])
    page.add_init_script("window.createImageBitmap = () => Promise.reject(new DOMException('x', 'InvalidStateError'));")
    page.goto(f"/field/visits/{visit.pk}/")
    for made in ("JPEG", "PNG", "WEBP"):
        written = BytesIO()
        Image.new("RGB", (2400, 60), "navy").save(written, made)
        page.locator("#pictures").set_input_files({"name": "x", "mimeType": "image/jpeg", "buffer": written.getvalue()})
    expect(page.locator(".photos img[src*='/field/photos/']")).to_have_count(3)
    for photo in VisitPhoto.objects.all():
        with Image.open(photo.file) as kept:
            assert (kept.format, max(kept.size)) == ("JPEG", 2000)
    page.locator("#pictures").set_input_files({"name": "схема", "mimeType": "image/jpeg", "buffer": b"RIFF....none"})
    expect(page.locator("[data-bar=trouble]")).to_contain_text("схема")
    waits(page, 0)


def test_a_photo_that_is_too_much_for_the_line_does_not_hold_up_other_visits(phone, line, visit, windows):
    other = Visit.objects.get(pk=visit.pk)
    other.pk, other.request_id = None, uuid4()
    other.save()
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    page.context.route("**/field/sync/photos/", lambda route: route.abort())
    page.locator("#pictures").set_input_files(picture(size=(60, 40)))
    until(page, f'async () => (await ({ROWS})()).every(({{ state }}) => state === "waiting")', None)
    page.locator("textarea[name=text]").fill("здесь")
    page.get_by_role("button", name="Сохранить заметку").click()
    page.goto(f"/field/visits/{other.pk}/")
    page.locator("textarea[name=text]").fill("там")
    page.get_by_role("button", name="Сохранить заметку").click()
    waits(page, 2)
    assert list(Action.objects.values_list("visit", "kind")) == [(other.pk, "note")]
    page.context.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")
    waits(page, 0)
    assert list(Action.objects.order_by("came_at").values_list("kind", flat=True)) == ["note", "photo", "note"]


def test_things_are_kept_in_the_order_in_which_they_were_tapped(phone, line, visit, windows):
    """A picture takes longer to keep than a tap."""
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    cut(page, line)
    kinds = page.evaluate(
        f"""async (visit) => {{
            const {{ put }} = await import("/static/field/queue.js");
            const file = new File([new Uint8Array(8_000_000)], "x.jpg", {{ type: "image/jpeg" }});
            const note = {{ kind: "note", visit, data: {{ text: "x" }} }};
            await Promise.all([put({{ kind: "photo", visit, file }}), put(note)]);
            return (await ({ROWS})()).map(({{ kind }}) => kind);
        }}""",
        visit.pk,
    )
    assert kinds == ["photo", "note"]
