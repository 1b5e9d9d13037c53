"""A deal's page at every width: what stands where, and nothing cut."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from svyazka.business.deals import moves
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, LossReason, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import next_steps, questions, tasks
from svyazka.kit import clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ADDRESS = "Московская область, Одинцовский городской округ, рабочий посёлок Новоивановское, улица Агрохимиков, дом 128"
CUT = """(selector) => [...document.querySelectorAll(selector)]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2)
    .map((one) => one.name || one.textContent)"""
SECTIONS = ("deal-head", "deal-client", "deal-visits", "deal-steps", "history-title", "deal-facts")


@pytest.fixture
def deal(windows, vera, olga) -> Deal:
    opened = open_deal(vera, address=ADDRESS, by=olga)
    return moves.move(opened, to=Stage.objects.get(code="measured"), learnt={"measured_at": "2026-05-04"}, by=olga)


def tops(page: Page) -> dict[str, float]:
    return {name: page.locator(f"#{name}").bounding_box()["y"] for name in SECTIONS}


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_what_is_known_reads_well_at_every_width(open_page, olga, deal, width):
    page = open_page(olga, f"/deals/{deal.pk}/", width=width)
    expect(page.locator("#facts-form .wanted .chip").first).to_have_text("нужно, чтобы идти дальше")
    assert page.evaluate(CUT, "#facts-form :is(.chip, label, textarea)") == []
    card = page.locator("#deal-facts").bounding_box()
    for box in (one.bounding_box() for one in page.locator("#facts-form :is(input, textarea):visible").all()):
        assert box["width"] >= 130  # a date with its sign
        assert box["x"] + box["width"] <= card["x"] + card["width"]


def test_a_long_text_is_still_one_line_and_enter_stores_it(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.get_by_label("Номер договора").fill("17-М")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Сохранено.")
    assert Deal.objects.get(pk=deal.pk).facts["contract_number"] == "17-М"


def test_client_and_visits_come_before_what_is_known(open_page, olga, deal):
    wide = tops(open_page(olga, f"/deals/{deal.pk}/"))
    assert wide["deal-client"] == wide["deal-steps"]
    assert wide["deal-client"] < wide["deal-visits"] < min(wide["deal-facts"], 700)
    phone = tops(open_page(olga, f"/deals/{deal.pk}/", width=390, height=844))
    assert sorted(SECTIONS, key=phone.__getitem__) == list(SECTIONS)


def test_the_whole_path_is_seen_and_being_lost_stands_apart(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    assert page.evaluate(CUT, ".path, .leg") == []
    lost = page.locator(".way").get_by_role("button", name="Потеряна")
    expect(page.locator(".path").get_by_text("Потеряна")).to_have_count(0)
    expect(lost).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(lost).to_be_in_viewport(ratio=1)
    # More than fits: the edge fades, and where the deal stands is in sight.
    expect(page.locator(".path.more-after")).to_be_visible()
    page.reload()
    expect(page.locator(".path .here")).to_be_in_viewport(ratio=1)
    expect(page.locator(".path.more-before.more-after")).to_be_visible()
    page.locator(".path").evaluate("(path) => path.scrollTo(9999, 0)")
    expect(page.locator(".path.more-before:not(.more-after)")).to_be_visible()


def test_a_loss_without_a_reason_is_told_beside_the_reasons(open_page, accessible, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.get_by_role("button", name="Потеряна").click()
    dialog = page.locator("#dialog")
    accessible(page)
    dialog.get_by_role("button", name="Закрыть как потерянную").click()
    expect(dialog.locator(".reasons .wrong")).to_contain_text("Укажите, почему сделка потеряна")
    accessible(page)
    dialog.get_by_label("Дорого").check()
    expect(dialog.locator(".wrong")).to_have_count(0)
    dialog.get_by_role("button", name="Закрыть как потерянную").click()
    expect(page.locator(".way .here")).to_have_text("Потеряна")
    expect(page.locator("#deal-steps")).to_contain_text("Сделка закрыта: следующий шаг не нужен.")
    expect(page.locator("#deal-steps")).not_to_contain_text("забудут")


def test_a_closed_deal_is_not_said_to_be_forgotten(open_page, olga, deal):
    moves.move(deal, to=Stage.objects.get(code="lost"), loss_reason=LossReason.objects.first(), by=olga)
    for task in next_steps.open_tasks(deal):
        tasks.done(task, by=olga)
    page = open_page(olga, f"/deals/{deal.pk}/")
    expect(page.locator("#deal-steps")).to_contain_text("Сделка закрыта")
    expect(page.locator("#deal-steps .warn")).to_have_count(0)


def test_what_can_be_taken_back_stays_for_as_long_as_on_the_board(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.clock.install()
    page.get_by_role("button", name="Замер назначен").click()
    expect(page.get_by_role("button", name="Вернуть")).to_be_visible()
    page.clock.run_for(11_000)
    expect(page.get_by_role("button", name="Вернуть")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page.get_by_role("button", name="Вернуть")).to_have_count(0)


def test_a_dialog_opens_though_the_page_is_renewed_meanwhile(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    held = []
    page.route("**/stage/?to=*", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks what it is given
    page.get_by_role("button", name="Потеряна").click()
    with page.expect_response(f"**/deals/{deal.pk}/parts/"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:missed'))")
    held[0].continue_()
    expect(page.locator("#dialog")).to_contain_text("Почему сделка потеряна?")


def test_on_a_phone_a_question_to_answer_comes_first(open_page, deal, konstantin, mikhail):
    due_at = clock.now() + timedelta(hours=2)
    facts.appoint(deal, mikhail, by=konstantin)
    questions.ask(deal, [mikhail.pk], "Почему стоит?", due_at=due_at, request_id=uuid.uuid4(), by=konstantin)
    page = open_page(mikhail, f"/deals/{deal.pk}/", width=390, height=844)
    top = page.locator("#deal-questions").bounding_box()["y"]
    assert top < min(tops(page)[name] for name in SECTIONS if name != "deal-head")
