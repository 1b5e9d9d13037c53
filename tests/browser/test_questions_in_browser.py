"""A question arrives while one looks at something else, is answered where it stands, and the asker sees it at once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.deals.models import Asked
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import questions
from svyazka.edge.conftest import open_house
from svyazka.kit import clock
from tests.browser.conftest import log_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ask(vera, mikhail, konstantin):
    deal = open_deal(vera, responsible=mikhail, by=mikhail)

    def asked(text):
        due_at = clock.now() + timedelta(hours=2)
        return questions.ask(deal, [mikhail.pk], text, due_at=due_at, request_id=uuid.uuid4(), by=konstantin)

    return asked


def test_a_question_arrives_is_answered_in_place_and_seen_by_the_asker(
    browser, live_server, settings, ask, mikhail, konstantin
):
    with open_house(settings.DATABASE_DIRECT_URL, web=live_server.url) as house:
        at = f"http://127.0.0.1:{house.port}"
        contexts = [browser.new_context(base_url=at, locale="ru-RU") for _person in range(2)]
        for context, person in zip(contexts, (mikhail, konstantin), strict=True):
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": log_in(person), "url": at}])
        manager, controller = (context.new_page() for context in contexts)
        controller.goto("/questions/?whose=by_me&state=answered")
        manager.goto("/questions/")
        for page in (manager, controller):
            expect(page.locator("#live-light .whole")).to_be_visible()

        first = ask("Почему стоит?")
        expect(manager.locator(".toast")).to_contain_text("Почему стоит?")
        answer = manager.locator(f"#answer-{first.pk} textarea")
        answer.fill("Ждём за")
        # What others do meanwhile draws the list anew, and leaves alone what is being typed.
        second = ask("Когда замер?")
        expect(manager.locator(f"#question-{second.pk}")).to_be_visible()
        expect(answer).to_have_value("Ждём за")
        expect(answer).to_be_focused()
        answer.press_sequentially("мер")
        answer.press("Control+Enter")
        expect(manager.locator(f"#question-{first.pk}")).to_have_count(0)
        expect(controller.locator(f"#question-{first.pk}")).to_contain_text("Ждём замер")
        assert Asked.objects.get(question=first).answer == "Ждём замер"
        for context in contexts:
            context.close()


def test_a_colleague_is_mentioned_with_the_keyboard(open_page, accessible, ask, mikhail, dina):
    question = ask("Почему стоит?")
    page = open_page(mikhail, f"/deals/{question.deal_id}/", width=390)
    note = page.locator("#note-form textarea")
    note.press_sequentially("Смотрите, @Дин")
    expect(page.get_by_role("option")).to_have_text([f"{dina.full_name}{dina.department.name}"])
    accessible(page)
    note.press("Enter")
    expect(note).to_have_value(f"Смотрите, @{dina.full_name} ")
    note.press_sequentially("срочно")
    expect(page.get_by_role("option")).to_have_count(0)
    note.press("Control+Enter")
    expect(page.locator(".timeline .mention")).to_have_text(f"@{dina.full_name}")
    expect(note).to_have_value("")
    assert page.locator("[name='mentions']").count() == 0
