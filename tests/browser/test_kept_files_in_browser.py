"""Files are put on a deal in a real browser: chosen, dropped, pasted, over a line that breaks."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from svyazka.business.files.models import KeptFile, Upload
from svyazka.business.files.test_keeping import PDF, picture
from svyazka.business.files.uploads import PIECE
from svyazka.business.visits.conftest import deal  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FILM = b"\0\0\0\x18ftypmp42" + os.urandom(2 * PIECE)
DROP = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name));
  const panel = document.querySelector(".kept-files");
  for (const kind of ["dragenter", "dragover", "drop"])
    panel.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""
PASTE = """(bytes) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: carried }));
}"""


def chosen(page, *files):
    given = [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
    page.locator(".kept-files input[type=file]").set_input_files(given)


@pytest.fixture
def page(open_page, olga, deal, kept_root):  # noqa: F811
    opened = open_page(olga, f"/deals/{deal.pk}/")
    expect(opened.locator(".files-list")).to_contain_text("Файлов пока нет")
    return opened


def test_several_at_once_each_says_what_becomes_of_it(page, accessible):
    chosen(page, ("Смета.pdf", PDF), ("вирус.exe", b"MZ"), ("Фото.jpg", PDF + b"1"))
    expect(page.locator(".files .file-name")).to_have_text(["Смета.pdf"])
    expect(page.locator(".coming .bad")).to_have_count(2)
    expect(page.locator(".coming")).to_contain_text("«вирус.exe»: это программа, скрипт или страница")
    expect(page.locator(".coming")).to_contain_text("«Фото.jpg» — не то, чем называется")
    accessible(page)
    for left in (1, 0):
        page.locator(".coming .bad .button").first.click()
        expect(page.locator(".coming .bad")).to_have_count(left)
    expect(page.locator(".coming")).to_be_hidden()


def test_a_file_is_dropped_and_a_picture_pasted(page):
    page.evaluate(DROP, ["план.dxf", "  0\nSECTION\n"])
    expect(page.locator(".files .file-name")).to_have_text(["план.dxf"])
    page.evaluate(PASTE, list(picture()))
    expect(page.locator(".files .file-name").first).to_contain_text("Снимок")
    assert KeptFile.objects.filter(type="image/png").count() == 1


def test_over_a_line_that_breaks_a_large_one_goes_on_where_it_was(page):
    broken = []

    def breaks(route):
        if "from=0" in route.request.url or broken:
            return route.continue_()
        broken.append(route.request.url)
        return route.abort()

    page.route("**/uploads/*/?from=*", breaks)
    chosen(page, ("кино.mp4", FILM))
    expect(page.locator(".files .file-name")).to_have_text(["кино.mp4"], timeout=15_000)
    assert (len(broken), KeptFile.objects.get().size, Upload.objects.get().pieces) == (1, len(FILM), 3)


def test_what_is_on_its_way_can_be_called_off(page):
    page.route("**/uploads/*/?from=*", lambda route: route.continue_() if "from=0" in route.request.url else None)
    chosen(page, ("кино.mp4", FILM))
    expect(page.locator(".coming .said")).to_contain_text("%")
    page.wait_for_function("Number(document.querySelector('.coming progress').value) >= 4194304")
    page.locator(".coming .button").click()
    expect(page.locator(".coming")).to_be_hidden()
    page.wait_for_timeout(300)
    assert Upload.objects.count() == 0


def test_a_file_is_renamed_removed_and_put_back(page):
    chosen(page, ("Смета.pdf", PDF))
    page.get_by_role("button", name="Изменить: Смета.pdf").click()
    page.locator("#file-name").fill("Договор")
    page.locator("#file-tag").fill("важное")
    page.locator("#file-panel").get_by_role("button", name="Сохранить").click()
    expect(page.locator(".files .file-name")).to_have_text(["Договор.pdf"])
    expect(page.locator(".files .chip")).to_have_text(["важное"])
    page.get_by_role("button", name="Изменить: Договор.pdf").click()
    page.locator("#file-panel").get_by_role("button", name="Удалить").click()
    expect(page.locator(".files-removed summary")).to_have_text("Удалён: 1")
    page.locator(".files-removed summary").click()
    page.get_by_role("button", name="Вернуть").click()
    expect(page.locator(".files .file-name")).to_have_text(["Договор.pdf"])
