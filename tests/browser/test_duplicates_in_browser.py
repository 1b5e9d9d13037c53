"""Who may be one: decided with the mouse and with the keyboard, one by one and many at once, and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.clients.matching import filing, whose
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates import searching
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.duplicates.suspicions import suspect

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pairs(windows, olga, mikhail) -> list[Suspicion]:
    """Three times a new one with the telephone of somebody of the same surname whom Mikhail knows."""
    made = []
    phones = ("+79167650011", "+79031234567", "+79265550909")
    for name, phone in zip(("Иванова", "Орлова", "Зуева"), phones, strict=True):
        two = [Client.objects.create(name=f"{name} {first}") for first in ("Анна", "Вера")]
        for one in two:
            ContactPoint.objects.create(client=one, kind="phone", value=phone)
        filing.file([one.pk for one in two])
        open_deal(two[0], responsible=mikhail, by=olga)
        made += suspect(two[1], whose.like(two[1].pk), deal=open_deal(two[1], by=olga), by=olga)
    return made


def states() -> list[str]:
    return sorted(Suspicion.objects.values_list("state", flat=True))


def test_decided_with_the_keyboard_and_taken_back(open_page, accessible, pairs, mikhail):
    page = open_page(mikhail, "/duplicates/")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(3)
    expect(page.locator("#own-duplicates")).to_have_text("3")
    accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(rows).to_have_count(2)
    expect(page.locator("#own-duplicates")).to_have_text("2")
    assert states() == ["apart", "open", "open"]
    page.locator("#toasts").get_by_role("button", name="Отменить").click()
    expect(rows).to_have_count(3)
    assert states() == ["open"] * 3
    page.locator("[data-open]").first.focus()
    page.keyboard.press("3")
    page.get_by_role("button", name="Завтра в 9:00").click()
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Отложенные").click()
    expect(rows).to_have_count(1)


def test_many_at_once_and_all_of_them_back(open_page, pairs, mikhail):
    page = open_page(mikhail, "/duplicates/")
    page.locator("[data-all]").check()
    page.get_by_role("button", name="Это одни и те же").click()
    dialog = page.get_by_role("dialog", name="Подробности")
    expect(dialog).to_contain_text("3 пары будут объединены")
    dialog.get_by_role("button", name="Объединить").click()
    expect(page.get_by_role("heading", name="Дублей, о которых надо решить, нет")).to_be_visible()
    assert states() == ["same"] * 3
    page.locator("#toasts").get_by_role("button", name="Отменить").click()
    expect(page.locator("[data-row]")).to_have_count(3)
    assert not Client.objects.exclude(merged_into=None).exists()


def test_the_page_of_a_deal_says_it_and_the_same_buttons_answer(open_page, pairs, mikhail):
    page = open_page(mikhail, f"/deals/{pairs[0].deal_id}/", width=390)
    banner = page.get_by_role("region", name="Возможно, тот же клиент")
    expect(banner).to_contain_text("Иванова Анна")
    banner.get_by_role("button", name="Другой человек").click()
    expect(banner).to_be_hidden()
    assert Suspicion.objects.get(pk=pairs[0].pk).state == "apart"


def test_a_search_through_the_whole_base(open_page, accessible, windows, roza):
    for name in ("Иванова Анна", "Анна Иванова"):
        one = Client.objects.create(name=name)
        ContactPoint.objects.create(client=one, kind="phone", value="+79167654321")
    page = open_page(roza, "/duplicates/searches/")
    accessible(page)
    page.get_by_role("button", name="Начать поиск").click()
    expect(page.get_by_role("heading", name="База просматривается")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Уверенно 1")).to_be_visible()
    accessible(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Объединить все уверенные").click()
    expect(page.get_by_role("heading", name="Объединяются уверенные пары")).to_be_visible()
    work()
    page.get_by_role("button", name="Отменить 1 объединение").click()
    expect(page.get_by_role("heading", name="Объединения отменяются")).to_be_visible()
    work()
    expect(page.get_by_text("отменено", exact=True)).to_be_visible()
    assert not Client.objects.exclude(merged_into=None).exists()


def work() -> None:
    while searching.go_on():
        pass
