"""Booking, the calendar, and the engineer's phone."""

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import expect

from svyazka.business.deals import opening
from svyazka.business.visits import booking
from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    measurement,
    monday,
    of_egor,
    of_ilya,
    visit,
)
from svyazka.business.visits.models import Visit
from svyazka.business.visits.on_site import in_hand

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_one_click_books_and_the_answer_says_when(open_page, accessible, deal, measurement, olga):
    page = open_page(olga, f"/deals/{deal.pk}/visits/new/?kind=measurement")
    accessible(page)
    page.get_by_role("button", name="Все окна на день").click()
    shown = page.locator(".windows-date").input_value()
    page.get_by_role("button", name="Следующий день").click()
    expect(page.locator(".windows-date")).not_to_have_value(shown)
    accessible(page)
    page.get_by_label("Пожелания клиента").fill("позвонить за час")
    page.locator("button.window").nth(2).click()
    expect(page.locator(".booked")).to_contain_text("позвонить за час")
    assert Visit.objects.get().wishes == "позвонить за час"


def test_enter_in_a_field_takes_no_window(open_page, deal, visit, olga):
    page = open_page(olga, f"/deals/{deal.pk}/visits/new/?kind=measurement")
    for field in ("Адрес", "Пожелания клиента"):
        page.get_by_role("textbox", name=field).press("Enter")
    page.goto(f"/visits/{visit.pk}/time/")
    page.get_by_label("Своими словами").fill("клиент просит позже")
    page.get_by_label("Своими словами").press("Enter")
    page.wait_for_timeout(500)
    assert (Visit.objects.get().starts_at, Visit.objects.get().moves) == (visit.starts_at, 0)


def test_the_calendar_keeps_itself_fresh_and_moves_visits(
    open_page, accessible, visit, vera, measurement, of_ilya, hour, monday, olga, oksana
):
    page = open_page(olga, f"/calendar/?day={monday}")
    expect(page.locator(".block.visit")).to_have_count(1)
    accessible(page)
    other = opening.open_deal(vera, by=oksana)
    booking.book(other, measurement, of_ilya, hour(15), request_id=uuid4(), by=oksana)
    # What the edge would send on.
    page.evaluate("document.body.dispatchEvent(new CustomEvent('calm:visit'))")
    expect(page.locator(".block.visit")).to_have_count(2)

    page.locator(f"a.block[href='/visits/{visit.pk}/']").click()
    page.get_by_role("link", name="Перенести выезд").click()
    expect(page.get_by_label("Причина")).to_be_focused()
    accessible(page)
    page.get_by_label("Своими словами").fill("клиент просит позже")
    page.get_by_role("button", name="Все окна на день").click()
    page.locator(".windows-date").fill(f"{monday}")
    page.get_by_role("button", name="Егор Кузнецов, 16:00").click()
    expect(page.locator("#dialog")).to_contain_text("перенесён 1 раз")
    assert Visit.objects.get(pk=visit.pk).starts_at == hour(16)
    page.get_by_role("button", name="Закрыть").first.click()

    page.keyboard.press("w")
    expect(page.locator(".lanes.week")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".block.visit")).to_have_count(0)
    page.keyboard.press("t")
    expect(page.locator("[aria-current='date']").first).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_a_visit_is_carried_out_on_the_phone(open_page, accessible, visit, monday, egor, settings, tmp_path, dark):
    settings.MEDIA_ROOT = tmp_path
    page = open_page(egor, f"/field/?day={monday}", width=360, height=740, dark=dark, touch=True)
    accessible(page)
    page.locator("a.stop-main").tap()
    for button, status in (("Еду", "в пути"), ("Начать работу", "начат"), ("Готово", "выполнен")):
        page.get_by_role("button", name=button).tap()
        expect(page.locator("#stop .chip[data-status]")).to_have_text(status)
    page.get_by_label("Заметка").fill("Два окна, третий этаж")
    page.get_by_role("button", name="Сохранить заметку").tap()
    expect(page.locator("[data-told=note]")).to_be_visible()
    report = in_hand.mark_of("Два окна, третий этаж")
    expect(page.locator(f".field-page[data-seen*='{report}']")).to_have_count(1)  # drawn anew, with what has arrived
    page.locator("#pictures").set_input_files({"name": "a.gif", "mimeType": "image/gif", "buffer": b"GIF89a"})
    expect(page.locator("[data-bar=trouble]")).to_contain_text("a.gif")
    page.get_by_role("button", name="Сохранить заметку").tap()
    expect(page.locator("[data-bar=trouble]")).to_be_hidden()
    picture = BytesIO()
    Image.new("RGB", (900, 700), "green").save(picture, "JPEG")
    jpeg = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    page.locator("#photo").set_input_files(jpeg)
    expect(page.locator("#photos img")).to_have_count(1)
    page.locator("#pictures").set_input_files([jpeg, {**jpeg, "name": "b.jpg"}])
    expect(page.locator("#photos img")).to_have_count(3)
    expect(page.locator("#photos img[src^='/field/photos/']")).to_have_count(3)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    done = Visit.objects.get()
    assert (done.status, done.report, done.photos.count()) == ("done", "Два окна, третий этаж", 3)
