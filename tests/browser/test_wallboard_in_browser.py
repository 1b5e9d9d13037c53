"""The wallboard while calls come and people change, and the switch of one's own state."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.calls.floor import switching
from svyazka.business.calls.floor.states import Kind, states
from svyazka.business.calls.phone_system import Kind as Said
from svyazka.business.staff.models import Person
from tests.browser.test_call_card import ring, tell

pytestmark = pytest.mark.slow


def moved(page, topic):
    page.evaluate("(topic) => document.body.dispatchEvent(new CustomEvent(`calm:${topic}`))", topic)


def test_who_waits_and_who_does_what_appears_by_itself_and_time_runs(roza, oksana, open_page, accessible):
    page = open_page(roza, "/wallboard/")
    board = page.locator("#wallboard-now")
    expect(board).to_contain_text("Пока никто не отметил")
    call = ring()
    moved(page, "call")
    row = board.locator(f"#waits-{call.pk}")
    expect(row).to_contain_text("+7 916 555-00-01")
    expect(row).to_contain_text("Ольга Белова")
    before = row.locator("[data-ticks]").inner_text()
    switching.ready(oksana, by=oksana)
    moved(page, "floor")
    expect(board).to_contain_text("Оксана Громова")
    accessible(page)
    expect(row.locator("[data-ticks]")).not_to_have_text(before)
    tell(Said.ANSWER, second=3, leg="k1-101", extension="101")
    moved(page, "call")
    expect(row).to_have_count(0)
    expect(board).to_contain_text("Разговаривают")


def test_who_is_behind_and_more_is_unfolded_from_the_keyboard_and_stays_while_the_board_moves(roza, oksana, open_page):
    for number in range(14):
        person = Person.objects.create(login=f"op{number}", full_name=f"Оператор {number:02}", role="operator")
        switching.ready(person, by=person)
    page = open_page(roza, "/wallboard/")
    board, rest = page.locator("#wallboard-now"), page.locator("#rest-ready")
    expect(rest).to_contain_text("и ещё 2")
    rest.focus()
    page.keyboard.press("Enter")
    expect(board).to_contain_text("Оператор 13")
    switching.ready(oksana, by=oksana)
    moved(page, "floor")
    expect(board).to_contain_text("Оксана Громова")
    expect(board).to_contain_text("Оператор 13")
    expect(rest).to_be_focused()
    page.keyboard.press("Enter")
    expect(board).not_to_contain_text("Оператор 13")


def test_however_much_happens_the_board_asks_twice_a_second_at_most(roza, open_page):
    page = open_page(roza, "/wallboard/")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/wallboard/now/" in request.url else None)
    for _time in range(20):
        moved(page, "call")
        page.wait_for_timeout(40)
    page.wait_for_timeout(600)
    assert 2 <= len(asked) <= 4


def test_the_switch_is_worked_by_keyboard_and_on_a_phone(olga, open_page, accessible):
    page = open_page(olga, "/queue/")
    switch = page.locator("#floor-state")
    switch.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Готов принимать звонки")).to_be_focused()
    accessible(page)
    page.keyboard.press("Enter")
    expect(switch.locator("summary")).to_contain_text("Готов")
    assert states()[olga.pk].kind == Kind.READY
    narrow = open_page(olga, "/queue/", width=390)
    narrow.locator("#floor-state summary").click()
    lunch = narrow.get_by_role("button", name="Обед")
    box = lunch.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    lunch.click()
    expect(narrow.locator("#floor-state summary")).to_contain_text("Обед")
    assert states()[olga.pk].kind == Kind.BREAK
