"""The engineer's day on a phone in the sun: read at seven to one, pressed with gloves, marked until it was opened."""

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from svyazka.business.clients import history
from svyazka.business.deals import opening
from svyazka.business.places.models import Place
from svyazka.business.sheets import sheets
from svyazka.business.sheets.conftest import WHOLE, added
from svyazka.business.sheets.models import FormKind
from svyazka.business.visits import booking, carry_out, change, looked
from svyazka.business.visits.models import Booking, Look, Visit, VisitKind
from svyazka.kit import addresses, clock
from tests.browser.test_field_without_signal import cut, files, line, mend, phone, ready, until  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
THUMB = 48
# Everything that is pressed in a hurry; what is shown in the middle of a text is none of it.
PRESSED = ".field-page :is(.button, .choice, .tabs > a, summary, .stop-main, .field-day a, input[type=date])"
IN_THE_SUN = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}


@pytest.fixture
def visits(windows, vera, olga):
    """Three of today, a good way apart: the first over, the second changed since Egor looked, the third new; and one
    that he knows of and that was called off."""
    egor, kind = windows["egor"], VisitKind.objects.get(code="measurement")
    egor.resource.lat, egor.resource.lon = 55.73, 37.6
    egor.resource.save()
    begins, ends = clock.day_bounds(clock.today())
    noon = begins + (ends - begins) / 2
    made = [_visit(vera, egor, olga, kind, noon + timedelta(minutes=75 * at), at) for at in range(4)]
    for visit in made[1:]:
        looked.look(visit, looked.shown(_as_now(visit)), by=egor)
    Look.objects.filter(visit=made[2]).delete()
    change.change(made[1], address=made[1].address, wishes="Позвонить за час", brief="Ключ у консьержа", by=olga)
    booking.cancel(made[3], reason="клиент передумал", by=olga)
    form = FormKind.objects.get(code="measurement")
    sheets.save(made[0], sheets.Sent(form, 1, [added("row-1", **WHOLE)], uuid4()), by=egor)
    carry_out.set_status(made[0], Visit.Status.DONE, by=egor)
    history.note(vera.pk, "Клиентка просила не звонить до десяти", deal_id=made[1].deal_id, by=olga)
    return made


def _as_now(visit):
    rows = Visit.objects.select_related("client", "kind", "resource")
    return rows.prefetch_related(looked.PHONES, looked.TAKEN).get(pk=visit.pk)


def _visit(client, person, by, kind, starts_at, number):
    address = f"Москва, Лесная улица, {number + 5}"
    given = {"address": address, "lat": 55.8 + number / 50, "lon": 37.6, "precision": "house", "source": "hand"}
    Place.objects.update_or_create(key=addresses.key(address), defaults={**given, "ask_at": None})
    made = Visit.objects.create(
        kind=kind,
        deal=opening.open_deal(client, by=by),
        client=client,
        resource=person.resource,
        address=address,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=60),
        request_id=uuid4(),
    )
    Booking.objects.create(resource=person.resource, during=(made.starts_at, made.ends_at), visit=made)
    return made


def _small(page):
    """What is pressed and is smaller than a thumb, with its size."""
    return page.evaluate(
        """([pressed, thumb]) => [...document.querySelectorAll(pressed)]
          .filter((one) => one.checkVisibility())
          .map((one) => [one, one.getBoundingClientRect()])
          .filter(([, { width, height }]) => Math.round(height) < thumb || Math.round(width) < thumb)
          .map(([one, { width, height }]) => `${one.outerHTML.slice(0, 90)}: ${width} × ${height}`)""",
        [PRESSED, THUMB],
    )


def _let_settle(page):
    """A page that the worker has renewed draws its buttons paler while it asks."""
    page.wait_for_timeout(1_500)
    expect(page.locator(".htmx-request")).to_have_count(0)


def _open_all(page):
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


