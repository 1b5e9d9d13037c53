"""A client's page shows what he and we have written: pictures, sound, edits, and whether ours has arrived."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations import messages, reach
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.models import Attachment, ChannelAccount, Message
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take import take
from svyazka.business.intake.ways_in import FileSent, MessageEdited, MessageReceived
from svyazka.kit import clock, secrets

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ACCOUNT = "telegram/main"


@pytest.fixture
def written(vera, olga, attachments_root):
    """Vera has sent pictures, a voice message, a plan and a place; two answers of ours, one of which did not go out."""
    given = {"secret": secrets.lock_away("1:x"), "nick": "okna_bot"}
    ChannelAccount.objects.filter(code=ACCOUNT).update(**given)
    ContactPoint.objects.create(client=vera, kind="telegram", account=ACCOUNT, value="5", shown="@vera_p")
    now = clock.now()

    def came(number, text="", *, ago, **besides):
        message = MessageReceived("telegram", "5", str(number), now - timedelta(minutes=ago), text=text, **besides)
        take([message], arrival=Arrival(pk=7, account=ACCOUNT, received_at=now))

    came(1, "Здравствуйте! Сколько стоит остеклить балкон?", ago=50)
    take([MessageEdited("5", "1", now - timedelta(minutes=49), "Здравствуйте! Сколько стоит остеклить лоджию?")],
         arrival=Arrival(pk=7, account=ACCOUNT, received_at=now))  # fmt: skip
    pictures = tuple(FileSent("photo", content=picture(size)) for size in ((1200, 900), (700, 1200)))
    came(2, "Вот она", ago=40, files=pictures)
    came(3, ago=30, files=(FileSent("voice", content=b"OggS" + b"\0" * 3000, seconds=14),))
    plan = FileSent(
        "document", content=b"%PDF-1.7 " + b"x" * 90_000, name="План квартиры, второй этаж, исправленный.pdf"
    )
    came(4, ago=29, files=(plan, FileSent("document", content=b"MZ", name="virus.exe"), FileSent("photo", {"a": 1})))
    came(5, ago=20, place=(55.7558, 37.6173))
    reach.heard(ACCOUNT, "5", at=now, address={})
    sent = messages.say(vera.pk, "Добрый день! Посчитали.", account=ACCOUNT, user_id="5", by=olga,
                        files=[Attached("Смета.pdf", "application/pdf", b"%PDF-1.7")])  # fmt: skip
    Message.objects.filter(pk=sent.pk).update(state="delivered", try_at=None)
    failed = messages.say(vera.pk, "Когда вам удобно?", account=ACCOUNT, user_id="5", by=olga)
    Message.objects.filter(pk=failed.pk).update(state="unsure", reason=messages.NO_ANSWER, try_at=None)
    Attachment.objects.update(try_at=None)
    return vera


def picture(size):
    made = BytesIO()
    image = Image.new("RGB", size, "#8899aa")
    ImageDraw.Draw(image).rectangle((size[0] // 4, size[1] // 5, size[0] * 3 // 4, size[1] * 4 // 5), fill="white")
    image.save(made, "JPEG")
    return made.getvalue()


def overflows(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_the_history_shows_what_was_sent(written, open_page, accessible, olga):
    page = open_page(olga, f"/clients/{written.pk}/")
    shown = page.locator(".timeline .files img")
    expect(shown).to_have_count(2)
    for number in range(2):
        shown.nth(number).scroll_into_view_if_needed()
        page.wait_for_function("one => one.naturalWidth > 0", arg=shown.nth(number).element_handle())
    assert page.locator(".timeline audio").get_attribute("aria-label") == "Голосовое сообщение"
    expect(page.get_by_text("Это программа или страница")).to_be_visible()
    expect(page.locator(".chip.warn", has_text="возможно, отправлено")).to_be_visible()
    page.get_by_text("изменено").click()
    expect(page.get_by_text("Сколько стоит остеклить балкон?")).to_be_visible()
    page.get_by_role("button", name="Ссылки на наши чаты").click()
    expect(page.get_by_text("Других наших ботов нет.")).to_be_visible()
    accessible(page)


def test_on_a_phone_nothing_of_it_sticks_out(written, open_page, accessible, olga):
    page = open_page(olga, f"/clients/{written.pk}/", width=390, dark=True)
    expect(page.locator(".timeline .files img")).to_have_count(2)
    assert not overflows(page)
    accessible(page)
