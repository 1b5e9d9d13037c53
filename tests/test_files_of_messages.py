"""Files that come with messages: fetched from the stand-in, looked at, kept, and shown to whoever sees clients."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from svyazka.business.conversations import bots, fetching, messages
from svyazka.business.conversations.models import Attachment, Message
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take import take
from svyazka.business.intake.ways_in import FileSent, MessageReceived
from svyazka.kit import clock, small_pictures
from tests.test_sending_messages import account, chat, peer, say  # noqa: F401


def picture(side=1200):
    made = BytesIO()
    Image.new("RGB", (side, side // 2), "teal").save(made, "JPEG")
    return made.getvalue()


@pytest.fixture
def came(peer, account, chat):  # noqa: F811
    def take_in(kind, content, **besides):
        sent = FileSent(kind, {"file_id": peer.file(content)["file_id"]}, **besides)
        message = MessageReceived("telegram", "5", str(Message.objects.count()), clock.now(), files=(sent,))
        take([message], arrival=Arrival(pk=7, account=account.code, received_at=clock.now()))
        return Attachment.objects.latest("pk")

    return take_in


def fetch(attachment):
    Attachment.objects.exclude(try_at=None).update(try_at=clock.now() - timedelta(seconds=1))
    fetching.fetch_due(bots.reach)
    attachment.refresh_from_db()
    return attachment


def test_a_photo_is_kept_with_a_small_one_beside_it(came, enter, olga):
    photo = fetch(came("photo", picture()))
    assert (photo.state, photo.type, photo.try_at) == ("kept", "image/jpeg", None)
    browser = enter(olga)
    whole, small = (browser.get(f"/attachments/{photo.pk}/{rest}") for rest in ("", "small/"))
    assert (whole["Content-Type"], b"".join(whole)) == ("image/jpeg", picture())
    assert max(Image.open(BytesIO(small.content)).size) == small_pictures.SIDE
    assert whole["X-Content-Type-Options"] == "nosniff"


def test_the_client_page_shows_what_he_sent(came, enter, olga, vera):
    photo = fetch(came("photo", picture()))
    voice = fetch(came("voice", b"OggS" + b"\0" * 100, seconds=65))
    waiting = came("document", b"%PDF-1.7", name="План.pdf")
    page = enter(olga).get(f"/clients/{vera.pk}/").content.decode()
    assert f"/attachments/{photo.pk}/small/" in page
    assert f'<audio controls preload="none" src="/attachments/{voice.pk}/"' in page
    assert "1:05" in page
    assert "План.pdf" in page
    assert f"/attachments/{waiting.pk}/" not in page


def test_sound_comes_in_pieces(came, enter, olga):
    voice = fetch(came("voice", b"OggS" + b"\0" * 96))
    part = enter(olga).get(f"/attachments/{voice.pk}/", headers={"Range": "bytes=4-9"})
    assert (part.status_code, part["Content-Range"], part["Content-Type"]) == (206, "bytes 4-9/100", "audio/ogg")
    late = enter(olga).get(f"/attachments/{voice.pk}/", headers={"Range": "bytes=100-"})
    assert late.status_code == 416


def test_what_a_browser_cannot_show_is_saved_under_its_name(came, enter, olga):
    table = fetch(came("document", b"PK\x03\x04 no zip after all", name="Смета <1>.xlsx"))
    answer = enter(olga).get(f"/attachments/{table.pk}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00 program", b"\x7fELF", b"#!/bin/sh\nrm -rf /", b"<html><script>", b" <!-- x --><svg onload=x>", b""],
)
def test_a_program_or_a_page_is_not_kept(came, content):
    refused = fetch(came("photo", content, type="image/jpeg"))
    assert (refused.state, refused.stored, bool(refused.reason)) == ("refused", "", True)


def test_what_is_too_large_is_not_taken_whatever_it_says(came, settings):
    settings.LARGEST_ATTACHMENT = 1000
    assert came("document", b"", size=1001).state == "refused"
    assert fetch(came("document", b"x" * 1001, size=5)).state == "refused"
    assert fetch(came("document", b"x" * 1000)).state == "kept"


def test_a_file_that_is_gone_is_lost_in_words(came, peer, enter, olga, vera):  # noqa: F811
    gone = came("photo", picture())
    peer.files.clear()
    assert (fetch(gone).state, gone.try_at) == ("lost", None)
    assert "больше нет" in enter(olga).get(f"/clients/{vera.pk}/").content.decode()


def test_what_does_not_work_now_is_tried_again_with_growing_pauses(came, peer):  # noqa: F811
    photo = came("photo", picture())
    peer.is_broken = True
    pauses = []
    for _attempt in range(3):
        fetch(photo)
        pauses.append(round((photo.try_at - clock.now()).total_seconds()))
    assert (photo.state, pauses) == ("wanted", [10, 20, 40])
    peer.is_broken = False
    assert fetch(photo).state == "kept"
    lost = came("photo", picture())
    peer.is_broken = True
    Attachment.objects.filter(pk=lost.pk).update(tries=fetching.MOST_TRIES)
    assert fetch(lost).state == "lost"


def test_what_was_removed_meanwhile_leaves_nothing_in_the_store(came, attachments_root):
    photo = came("photo", picture())
    Attachment.objects.filter(pk=photo.pk).delete()
    fetching._write_down(photo, fetching.Came(BytesIO(picture())))
    assert [one for one in attachments_root.rglob("*") if one.is_file()] == []


def test_only_whoever_sees_clients_sees_their_files(came, enter, egor):
    photo = fetch(came("photo", picture()))
    for rest in ("", "small/"):
        assert enter(egor).get(f"/attachments/{photo.pk}/{rest}").status_code == 403


def test_of_what_is_not_here_there_is_no_page(came, enter, olga):
    pdf = fetch(came("document", b"%PDF-1.7"))
    wanted = came("photo", picture())
    browser = enter(olga)
    for address in (wanted.pk, f"{wanted.pk}/small", f"{pdf.pk}/small", 987_654):
        assert browser.get(f"/attachments/{address}/").status_code == 404


def test_the_history_says_whether_ours_has_arrived(vera, olga, enter, chat, peer):  # noqa: F811
    sent = say(vera, "Добрый день", olga)
    Message.objects.filter(pk=sent.pk).update(state="failed", reason=messages.refused("button_data_invalid"))
    page = enter(olga).get(f"/clients/{vera.pk}/").content.decode()
    assert '<span class="chip bad">не отправлено</span> Канал не принимает это сообщение. [button_data_invalid]' in page


def test_thirty_messages_cost_as_many_questions_as_one(came, vera, olga, enter, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    came("photo", picture())
    browser = enter(olga)
    browser.get(f"/clients/{vera.pk}/")
    with CaptureQueriesContext(connection) as one:
        browser.get(f"/clients/{vera.pk}/")
    for _file in range(28):
        came("photo", picture(8))
    with django_assert_num_queries(len(one)):
        browser.get(f"/clients/{vera.pk}/")


def test_links_to_chats_stand_on_the_clients_page(vera, olga, account, enter):  # noqa: F811
    page = enter(olga).get(f"/clients/{vera.pk}/chat-links/").content.decode()
    assert "https://t.me/svyazka_test_bot?start=c-" in page
    assert f"/clients/{vera.pk}/chat-links/" in enter(olga).get(f"/clients/{vera.pk}/").content.decode()


def test_an_administrator_chooses_whether_telegram_calls_or_is_asked(account, peer, anna, enter):  # noqa: F811
    browser = enter(anna)
    address = f"/office/channels/{account.pk}/"
    bots.call_here(account, "https://crm.example.ru/in/telegram/x/", by=anna)
    assert "Опрашивать отсюда" in browser.get(address).content.decode()
    assert browser.post(f"{address}asking/").status_code == 302
    account.refresh_from_db()
    assert account.options == {"asks": "1"}
    assert "Мы опрашиваем мессенджер" in browser.get(address).content.decode()
    bots.call_here(account, "https://crm.example.ru/in/telegram/x/", by=anna)
    account.refresh_from_db()
    assert (bool(peer.webhook), account.options) == (True, {})
    peer.is_broken = True
    assert browser.post(f"{address}asking/").status_code == 422
    account.refresh_from_db()
    assert account.options == {}
