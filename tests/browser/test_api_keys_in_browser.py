"""An administrator gives a program a key, the program comes in by it, and stands outside once it is revoked."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


def test_a_key_is_given_used_and_revoked(open_page, accessible, anna, olga, live_server, vera):
    page = open_page(anna, "/office/api-keys/")
    accessible(page)
    page.get_by_label("Какая программа").fill("Сайт")
    page.get_by_label("Действует как").select_option(str(olga.pk))
    page.get_by_role("button", name="Создать ключ").click()
    told = page.get_by_role("status").filter(has_text="Скопируйте ключ сейчас")
    key = told.locator("pre").first.inner_text()
    accessible(page)
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "ru"}
    with httpx.Client(base_url=f"{live_server.url}/api/v1", headers=headers, trust_env=False) as program:
        number = vera.contact_points.get(kind="phone").value
        sent = program.post("/requests", json={"id": "1", "phones": [number], "name": vera.name, "message": "Балкон"})
        assert (sent.status_code, sent.json()["client"]) == (201, vera.pk)
        page.goto(f"/clients/{vera.pk}/")
        expect(page.get_by_text("Балкон")).to_be_visible()
        page.goto("/office/api-keys/")
        expect(page.get_by_text("последний запрос")).to_be_visible()
        assert key not in page.content()
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Отозвать").click()
        expect(page.get_by_text("отозван", exact=True)).to_be_visible()
        assert program.get("/clients", params={"phone": number}).status_code == 401
