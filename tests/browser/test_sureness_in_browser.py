"""The head chooses how sure it must be, looks whom it concerns, and goes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.clients.matching import in_force
from svyazka.business.clients.models import Client, Comparison
from svyazka.business.duplicates import refitting
from svyazka.business.duplicates.models import Suspicion
from svyazka.kit import clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ALIKE = {"phone.same": 1.0, "first.same": 1.0, "address.neighbour": 1.0}


@pytest.fixture
def compared(windows, vera, olga) -> None:
    """210 requests that were attached to Vera, not far above the threshold; sixty pairs that people have decided."""
    Comparison.objects.bulk_create(
        Comparison(
            at=clock.now() - timedelta(minutes=place),
            client_id=vera.pk,
            kind="certain",
            likely=[[vera.pk, ALIKE, False]],
            weights="1",
        )
        for place in range(210)
    )
    others = Client.objects.bulk_create([Client() for _one in range(60)])
    decided = {"state": "apart", "decided_by": olga, "decided_at": clock.now()}
    reasons = [[term, 1, "", "", amount] for term, amount in ALIKE.items()]
    Suspicion.objects.bulk_create(
        Suspicion(client=one, other=vera, probability=0.9, reasons=reasons, weights="1", **decided) for one in others
    )


@pytest.mark.parametrize("width", [1440, 390])
def test_a_threshold_is_chosen_and_taken_back(open_page, accessible, compared, roza, width):
    page = open_page(roza, "/duplicates/", width=width)
    page.get_by_role("link", name="Порог уверенности").click()
    expect(page.get_by_role("heading", name="Обращение присоединяется само при уверенности от 75 %")).to_be_visible()
    accessible(page)
    page.locator("[data-step='99']").click()
    expect(page.get_by_role("heading", name="Кого это коснётся")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Выбрать этот порог").click()
    expect(page.get_by_role("heading", name="Обращение присоединяется само при уверенности от 99 %")).to_be_visible()
    assert in_force.now().certain == 0.99
    page.get_by_role("button", name="Вернуть 75 %").click()
    expect(page.get_by_role("heading", name="Обращение присоединяется само при уверенности от 75 %")).to_be_visible()
    assert in_force.now().certain == 0.75
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_attached_request_is_said_to_be_somebody_elses(open_page, compared, roza):
    page = open_page(roza, "/duplicates/sureness/")
    page.get_by_role("button", name="Другой человек").first.click()
    expect(page.get_by_text("проверено: 1, ошибок: 1").first).to_be_visible()
    page.get_by_role("button", name="Отменить").click()
    expect(page.get_by_text("пока никто не проверял").first).to_be_visible()


def test_weights_learn_from_decisions(open_page, accessible, compared, roza):
    page = open_page(roza, "/duplicates/sureness/")
    page.get_by_role("button", name="Рассчитать веса").click()
    expect(page.get_by_text("Веса рассчитываются")).to_be_visible()
    refitting.go_on()
    page.reload()
    expect(page.get_by_role("heading", name="На этих решениях")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Принять").click()
    expect(page.get_by_text("обучены на решениях").first).to_be_visible()
    newest = in_force.newest()
    assert newest
    assert newest.why == "learnt"
