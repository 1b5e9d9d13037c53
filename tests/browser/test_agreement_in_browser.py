"""A client signs on the engineer's phone, also without signal, and on his own."""

from __future__ import annotations

from random import Random
from uuid import uuid4

import pytest
from django.templatetags.static import static
from playwright.sync_api import expect

from svyazka.business.agreements import agreeing, links, terms
from svyazka.business.agreements.models import Agreement
from svyazka.business.sheets import sheets
from svyazka.business.sheets.conftest import SITE, WHOLE, added, put
from svyazka.business.sheets.models import FormKind
from svyazka.business.visits.models import Action
from svyazka.engines.sheets import made_up
from svyazka.engines.sheets.digest import agreed, digest
from svyazka.engines.sheets.read import read
from tests.browser.test_field_without_signal import cut, files, line, mend, phone, until, visit, waits  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KEPT = """async (url) => {
  for (const name of await caches.keys()) if (await (await caches.open(name)).match(url)) return true;
  return false;
}"""
DIGESTS = """async ([address, form, cases]) => {
  const { agreed, digest } = await import(address);
  return cases.map((answers) => digest(agreed(form, answers)));
}"""


@pytest.fixture
def form(windows):
    return FormKind.objects.get(code="measurement")


@pytest.fixture
def save(visit, form, egor):  # noqa: F811
    def send(*edits, by=egor):
        return sheets.save(visit, sheets.Sent(form, 1, list(edits), uuid4()), by=by)

    return send


@pytest.fixture
def whole(save):
    return save(added("row-1", **WHOLE), *(put(field, None, value) for field, value in SITE.items()))


@pytest.fixture
def own(visit):  # noqa: F811
    return f"/field/visits/{visit.pk}/forms/measurement/"


def draw(page):
    """Two strokes, as a hand makes them."""
    glass = page.locator(".signature-glass")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    for begin in (0.1, 0.5):
        for step in range(12):
            x = box["x"] + box["width"] * (begin + step * 0.03)
            y = box["y"] + box["height"] * (0.3 + 0.4 * (step % 2))
            page.mouse.move(x, y)
            if step == 0:
                page.mouse.down()
        page.mouse.up()


def sign(page):
    page.get_by_label("Имя того, кто подписывает").wait_for()
    page.locator("label.check").click()
    draw(page)
    page.get_by_role("button", name="Подписать").click()


def test_the_phone_and_the_house_have_the_same_word_for_the_same_content(open_page, windows, egor, own, form):
    page = open_page(egor, own)
    for one in FormKind.objects.all():
        definition = one.versions.get().definition
        read_form, _faults = read(definition)
        cases = [made_up.answers(read_form, Random(seed)) for seed in range(200)]
        told = page.evaluate(DIGESTS, [static("sheets/digest.js"), definition, cases])
        assert told == [digest(agreed(read_form, answers)) for answers in cases]


def test_w9_signed_without_signal_it_arrives_once(phone, line, windows, egor, own, form, whole, visit):  # noqa: F811
    terms.change(form, {"ru": "Гарантия 5 лет.", "en": "Five years of guarantee."}, by=windows["anna"])
    page = phone(egor)
    until(page, KEPT, f"{own}agreement/")
    cut(page, line)
    page.goto(own)
    page.get_by_label("Этаж").fill("1")
    page.goto(f"{own}agreement/")
    expect(page.get_by_text("Гарантия 5 лет.")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("Five years of guarantee.")).to_be_visible()
    page.get_by_role("button", name="Русский").click()
    page.get_by_label("Договорились ещё").fill("Подоконники белые")
    page.get_by_role("button", name="Подписать").click()
    expect(page.get_by_text("Подписи нет")).to_be_visible()
    sign(page)
    expect(page.get_by_text("Подписано. Спасибо!")).to_be_visible()
    assert not Agreement.objects.exists()
    page.reload()
    expect(page.get_by_text("Подписано. Спасибо!")).to_be_visible()
    mend(page, line)
    waits(page, 0)
    expect(page.get_by_text("В офисе уже есть.")).to_be_visible()
    made = Agreement.objects.get()
    assert (made.outcome, made.content["besides"], len(made.strokes)) == ("signed", "Подоконники белые", 2)
    assert made.content["terms"] == "Гарантия 5 лет."
    assert Action.objects.filter(kind="agreement").count() == 1


def test_what_was_typed_without_signal_and_signed_is_what_the_house_keeps(phone, line, egor, own, whole):  # noqa: F811
    page = phone(egor)
    until(page, KEPT, f"{own}agreement/")
    until(page, KEPT, own)
    cut(page, line)
    page.goto(own)
    page.get_by_label("Примечание").fill("домофон 12")
    waits(page, 1)
    page.goto(f"{own}agreement/")
    expect(page.get_by_text("домофон 12")).to_be_visible()
    sign(page)
    expect(page.get_by_text("Подписано. Спасибо!")).to_be_visible()
    mend(page, line)
    waits(page, 0)
    made = Agreement.objects.get()
    assert made.content["answers"]["site"]["site_note"] == "домофон 12"
    assert agreeing.changed_since(made) == []


