# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""The player under somebody's hands and ears."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from svyazka.business.calls.models import Call, Listening
from svyazka.business.calls.recordings.conftest import fetched, monitor, pbx  # noqa: F401
from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("recordings_root")]


def at_least(second: int) -> re.Pattern[str]:
    return re.compile("^(" + "|".join(map(str, range(second, 40))) + ")$")


@pytest.fixture
def call(windows, vera, monitor, pbx) -> Call:
    made = fetched(windows, monitor)
    Call.objects.filter(pk=made.pk).update(client_id=vera.pk)
    data = {"call": made.pk, "result": "answered", "seconds": 35, "recording": True}
    history.add(vera.pk, kind=Interaction.Kind.CALL, direction="in", data=data, deal_id=None, by=windows["olga"])
    return made


def test_a_call_is_heard_from_file_to_file(olga, call, open_page, accessible):
    page = open_page(olga, f"/calls/{call.pk}/")
    wave = page.get_by_role("slider", name="Место в записи")
    expect(wave).to_have_attribute("aria-valuenow", "4")  # what was not recorded is passed over
    accessible(page)
    page.get_by_role("button", name="Слушать").click()
    expect(page.get_by_role("button", name="Пауза")).to_be_visible()
    expect(page.locator(".player .who")).to_have_text("Ольга Белова")
    expect(wave).to_have_attribute("aria-valuenow", at_least(5))
    wave.focus()
    page.keyboard.press("ArrowRight")
    expect(wave).to_have_attribute("aria-valuenow", at_least(10))
    # Just before the end of the first file: it goes on with the second one by itself.
    box = wave.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 23.4 / 40, box["y"] + 10)
    expect(wave).to_have_attribute("aria-valuenow", at_least(25))
    expect(page.locator(".player .who")).to_have_text("Михаил Лебедев")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Слушать")).to_be_visible()
    page.get_by_label("Скорость").select_option("2")
    assert page.evaluate("localStorage.getItem('svyazka:speed')") == "2"
    assert Listening.objects.filter(call_id=call.pk, person_id=olga.pk).count() == 1


def test_a_link_leads_to_its_second(olga, call, open_page):
    page = open_page(olga, f"/calls/{call.pk}/?t=30", width=390, dark=True)
    wave = page.get_by_role("slider", name="Место в записи")
    expect(wave).to_have_attribute("aria-valuetext", "0:30, Михаил Лебедев")
    copied = page.locator(".player [data-copy]").get_attribute("data-copy")
    assert copied.endswith(f"/calls/{call.pk}/?t=30")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_in_a_history_it_goes_on_while_the_history_is_renewed(olga, vera, call, open_page):
    page = open_page(olga, f"/clients/{vera.pk}/")
    page.get_by_role("button", name="Прослушать").click()
    expect(page.get_by_role("button", name="Пауза")).to_be_visible()
    Interaction.objects.update(data={"call": call.pk, "result": "answered", "seconds": 36, "recording": True})
    page.evaluate(
        "(id) => document.body.dispatchEvent(new CustomEvent('live:interaction', {detail: {client: id}}))", vera.pk
    )
    expect(page.locator("#history")).to_contain_text("36 с")
    expect(page.get_by_role("button", name="Пауза")).to_be_visible()