@pytest.mark.parametrize("dark", [False, True])
def test_read_in_the_sun_and_pressed_with_gloves(open_page, accessible, windows, visits, dark):
    page = open_page(windows["egor"], width=320, height=640, touch=True, dark=dark)
    for path in ("/field/", "/field/week/", *(f"/field/visits/{one.pk}/" for one in visits[:3])):
        page.goto(path)
        _let_settle(page)
        _open_all(page)
        report = Axe().run(page, context=".field-page", options=IN_THE_SUN)
        assert report.violations_count == 0, report.generate_report()
        accessible(page)
        assert _small(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path


def test_a_long_name_and_a_long_address_break(open_page, windows, visits, vera):
    vera.name = "Константинопольская-Преображенская Александра Владимировна"
    vera.save()
    Visit.objects.update(address="Московская область, городской округ Солнечногорск, улица Сельскохозяйственная, 118")
    page = open_page(windows["egor"], width=320, height=640, touch=True)
    own = f"/field/visits/{visits[0].pk}/"
    for path in ("/field/", own, f"{own}forms/measurement/", f"{own}forms/measurement/agreement/", f"{own}site-work/"):
        page.goto(path)
        _let_settle(page)
        _open_all(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path


def test_a_mark_goes_when_the_visit_is_opened_also_without_signal(phone, line, visits, windows):
    changed, new = visits[1], visits[2]
    page = phone(windows["egor"])
    for visit in (changed, new):
        ready(page, visit)
    marks = page.locator("[data-news]:visible")
    expect(marks).to_have_count(3)
    cut(page, line)
    page.locator(f"li[data-visit='{changed.pk}'] .stop-main").click()
    expect(page.locator(".field-news")).to_contain_text("Ключ у консьержа")
    until(page, "() => !document.querySelector('form[data-look]')", None)
    page.go_back()
    expect(marks).to_have_count(1)
    page.reload()
    expect(marks).to_have_count(1)
    assert Look.objects.get(visit=changed).shown["brief"] == ""
    mend(page, line)
    page.evaluate("dispatchEvent(new Event('online'))")
    until(page, "async () => (await fetch('/field/')).ok", None)
    for _time in range(100):
        if Look.objects.get(visit=changed).shown["brief"]:
            break
        page.wait_for_timeout(50)
    assert Look.objects.get(visit=changed).shown["brief"] == "Ключ у консьержа"
    assert not Look.objects.filter(visit=new).exists(), "kept on the phone is not opened"
    page.goto(f"/field/visits/{changed.pk}/")
    expect(page.locator(".field-news")).to_contain_text("Ключ у консьержа")


def test_the_work_comes_first_as_soon_as_it_has_begun(phone, line, visits, windows):
    changed = visits[1]
    page = phone(windows["egor"])
    ready(page, changed)
    cut(page, line)
    page.goto(f"/field/visits/{changed.pk}/")
    known, work = page.locator("[data-known]"), page.locator("[data-on-site]")
    assert known.bounding_box()["y"] < work.bounding_box()["y"]
    expect(page.get_by_text("Лазерный дальномер")).to_be_visible()
    page.get_by_role("button", name="Уже на месте").click()
    expect(page.get_by_text("Лазерный дальномер")).to_be_hidden()
    assert work.bounding_box()["y"] < known.bounding_box()["y"]
    page.reload()
    expect(page.get_by_text("Лазерный дальномер")).to_be_hidden()
    assert work.bounding_box()["y"] < known.bounding_box()["y"]
    page.get_by_role("button", name="Вернуть статус").click()
    expect(page.get_by_text("Лазерный дальномер")).to_be_visible()
    assert known.bounding_box()["y"] < work.bounding_box()["y"]
    mend(page, line)


def test_what_was_called_off_goes_with_one_tap(phone, visits, windows):
    page = phone(windows["egor"])
    gone = page.locator(".stop-gone")
    expect(gone).to_contain_text("отменён: клиент передумал")
    gone.get_by_role("button", name="Понятно").click()
    expect(gone).to_be_hidden()
    for _time in range(100):
        if not Look.objects.filter(visit=visits[3]).exists():
            break
        page.wait_for_timeout(50)
    page.reload()
    expect(page.locator("li.stop")).to_have_count(3)
    expect(gone).to_have_count(0)


def test_tomorrow_and_the_week_are_one_tap_away(phone, visits, windows):
    page = phone(windows["egor"])
    page.get_by_role("link", name="Неделя").click()
    expect(page.locator(".field-day")).to_have_count(7)
    page.get_by_role("link", name="Завтра", exact=True).click()
    expect(page.get_by_text("В этот день выездов нет")).to_be_visible()


def test_the_way_and_when_to_leave(open_page, windows, visits):
    page = open_page(windows["egor"], "/field/", width=390, touch=True)
    expect(page.locator(f"li[data-visit='{visits[1].pk}'] .stop-road")).to_contain_text("выехать до")
    page.get_by_text("Взять с собой на день").click()
    expect(page.locator(".field-load").first).to_contain_text("Лазерный дальномер")
