"""An address is put on the map: by a click, by a point that was pasted, and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from svyazka.business.places.models import Background, Place

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_pin_by_click_and_by_paste(open_page, accessible, windows, vera, olga):
    page = open_page(olga, f"/clients/{vera.pk}/")
    page.get_by_role("button", name="Где это").click()
    field = page.get_by_label("Точка")
    expect(page.locator("#dialog .needle")).to_be_visible()
    accessible(page)
    page.locator("pin-map").click(position={"x": 120, "y": 90})
    expect(field).to_have_value(re.compile(r"^55\.\d{6}, 37\.\d{6}$"))
    field.fill("55.7781, 37.5893")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).not_to_be_visible()
    place = Place.objects.get()
    assert (place.lat, place.lon, place.source, place.placed_by) == (55.7781, 37.5893, "hand", olga)
    page.get_by_role("button", name="Где это").click()
    expect(page.locator("#pin")).to_contain_text("Поставлено вручную: Ольга")
    page.get_by_role("button", name="Снять метку").click()
    expect(page.locator("#dialog")).not_to_be_visible()
    assert Place.objects.get().lat is None


def test_tiles_are_drawn_where_the_policy_of_the_page_lets_them_in(open_page, windows, vera, olga):
    Background.objects.create(pk=1, tiles="https://tiles.example.com/{z}/{x}/{y}.png", credit="© <b>карта</b>")
    page = open_page(olga, "/account/")
    asked: list[str] = []
    page.route("https://tiles.example.com/**", lambda route: (asked.append(route.request.url), route.abort())[1])
    page.goto(page.url.replace("/account/", f"/places/pin/?address={vera.address}"))
    expect(page.locator(".leaflet-control-attribution")).to_have_text("© <b>карта</b>")
    page.wait_for_timeout(300)
    assert asked
