"""A client agrees, takes it back, and asks what is known of him."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.clients import history
from svyazka.business.personal_data import erasing, files

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


def test_a_client_is_erased_and_the_act_is_fetched(open_page, accessible, anna, vera, olga, tmp_path, settings):
    settings.MEDIA_ROOT, settings.ERASED_LIST = tmp_path, tmp_path / "erased.jsonl"
    history.note(vera.pk, "Просила больше не звонить", deal_id=None, by=olga)
    page = open_page(anna, f"/clients/{vera.pk}/data/")
    page.get_by_role("link", name="Уничтожить…").click()
    expect(page.get_by_role("heading", name="Что удаляется")).to_be_visible()
    accessible(page)
    page.get_by_label("Причина").select_option("withdrawn")
    page.get_by_label("Номер клиента ещё раз").fill("17000")
    page.get_by_role("button", name="Уничтожить безвозвратно").click()
    expect(page.get_by_text("Введите номер клиента: ничего не уничтожено.")).to_be_visible()
    page.get_by_label("Номер клиента ещё раз").fill(str(vera.pk))
    page.get_by_role("button", name="Уничтожить безвозвратно").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    while erasing.go_on():
        pass
    page.reload()
    expect(page.get_by_text("Данные уничтожены")).to_be_visible()
    page.get_by_role("link", name="Акты, журналы и архивы").click()
    expect(page.get_by_text(f"Клиент № {vera.pk}")).to_be_visible()
    accessible(page)
    with page.expect_download() as came:
        page.get_by_role("link", name="Акт", exact=True).click()
    assert came.value.suggested_filename.endswith(".pdf")
    page.goto(page.url.split("/office")[0] + f"/clients/{vera.pk}/")
    expect(page.get_by_role("heading", name=f"Клиент {vera.pk}")).to_be_visible()
