"""The dispatcher's board: dragged, carried by keys, refused in words, kept fresh; and the map."""

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from svyazka.business.deals import opening
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.places import placing
from svyazka.business.visits import booking
from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    measurement,
    monday,
    new_deal,
    of_egor,
    of_ilya,
    visit,
)
from svyazka.business.visits.models import Visit
from svyazka.business.visits.planning.conftest import crossed, known_place, plan, quickly, visit_at  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def lane(page: Page, name: str):
    return page.locator(f"section.lane[aria-label='{name}']")


def drag(page: Page, what, to, at_hour: float, *, first: int = 8, last: int = 20, grip: float = 10):
    """To where that hour is in the lane."""
    start, line = what.bounding_box(), to.locator(".lane-line").bounding_box()
    page.mouse.move(start["x"] + grip, start["y"] + 20)
    page.mouse.down()
    x = line["x"] + (at_hour - first) / (last - first) * line["width"]
    page.mouse.move(x, line["y"] + 30, steps=4)
    return x


def test_a_visit_is_dragged_told_of_and_taken_back(open_page, accessible, visit, of_egor, of_ilya, hour, monday, olga):
    page = open_page(olga, f"/calendar/?day={monday}")
    block = page.locator(f"a.block[data-visit='{visit.pk}']")
    expect(page.locator(".tray")).to_contain_text("Всё распределено")
    accessible(page)
    # The lunch of Ilya: the page says so before it is let go, the server after.
    drag(page, block, lane(page, "Илья Фомин"), 14.25)
    expect(page.locator(".board-ghost")).to_contain_text("вне рабочего времени")
    page.mouse.up()
    refused = page.locator("#dialog")
    expect(refused).to_contain_text("Туда не поставить")
    accessible(page)
    refused.get_by_role("button", name="Оставить как есть").click()
    expect(lane(page, "Егор Кузнецов").locator(".block.visit")).to_have_count(1)

    drag(page, block, lane(page, "Илья Фомин"), 15.05)
    expect(page.locator(".board-ghost")).to_contain_text("Илья Фомин, 15:00–16:00")
    page.mouse.up()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("Сразу узнают: Егор Кузнецов, Илья Фомин")
    accessible(page)
    dialog.get_by_label("Своими словами").fill("короче дорога")
    dialog.get_by_role("button", name="Перенести").click()
    expect(lane(page, "Илья Фомин").locator(".block.visit")).to_contain_text("15:00")
    moved = Visit.objects.get()
    assert (moved.resource_id, moved.starts_at, moved.moves) == (of_ilya.pk, hour(15), 1)
    page.locator("#toasts").get_by_role("button", name="Вернуть").click()
    expect(lane(page, "Егор Кузнецов").locator(".block.visit")).to_contain_text("10:00")
    assert (Visit.objects.get().starts_at, Visit.objects.get().moves) == (hour(10), 0)


def test_a_visit_is_carried_by_keys_alone(open_page, visit, of_ilya, hour, monday, olga):
    page = open_page(olga, f"/calendar/?day={monday}")
    page.locator(f"a.block[data-visit='{visit.pk}']").focus()
    page.keyboard.press("m")
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.get_by_role("status").filter(has_text="Илья Фомин, 11:00–12:00")).to_be_visible()
    page.keyboard.press("Enter")
    page.locator("#dialog").get_by_label("Своими словами").fill("просят позже")
    page.keyboard.press("Enter")
    expect(lane(page, "Илья Фомин").locator(".block.visit")).to_have_count(1)
    assert (Visit.objects.get().resource_id, Visit.objects.get().starts_at) == (of_ilya.pk, hour(11))


