"""A client agrees, takes it back, and asks what is known of him."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.personal_data import files

pytestmark = pytest.mark.slow


def test_a_consent_is_taken_down_and_withdrawn_where_he_is_spoken_with(open_page, olga, vera):
    page = open_page(olga, f"/clients/{vera.pk}/")
    consents = page.locator("#consents")
    consents.get_by_text("Клиент дал согласие…").click()
    consents.get_by_label("Как").select_option("paper")
    consents.get_by_role("button", name="Записать").click()
    expect(consents).to_contain_text("на бумаге, Ольга Белова")
    page.on("dialog", lambda dialog: dialog.accept())
    consents.get_by_role("button", name="Отозвать").click()
    expect(consents).to_contain_text("отозвано")


def test_his_data_are_asked_for_and_fetched(open_page, accessible, anna, vera, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    page = open_page(anna, f"/clients/{vera.pk}/")
    page.get_by_role("link", name="Данные клиента").click()
    page.get_by_role("button", name="Подготовить файл").click()
    expect(page.locator("#data-files")).to_contain_text("готовится")
    accessible(page)
    files.go_on()
    page.reload()
    with page.expect_download() as came:
        page.get_by_role("link", name="Скачать").click()
    assert came.value.suggested_filename.startswith(f"client-{vera.pk}-")