def test_once_signed_another_one_is_offered_only_when_something_is_different(phone, egor, own, whole):  # noqa: F811
    page = phone(egor, path=f"{own}agreement/")
    sign(page)
    expect(page.get_by_text("В офисе уже есть.")).to_be_visible()
    page.goto(f"{own}agreement/")
    expect(page.get_by_text("с тех пор в форме ничего не изменилось")).to_be_visible()
    expect(page.locator("signature-pad")).to_have_count(0)
    page.get_by_role("button", name="Договорились ещё о чём-то").click()
    expect(page.locator("signature-pad")).to_have_count(1)
    page.goto(own)
    page.get_by_label("Этаж").fill("2")
    page.locator(".sheet-saved.good").wait_for()
    page.goto(f"{own}agreement/")
    expect(page.locator("field-agreement .told-facts").first).to_be_visible()
    expect(page.get_by_text("с тех пор в форме ничего не изменилось")).to_have_count(0)


def test_changed_meanwhile_the_phone_is_told(phone, line, egor, ilya, own, whole, save):  # noqa: F811
    page = phone(egor)
    until(page, KEPT, f"{own}agreement/")
    cut(page, line)
    page.goto(f"{own}agreement/")
    sign(page)
    expect(page.get_by_text("Подписано. Спасибо!")).to_be_visible()
    save(put("floor", 1, 9), by=ilya)
    mend(page, line)
    expect(page.get_by_text("Пока телефон был без связи")).to_be_visible()
    assert (Agreement.objects.count(), Action.objects.get(kind="agreement").outcome) == (0, "beside")


def test_what_is_not_whole_cannot_be_signed(open_page, egor, own, save):
    save(added("row-1"))
    page = open_page(egor, f"{own}agreement/", width=320, height=640, touch=True)
    expect(page.get_by_text("Подписать пока нельзя")).to_be_visible()
    assert page.locator("signature-pad").count() == 0


def test_signing_by_link_on_a_small_phone_held_upright_and_across(open_page, accessible, windows, visit, whole):  # noqa: F811
    made = agreeing.offer(visit, agreeing.of_sheet(whole, "ru"), request_id=uuid4(), by=windows["olga"])
    page = open_page(None, f"/a/{links.link_of(made).split('/')[-2]}/", width=320, height=568, touch=True)
    accessible(page)
    draw(page)
    before = page.locator(".signature-ink").get_attribute("d")
    page.set_viewport_size({"width": 568, "height": 320})
    assert page.locator(".signature-ink").get_attribute("d") == before
    page.get_by_role("button", name="Отменить").click()
    assert page.locator(".signature-ink").get_attribute("d").count("M") == 1
    page.get_by_role("button", name="Очистить").click()
    draw(page)
    page.locator("label.check").click()
    page.get_by_role("button", name="Подписать").click()
    expect(page.get_by_text("Подписано. Спасибо!")).to_be_visible()
    assert Agreement.objects.get().way == "link"


def test_a_link_in_wrong_hands_is_revoked_and_another_one_given(open_page, accessible, windows, visit, whole):  # noqa: F811
    made = agreeing.offer(visit, agreeing.of_sheet(whole, "ru"), request_id=uuid4(), by=windows["olga"])
    old = f"/a/{links.link_of(made).split('/')[-2]}/"
    client = open_page(None, old, width=390, height=844, touch=True)
    expect(client.get_by_role("button", name="Подписать")).to_be_visible()
    office = open_page(windows["olga"], f"/agreements/{made.pk}/")
    office.get_by_role("button", name="Отозвать ссылку").click()
    expect(office.get_by_text("отозвана")).to_be_visible()
    expect(office.get_by_role("button", name="Ссылка для клиента")).to_have_count(0)
    client.reload()
    expect(client.get_by_role("button", name="Подписать")).to_have_count(0)
    accessible(client)
    office.get_by_role("button", name="Создать новую ссылку").click()
    expect(office.get_by_role("button", name="Ссылка для клиента")).to_be_visible()
    made.refresh_from_db()
    new = f"/a/{links.link_of(made).split('/')[-2]}/"
    assert new != old
    client.reload()
    expect(client.get_by_role("button", name="Подписать")).to_have_count(0)
    client.goto(new)
    draw(client)
    client.locator("label.check").click()
    client.get_by_role("button", name="Подписать").click()
    expect(client.get_by_text("Подписано. Спасибо!")).to_be_visible()


def test_everybody_can_read_and_sign(open_page, accessible, windows, egor, own, form, whole, visit):  # noqa: F811
    terms.change(form, {"ru": "Гарантия 5 лет."}, by=windows["anna"])
    page = open_page(egor, f"{own}agreement/", width=390, height=844, touch=True)
    page.get_by_label("Имя того, кто подписывает").wait_for()
    accessible(page)
    page.goto(f"/field/visits/{visit.pk}/agreed/")
    accessible(page)
