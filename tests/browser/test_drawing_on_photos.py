"""Drawing on a photo: by mouse and by fingers, with and without signal; the office sees it over the photo."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from django.core.files import File
from PIL import Image
from playwright.sync_api import expect

from svyazka.business.visits import drawings, findings
from svyazka.business.visits.models import PhotoDrawing, VisitPhoto
from tests.browser.test_field_without_signal import cut, files, line, mend, phone, ready, visit  # noqa: F401

pytestmark = pytest.mark.slow
FINGERS = """async ([one, other, spread]) => {
  const paper = document.querySelector(".board-paper");
  const tell = (type, pointerId, [clientX, clientY]) => {
    const button = type === "pointermove" ? -1 : 0;
    const given = { pointerId, pointerType: "touch", clientX, clientY, button, bubbles: true };
    paper.dispatchEvent(new PointerEvent(type, given));
  };
  paper.setPointerCapture = () => {};
  tell("pointerdown", 1, one);
  tell("pointerdown", 2, other);
  for (let step = 1; step <= 5; step += 1) tell("pointermove", 2, [other[0] + (spread * step) / 5, other[1]]);
  tell("pointerup", 2, [other[0] + spread, other[1]]);
  tell("pointerup", 1, one);
  return document.querySelector(".board-sheet").getBoundingClientRect().width;
}"""


@pytest.fixture
def shot(tmp_path):
    path = tmp_path / "opening.jpg"
    Image.new("RGB", (1600, 1200), "slategray").save(path)
    return path


def until(page, comes_true, *, seconds=20):
    deadline = time.monotonic() + seconds
    while not comes_true():
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def drag(page, start, end):
    """In shares of the photo."""
    box = page.locator(".board-sheet").bounding_box()
    for at, (x, y) in enumerate((start, end)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=1 if at == 0 else 6)
        if at == 0:
            page.mouse.down()
    page.mouse.up()


def take(page, tool):
    page.get_by_role("radio", name=tool, exact=True).check(force=True)


def test_a_measure_an_arrow_and_words_are_drawn_and_the_office_sees_them(open_page, egor, dina, visit, shot):  # noqa: F811
    page = open_page(egor, f"/field/visits/{visit.pk}/", width=390, height=844)
    page.set_input_files("#pictures", shot)
    page.locator(".photos:not([data-photos-waiting]) [data-draws]").wait_for()
    page.get_by_role("button", name="Рисовать на фото 1").click()
    drag(page, (0.1, 0.2), (0.4, 0.5))
    take(page, "Линия с размером")
    page.locator("label", has=page.locator("[value=yellow]")).click()
    drag(page, (0.1, 0.8), (0.9, 0.8))
    page.locator("#board-typed").fill("1200")
    page.get_by_role("button", name="Готово").click()
    assert "1200 мм" in page.locator(".board .photo-lines text").all_text_contents()
    take(page, "Надпись")
    drag(page, (0.5, 0.3), (0.5, 0.3))
    page.locator("#board-typed").fill("трещина <b>")
    page.keyboard.press("Enter")
    take(page, "Стрелка")
    drag(page, (0.8, 0.1), (0.6, 0.3))
    assert page.locator(".board .shape").count() == 4
    page.get_by_role("button", name="Отменить", exact=True).click()
    assert page.locator(".board .shape").count() == 3
    page.get_by_role("button", name="Вернуть", exact=True).click()
    take(page, "Убрать одно")
    drag(page, (0.25, 0.35), (0.25, 0.35))
    assert page.locator(".board .shape").count() == 3
    page.locator(".board").get_by_role("button", name="Сохранить").click()
    until(page, lambda: PhotoDrawing.objects.count() == 1)
    drawn = PhotoDrawing.objects.get().content
    assert (drawn["width"], drawn["height"]) == (1600, 1200)
    assert [(one["kind"], one.get("mm"), one.get("text"), one["colour"]) for one in drawn["shapes"]] == [
        ("measure", 1200, None, "yellow"),
        ("text", None, "трещина <b>", "yellow"),
        ("arrow", None, None, "yellow"),
    ]
    expect(page.locator("photo-drawing svg .shape")).to_have_count(3)
    office = open_page(dina, f"/visits/photos/{VisitPhoto.objects.get().pk}/")
    expect(office.locator("photo-drawing svg text").first).to_have_text("1200 мм")
    assert "трещина <b>" in office.locator("photo-drawing svg text").all_text_contents()


def test_it_is_drawn_without_signal_on_a_photo_that_waits_and_comes_in_order(phone, line, egor, visit, shot):  # noqa: F811
    page = phone(egor, path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    cut(page, line)
    page.set_input_files("#pictures", shot)
    page.get_by_role("button", name="Рисовать на фото, которое ждёт отправки").click()
    drag(page, (0.2, 0.2), (0.7, 0.7))
    page.locator(".board").get_by_role("button", name="Сохранить").click()
    expect(page.locator("[data-photos-waiting] photo-drawing svg .shape")).to_have_count(1)
    page.reload()
    expect(page.locator("[data-photos-waiting] photo-drawing svg .shape")).to_have_count(1)
    mend(page, line)
    until(page, lambda: PhotoDrawing.objects.count() == 1)
    assert PhotoDrawing.objects.get().photo == VisitPhoto.objects.get()


def test_a_photo_is_seen_large_with_what_was_drawn_also_without_signal(phone, line, accessible, egor, visit, shot):  # noqa: F811
    with shot.open("rb") as file:
        photo = findings.add_photo(visit, File(file), request_id=uuid4(), by=egor)
    measure = {"kind": "measure", "colour": "yellow", "thick": 2, "points": [100, 900, 1500, 900], "mm": 1200}
    drawings.draw(photo, {"width": 1600, "height": 1200, "shapes": [measure]}, by=egor)
    page = phone(egor, path=f"/field/visits/{visit.pk}/")
    ready(page, visit)
    page.get_by_role("img", name="Фото 1").scroll_into_view_if_needed()
    until(page, lambda: page.evaluate("document.querySelector('.photos img').naturalWidth") > 0)
    cut(page, line)
    page.get_by_role("img", name="Фото 1").click()
    large = page.get_by_role("dialog", name="Фото 1")
    expect(large.locator(".photo-lines text").first).to_have_text("1200 мм")
    assert large.locator("img").bounding_box()["width"] >= 380
    accessible(page)
    large.get_by_role("button", name="Закрыть").click()
    expect(large).to_have_count(0)
    mend(page, line)


def test_two_fingers_enlarge_and_draw_nothing(open_page, egor, visit, shot):  # noqa: F811
    page = open_page(egor, f"/field/visits/{visit.pk}/", width=390, height=844, touch=True)
    page.set_input_files("#pictures", shot)
    page.get_by_role("button", name="Рисовать на фото 1").click()
    page.locator(".board .photo-lines").wait_for(state="attached")
    box = page.locator(".board-paper").bounding_box()
    middle = [box["x"] + 150, box["y"] + box["height"] / 2]
    before = page.locator(".board-sheet").bounding_box()["width"]
    after = page.evaluate(FINGERS, [middle, [middle[0] + 60, middle[1]], 90])
    assert after > 2 * before
    assert page.locator(".board .shape").count() == 0
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Оставить как было").click()
    expect(page.locator(".board")).to_be_hidden()


def test_drawing_on_a_photo_of_the_form(open_page, egor, visit, shot):  # noqa: F811
    page = open_page(egor, f"/field/visits/{visit.pk}/forms/measurement/", width=390, height=844)
    page.set_input_files("#f-site_photos", shot)
    page.get_by_role("button", name="Рисовать на фото 1").click()
    drag(page, (0.2, 0.2), (0.7, 0.7))
    page.locator(".board").get_by_role("button", name="Сохранить").click()
    expect(page.locator(".shots .photo-lines .shape")).to_have_count(1)
    until(page, lambda: PhotoDrawing.objects.count() == 1)
    page.reload()
    expect(page.locator(".shots .photo-lines .shape")).to_have_count(1)
    page.get_by_role("button", name="Рисовать на фото 1").click()
    drag(page, (0.2, 0.8), (0.7, 0.8))
    page.locator(".board").get_by_role("button", name="Сохранить").click()
    until(page, lambda: PhotoDrawing.objects.count() == 2)
    assert len(PhotoDrawing.objects.first().content["shapes"]) == 2
    page.get_by_role("button", name="Убрать фото 1").click()
    expect(page.locator(".shots .photo-lines")).to_have_count(0)