def test_work_beside_the_board_is_dragged_onto_it_and_others_are_seen(
    open_page, visit, vera, measurement, of_ilya, hour, monday, olga, oksana
):
    waiting = opening.open_deal(vera, address="Москва, Тверская, 1", by=oksana)
    Deal.objects.filter(pk=waiting.pk).update(stage=Stage.objects.get(code="contacted"))
    page = open_page(olga, f"/calendar/?day={monday}")
    drag(page, page.locator(".unplaced"), lane(page, "Илья Фомин"), 10.02)
    page.mouse.up()
    page.locator("#dialog").get_by_role("button", name="Записать").click()
    expect(lane(page, "Илья Фомин").locator(".block.visit")).to_contain_text("10:00")
    assert Visit.objects.get(deal=waiting).starts_at == hour(10)
    expect(page.locator(".unplaced")).to_have_count(0)
    booking.book(waiting, measurement, of_ilya, hour(16), request_id=uuid4(), by=oksana)
    # What the edge would send on.
    page.evaluate("document.body.dispatchEvent(new CustomEvent('calm:visit'))")
    expect(page.locator(".block.visit.changed")).to_contain_text("16:00")

    page.get_by_placeholder("Клиент, улица, бригада").fill("Илья")
    expect(page.locator("section.lane")).to_have_count(1)
    page.keyboard.press("Escape")


def test_l_locks_with_a_word_why_and_the_pointer_finds_it_too(open_page, visit, monday, olga):
    page = open_page(olga, f"/calendar/?day={monday}")
    block = page.locator(f"a.block[data-visit='{visit.pk}']")
    block.focus()
    page.keyboard.press("l")
    page.locator("#dialog").get_by_label("Почему").fill("ключи утром")
    page.keyboard.press("Enter")
    expect(page.locator(f"a.block.locked[data-visit='{visit.pk}']")).to_have_attribute(
        "title", re.compile("ключи утром")
    )
    block.hover()
    page.locator(".board-lock").click()
    page.locator("#dialog").get_by_role("button", name="Больше не закреплять").click()
    expect(page.locator("a.block.locked")).to_have_count(0)
    assert Visit.objects.get().locked_at is None


