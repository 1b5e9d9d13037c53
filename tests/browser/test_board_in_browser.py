"""The board under a mouse, a keyboard and a reader's eyes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from svyazka.business.clients.models import Client
from svyazka.business.deals import moves
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.kit import clock

pytestmark = pytest.mark.slow


@pytest.fixture
def deal(windows, vera, olga) -> Deal:
    return open_deal(vera, by=olga)


def column(page: Page, code: str):
    return page.locator(f".column[data-stage='{Stage.objects.get(code=code).pk}']")


def drag(page: Page, deal: Deal, code: str) -> None:
    card, to = page.locator(f"#d{deal.pk}"), column(page, code).locator("ol")
    start, end = card.bounding_box(), to.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 40, start["y"] + 40)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 60, steps=3)
    page.mouse.move(end["x"] + 80, end["y"] + 60, steps=8)
    page.mouse.up()


def test_a_card_is_dragged_to_the_next_stage_and_moved_back(open_page, olga, deal):
    page = open_page(olga, "/deals/")
    drag(page, deal, "contacted")
    expect(column(page, "contacted").locator(f"#d{deal.pk}")).to_be_visible()
    expect(column(page, "contacted").locator(".count")).to_have_text("1")
    expect(column(page, "new").locator(".count")).to_have_text("0")
    expect(page.locator(".toast")).to_contain_text("Связались")
    assert Deal.objects.get(pk=deal.pk).stage.code == "contacted"
    page.get_by_role("button", name="Вернуть").click()
    expect(column(page, "new").locator(f"#d{deal.pk}")).to_be_visible()
    assert Deal.objects.get(pk=deal.pk).stage.code == "new"


def test_escape_lets_go_of_a_card(open_page, olga, deal):
    page = open_page(olga, "/deals/")
    card = page.locator(f"#d{deal.pk}").bounding_box()
    page.mouse.move(card["x"] + 40, card["y"] + 40)
    page.mouse.down()
    page.mouse.move(card["x"] + 400, card["y"] + 60, steps=5)
    expect(page.locator(".deal.held")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".deal.held")).to_have_count(0)
    page.mouse.up()
    assert Deal.objects.get(pk=deal.pk).stage.code == "new"


def test_a_card_goes_on_by_keyboard(open_page, olga, deal):
    page = open_page(olga, "/deals/")
    page.locator(f"#d{deal.pk}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(column(page, "contacted").locator(f"#d{deal.pk}")).to_be_visible()
    expect(page.locator(f"#d{deal.pk}")).to_be_focused()


def test_arrows_walk_between_the_cards(open_page, olga, windows):
    one, two, three = (open_deal(Client.objects.create(name=name), by=olga) for name in ("А", "Б", "В"))
    moves.move(three, to=Stage.objects.get(code="contacted"), by=olga)
    page = open_page(olga, "/deals/")
    page.locator(f"#d{two.pk}").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#d{one.pk}")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#d{three.pk}")).to_be_focused()


def test_a_refusal_asks_for_just_what_is_missing_and_goes_on_at_once(open_page, olga, windows):
    deal = open_deal(Client.objects.create(), by=olga)
    page = open_page(olga, "/deals/")
    drag(page, deal, "measurement_booked")
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("Прежде чем вести сделку дальше, заполните:")
    assert dialog.locator(":is(input, textarea):visible").count() == 2
    expect(column(page, "new").locator(f"#d{deal.pk}")).to_be_visible()
    dialog.get_by_label("Имя клиента").fill("Вера")
    dialog.get_by_role("button", name="Перевести без выезда").click()
    expect(dialog).to_contain_text("Это ещё не заполнено.")
    expect(dialog.get_by_label("Имя клиента")).to_have_value("Вера")
    dialog.get_by_label("Адрес").fill("Лесная, 5")
    dialog.get_by_role("button", name="Перевести без выезда").click()
    expect(column(page, "measurement_booked").locator(f"#d{deal.pk}")).to_contain_text("Вера")
    expect(dialog).to_be_hidden()


def test_a_card_dropped_on_booked_is_booked(open_page, olga, deal):
    moves.move(deal, to=Stage.objects.get(code="contacted"), by=olga)
    page = open_page(olga, "/deals/")
    drag(page, deal, "measurement_booked")
    dialog = page.locator("#dialog")
    dialog.get_by_role("button", name="Выбрать время: Замер").click()
    dialog.locator("button[name=slot]").first.click()
    expect(dialog.get_by_role("link", name="Открыть выезд")).to_be_visible()
    page.keyboard.press("Escape")
    moved = Deal.objects.select_related("stage").get(pk=deal.pk)
    assert (moved.stage.code, moved.visits.count()) == ("measurement_booked", 1)


def test_a_lost_deal_is_asked_why(open_page, olga, deal):
    page = open_page(olga, "/deals/", width=3600)
    drag(page, deal, "lost")
    page.locator("#dialog").get_by_label("Дорого").check()
    page.locator("#dialog").get_by_role("button", name="Закрыть как потерянную").click()
    expect(page.locator(f"#d{deal.pk}")).to_have_count(0)
    expect(column(page, "lost").locator(".count")).to_have_text("1")


def test_somebody_elses_move_arrives_without_reloading(open_page, olga, mikhail, deal):
    page = open_page(olga, "/deals/")
    page.evaluate("window.stillHere = true")
    left = deal.stage_id
    moves.move(deal, to=Stage.objects.get(code="contacted"), by=mikhail)
    event = {"topic": "deal", "id": deal.pk, "deal": deal.pk, "left": left}
    page.evaluate("event => document.body.dispatchEvent(new CustomEvent('live:deal', {detail: event}))", event)
    expect(column(page, "contacted").locator(f"#d{deal.pk}")).to_be_visible()
    expect(column(page, "new").locator(".count")).to_have_text("0")
    assert page.evaluate("window.stillHere")


def test_whoever_was_slower_sees_how_the_deal_stands_now(open_page, olga, mikhail, deal):
    page = open_page(olga, "/deals/")
    moves.move(deal, to=Stage.objects.get(code="contacted"), by=mikhail)
    drag(page, deal, "measurement_booked")
    expect(page.locator(".toast.bad")).to_be_visible()
    expect(column(page, "contacted").locator(f"#d{deal.pk}")).to_be_visible()


def test_filters_stand_in_the_address(open_page, olga, mikhail, vera):
    open_deal(vera, responsible=mikhail, by=olga)
    open_deal(Client.objects.create(name="Другой"), by=olga)
    page = open_page(mikhail, "/deals/")
    expect(page.locator(".deal")).to_have_count(2)
    page.get_by_label("Мои").check()
    expect(page.locator(".deal")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/deals/\?whose=mine$"))
    page.reload()
    expect(page.locator(".deal")).to_have_count(1)


def test_what_is_typed_on_a_deals_page_survives_a_change_by_somebody_else(open_page, olga, mikhail, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.get_by_label("Проёмов").fill("3")
    page.get_by_label("Заметка для коллег").fill("Просит перезвонить")
    moves.move(deal, to=Stage.objects.get(code="contacted"), by=mikhail)
    event = {"topic": "deal", "id": deal.pk, "deal": deal.pk, "client": deal.client_id}
    page.evaluate("event => document.body.dispatchEvent(new CustomEvent('live:deal', {detail: event}))", event)
    expect(page.locator(".path .here")).to_have_text("Связались")
    expect(page.get_by_label("Проёмов")).to_have_value("3")
    expect(page.get_by_label("Заметка для коллег")).to_have_value("Просит перезвонить")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#deal-facts .wrong")).to_be_visible()
    expect(page.get_by_label("Проёмов")).to_have_value("3")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#deal-facts .wrong")).to_have_count(0)
    assert Deal.objects.get(pk=deal.pk).facts["openings"] == 3


def test_a_page_that_is_drawn_anew_takes_no_click_away(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.get_by_role("button", name="Связались").hover()
    page.mouse.down()
    page.evaluate(
        """() => new Promise((drawn) => {
            document.addEventListener("htmx:afterOnLoad", ({ detail }) => detail.elt.id === "deal-page" && drawn());
            htmx.trigger(document.body, "tasks:changed");
        })"""
    )
    page.mouse.up()
    expect(page.locator(".path .here")).to_have_text("Связались")


def test_a_note_a_step_and_a_stage_on_the_deals_page(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.get_by_label("Заметка для коллег").fill("Замок сломан")
    page.get_by_role("button", name="Добавить заметку").click()
    expect(page.locator("#deal-history")).to_contain_text("Замок сломан")
    expect(page.get_by_label("Заметка для коллег")).to_have_value("")
    page.get_by_label("Что нужно сделать").fill("Перезвонить")
    page.get_by_label("В какой день").fill((clock.today() + timedelta(days=2)).isoformat())
    page.get_by_role("button", name="Запланировать").click()
    expect(page.locator("#deal-steps")).to_contain_text("Перезвонить")
    page.get_by_role("button", name="Сделано: Перезвонить").click()
    expect(page.locator("#deal-steps")).not_to_contain_text("Перезвонить")
    page.get_by_role("button", name="Связались").click()
    expect(page.locator(".path .here")).to_have_text("Связались")
    page.get_by_role("button", name="Вернуть").last.click()
    expect(page.locator(".path .here")).to_have_text("Новая заявка")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize(
    "path", ["/deals/", "/deals/list/", "/deals/{deal}/", "/calendar/?view=week", "/clients/{client}/edit/"]
)
def test_nobody_is_shut_out(open_page, accessible, mikhail, deal, path, width, dark):
    page = open_page(mikhail, path.format(deal=deal.pk, client=deal.client_id), width=width, height=800, dark=dark)
    expect(page.locator("main h1")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (360, True)])
def test_the_dialog_of_a_move_shuts_nobody_out(open_page, accessible, mikhail, deal, width, dark):
    page = open_page(mikhail, f"/deals/{deal.pk}/", width=width, height=800, dark=dark)
    page.get_by_role("button", name="Предложение отправлено").click()
    expect(page.locator("#dialog").get_by_text("Прежде чем вести сделку дальше")).to_be_visible()
    accessible(page)
    page.locator("#dialog").get_by_role("button", name="Сохранить и перенести").click()
    expect(page.locator("#dialog .wrong").first).to_be_visible()
    accessible(page)


def test_the_list_says_how_many_deals_there_are(open_page, olga, deal):
    page = open_page(olga, "/deals/list/")
    expect(page.locator("#deals-count")).to_have_text("1")
    page.get_by_label("Мои").check()
    expect(page.locator("#deals-count")).to_have_text("0")


def test_an_address_in_the_list_is_no_heading(open_page, olga, vera):
    open_deal(vera, address="Лесная, 5", by=olga)
    page = open_page(olga, "/deals/list/", width=390)
    expect(page.locator(".lead .small")).to_have_css("font-weight", "400")
    expect(page.locator(".lead a")).to_have_css("font-weight", "560")