def test_in_a_month_a_visit_goes_to_another_day_by_mouse_and_by_keys(
    open_page, accessible, visit, of_egor, hour, monday, olga
):
    first = 0 if hour(9, days=1).month == monday.month else 1  # both days in one month
    if first:
        booking.move(visit, hour(10, days=first), of_egor, reason="просят позже", by=olga)
    page = open_page(olga, f"/calendar/?day={hour(9, days=first).date()}&view=month")
    days = lane(page, "Егор Кузнецов").locator("a.cell")
    here, next_day = (days.nth(hour(9, days=first + more).day - 1) for more in (0, 1))
    here.click()
    found = page.locator(".day-visits a.block")
    expect(found).to_contain_text("Вера Павлова")
    accessible(page)
    start, end = found.bounding_box(), next_day.bounding_box()
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + 10, steps=4)
    expect(page.locator(".board-ghost")).to_contain_text("10:00–11:00")
    page.mouse.up()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Своими словами").fill("просят завтра")
    dialog.get_by_role("button", name="Перенести").click()
    expect(next_day).to_have_text("1")
    assert (Visit.objects.get().resource_id, Visit.objects.get().starts_at) == (of_egor.pk, hour(10, days=first + 1))

    next_day.focus()
    page.keyboard.press("Enter")
    expect(found).to_be_focused()
    for key in ("m", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    dialog.get_by_label("Своими словами").fill("всё же сегодня")
    page.keyboard.press("Enter")
    expect(here).to_have_text("1")
    assert Visit.objects.get().starts_at == hour(10, days=first)


def test_a_thumb_moves_a_visit_step_by_step(open_page, accessible, visit, of_ilya, hour, monday, olga):
    page = open_page(olga, f"/calendar/?day={monday}", width=390, height=800, touch=True)
    page.locator(f"a.block[data-visit='{visit.pk}']").tap()
    dialog = page.locator("#dialog")
    dialog.get_by_role("link", name="Перенести выезд").tap()
    expect(dialog.get_by_role("group", name="Свободное время")).to_be_visible()
    dialog.get_by_label("Кто", exact=True).select_option("Илья Фомин")
    accessible(page)
    dialog.get_by_role("link", name="Илья Фомин").filter(has_text="15:00").tap()
    expect(dialog).to_contain_text("Сразу узнают: Егор Кузнецов, Илья Фомин")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    dialog.get_by_label("Своими словами").fill("просят позже")
    dialog.get_by_role("button", name="Перенести").tap()
    expect(lane(page, "Илья Фомин").locator(".block.visit")).to_contain_text("15:00")
    assert (Visit.objects.get().resource_id, Visit.objects.get().starts_at) == (of_ilya.pk, hour(15))


def test_what_others_do_is_seen_while_something_is_carried(
    open_page, visit, new_deal, measurement, of_ilya, of_egor, hour, monday, olga, oksana
):
    heard = "document.body.dispatchEvent(new CustomEvent('calm:visit'))"
    page = open_page(olga, f"/calendar/?day={monday}")
    drag(page, page.locator(f"a.block[data-visit='{visit.pk}']"), lane(page, "Илья Фомин"), 15.05)
    ghost = page.locator(".board-ghost")
    expect(ghost).to_contain_text("Илья Фомин, 15:00–16:00")
    booking.book(new_deal("Пётр"), measurement, of_ilya, hour(15), request_id=uuid4(), by=oksana)
    page.evaluate(heard)
    expect(ghost).to_contain_text("занят")
    booking.move(visit, hour(16), of_egor, reason="просят позже", by=oksana)
    page.evaluate(heard)
    expect(page.locator("#toasts")).to_contain_text("только что изменил")
    expect(ghost).to_have_count(0)
    page.mouse.up()
    assert Visit.objects.get(pk=visit.pk).starts_at == hour(16)


@pytest.mark.parametrize(
    "path", ["/calendar/", "/calendar/?view=week", "/calendar/?view=month", "/calendar/?view=table", "/calendar/map/"]
)
def test_on_a_phone_nothing_is_cut_off(open_page, accessible, visit, anna, monday, olga, path):
    placing.by_hand(visit.address, "55.80, 37.60", by=anna)
    page = open_page(olga, f"{path}{'&' if '?' in path else '?'}day={monday}", width=390, height=800)
    expect(page.locator("main h1")).to_be_visible()
    if "map" in path:
        page.get_by_role("button", name="Вера Павлова").click()
        expect(page.locator("#dialog")).to_contain_text("Лесная, 5")
        page.keyboard.press("Escape")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_a_day_is_told_by_the_clock_and_a_month_begins_at_its_weekday(open_page, visit, monday, olga):
    page = open_page(olga, f"/calendar/?day={monday}", width=390, height=800, touch=True)
    visits_day = lane(page, "Егор Кузнецов").locator(".block")
    expect(visits_day.nth(1)).to_contain_text("Вера Павлова")
    starts = [text for block in visits_day.all() for text in re.findall(r"\d\d:\d\d", block.inner_text())]
    assert (starts, len(starts) > 4) == (sorted(starts), True)
    assert too_small(page) == []
    page.goto(f"/calendar/?day={monday}&view=month")
    first = lane(page, "Егор Кузнецов").locator(".cell").first
    assert first.evaluate("(cell) => getComputedStyle(cell, '::before').content") == '"1"'
    column = "(cell) => Math.round((cell.offsetLeft - cell.parentElement.offsetLeft) / cell.offsetWidth)"
    assert first.evaluate(column) == monday.replace(day=1).weekday()
    assert too_small(page) == []


@pytest.mark.parametrize("width", [390, 1240, 1440])
def test_a_plan_is_in_sight_with_all_of_its_columns(open_page, crossed, plan, dina, width):
    page = open_page(dina, f"/calendar/plans/{plan().pk}/", width=width, height=900)
    expect(page.get_by_role("columnheader", name="Загрузка")).to_be_visible()
    cut_off = """() => [...document.querySelectorAll("table.plan-figures")]
        .filter((table) => table.getBoundingClientRect().right > table.parentElement.getBoundingClientRect().right)
        .map((table) => table.innerText)"""
    assert page.evaluate(cut_off) == []


def too_small(page: Page) -> list[str]:
    """What a thumb would miss. Links within a sentence are no targets of their own."""
    return page.evaluate("""() => [...document.querySelectorAll(
            ".top :is(a, button, summary), main :is(.button, .block, .cell, .segments > a, select, input, summary)")]
        .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
        .filter(([one, box]) => box.height && box.height < 43.5 && !one.closest(".panel, .only-read"))
        .map(([one, box]) => `${one.tagName}.${one.className} ${box.height}`)""")
