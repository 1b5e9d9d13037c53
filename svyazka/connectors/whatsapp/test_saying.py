"""What we say by WhatsApp, and what we get of what is said there."""

from __future__ import annotations

import logging
import socket

import pytest
from django.utils import translation

from svyazka.business.conversations import messages
from svyazka.business.conversations.channel import Button, Gone, Saying, Template, Unsure
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.models import Message
from svyazka.business.notices.messengers import Access, Denied, Undeliverable, Unreached
from svyazka.connectors.whatsapp.refusals import reason_of
from svyazka.connectors.whatsapp.send import WhatsApp
from svyazka.connectors.whatsapp.stand_in import BUSINESS, NUMBER

PHONE, BSUID = "79161234567", "RU.13491208655302741918"
JPEG = Attached("Окно.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + b"1" * 2000)
PDF = Attached("Смета.pdf", "application/pdf", b"%PDF-1.7 2")
VOICE = Attached("Голос.ogg", "audio/ogg", b"OggS3")
PLAN = {"type": "BODY", "text": "Приедем {{1}} в {{2}}."}


def account(peer, **more) -> Access:
    options = {"phone_number_id": NUMBER, "waba_id": BUSINESS, "version": "v23.0"}
    return Access("whatsapp/main", **{"token": peer.token, "base": peer.url, "options": options, **more})


@pytest.fixture
def vera(whatsapp_peer):
    one = whatsapp_peer.person(PHONE, BSUID)
    whatsapp_peer.writes(one, content="Здравствуйте")
    return one


@pytest.fixture
def channel(whatsapp_peer, vera):
    made = WhatsApp(account(whatsapp_peer))
    yield made
    made.close()


def say(channel, text="Привет", **more):
    return channel.say(Saying("key-1", BSUID, text, **{"address": {"wa_id": PHONE}, **more}))


def given(peer) -> list[dict]:
    return [one["given"] for one in peer.said]


def test_it_says_which_number_it_is(channel):
    assert channel.name() == "+7 495 555-01-23 · Окна"


def test_a_text_bears_our_number_and_has_one_of_theirs(whatsapp_peer, channel):
    [number] = say(channel).outside_ids
    assert number == whatsapp_peer.said[0]["id"]
    assert given(whatsapp_peer) == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": PHONE,
            "type": "text",
            "text": {"body": "Привет", "preview_url": False},
            "biz_opaque_callback_data": "key-1",
        }
    ]
    say(channel, answers=number)
    assert given(whatsapp_peer)[1]["context"] == {"message_id": number}


def test_whoever_hides_his_number_is_written_to_by_his_id(whatsapp_peer, channel, vera):
    vera.hides = True
    say(channel, address={"user_id": BSUID})
    [body] = given(whatsapp_peer)
    assert ("to" in body, body["recipient"]) == (False, BSUID)


def test_of_several_numbers_of_ours_the_one_he_wrote_to_answers(whatsapp_peer, vera):
    other = WhatsApp(account(whatsapp_peer, options={"phone_number_id": "1"}))
    say(other, address={"wa_id": PHONE, "number": NUMBER})
    assert len(whatsapp_peer.said) == 1


def test_files_go_one_by_one_and_the_first_with_the_text(whatsapp_peer, channel):
    said = say(channel, "Вот смета", files=(PDF, JPEG, VOICE))
    first, second, third = given(whatsapp_peer)
    assert first["document"] == {"id": first["document"]["id"], "filename": "Смета.pdf", "caption": "Вот смета"}
    assert (second["type"], third["type"]) == ("image", "audio")
    assert whatsapp_peer.files[second["image"]["id"]] == (JPEG.content, "image/jpeg")
    assert ("biz_opaque_callback_data" in first, "biz_opaque_callback_data" in second) == (True, False)
    assert said.outside_ids == tuple(one["id"] for one in whatsapp_peer.said)


def test_a_text_that_no_file_can_bear_goes_before_it(whatsapp_peer, channel):
    say(channel, "ы" * 1500, files=(JPEG,))
    say(channel, "Послушайте", files=(VOICE,))
    assert [one["type"] for one in given(whatsapp_peer)] == ["text", "image", "text", "audio"]


def test_a_picture_too_large_to_be_shown_is_a_document(whatsapp_peer, channel):
    say(channel, files=(Attached("a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + b"1" * (5 * 1024 * 1024)),))
    assert given(whatsapp_peer)[0]["type"] == "document"


def shown(peer, channel, *buttons, text="Подходит?") -> dict:
    say(channel, text, buttons=[list(buttons)])
    return given(peer)[-1]


def test_buttons_become_what_whatsapp_can_show(whatsapp_peer, channel):
    three = [Button(str(number), code=f"c{number}") for number in range(3)]
    assert shown(whatsapp_peer, channel, *three)["interactive"]["type"] == "button"
    five = [Button(f"Окно {number}", code=f"c{number}") for number in range(5)]
    rows = shown(whatsapp_peer, channel, *five)["interactive"]["action"]["sections"][0]["rows"]
    assert rows[4] == {"id": "c4", "title": "Окно 4"}
    page = shown(whatsapp_peer, channel, Button("Страница", url="https://okna.example.ru"))
    assert page["interactive"]["action"]["parameters"]["url"] == "https://okna.example.ru"
    asked = shown(whatsapp_peer, channel, Button("Где вы?", asks="place"))
    assert asked["interactive"]["type"] == "location_request_message"


def test_what_whatsapp_cannot_show_stands_below_the_text(whatsapp_peer, channel):
    mixed = shown(whatsapp_peer, channel, Button("Да", code="y"), Button("Страница", url="https://okna.example.ru"))
    assert mixed["text"]["body"] == "Подходит?\n— Да\n— Страница: https://okna.example.ru"
    many = [Button(str(number), code=str(number)) for number in range(11)]
    assert shown(whatsapp_peer, channel, *many)["type"] == "text"
    assert shown(whatsapp_peer, channel, Button("Да", code="y"), text="ы" * 2000)["type"] == "text"


def test_after_a_day_only_a_template_is_taken(whatsapp_peer, channel):
    whatsapp_peer.later(hours=25)
    whatsapp_peer.template("visit", PLAN)
    with pytest.raises(Undeliverable) as told:
        say(channel)
    assert str(told.value).endswith("[131047]")
    say(channel, template=Template("visit", "ru", ("завтра", "10:00")))
    values = given(whatsapp_peer)[0]["template"]["components"][0]["parameters"]
    assert values == [{"type": "text", "text": "завтра"}, {"type": "text", "text": "10:00"}]
    with pytest.raises(Undeliverable, match="132000"):
        say(channel, template=Template("visit", "ru", ("завтра",)))


def test_templates_are_listed_page_by_page_with_what_they_need(whatsapp_peer, channel):
    quick = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Да"}]}
    foot = {"type": "FOOTER", "text": "Окна"}
    whatsapp_peer.template("visit", {"type": "HEADER", "format": "TEXT", "text": "Замер"}, PLAN, foot, quick)
    whatsapp_peer.template("photo", {"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Смотрите"})
    whatsapp_peer.template("named", {"type": "BODY", "text": "{{name}}, здравствуйте"}, parameter_format="NAMED")
    whatsapp_peer.template(
        "link", PLAN, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "а", "url": "x/{{1}}"}]}
    )
    for number in range(120):
        whatsapp_peer.template(f"t{number}", PLAN, status="PENDING")
    listed = {one.name: one for one in channel.templates()}
    assert len(listed) == 124
    visit = listed["visit"]
    assert (visit.head, visit.text, visit.foot, visit.buttons) == ("Замер", PLAN["text"], "Окна", ("Да",))
    assert visit.places == 2
    assert (visit.state, visit.category, visit.unfit) == ("approved", "utility", False)
    assert [listed[name].unfit for name in ("photo", "named", "link")] == [True, True, True]
    assert listed["t7"].state == "pending"


def test_what_may_have_been_said_is_not_said_again(whatsapp_peer, channel):
    whatsapp_peer.swallowed = 1
    with pytest.raises(Unsure):
        say(channel)
    assert len(whatsapp_peer.said) == 1


def test_what_was_said_in_part_is_not_said_again_as_a_whole(whatsapp_peer, channel):
    whatsapp_peer.a_second = 1
    with pytest.raises(Unsure, match="in part"):
        say(channel, "ы" * 1500, files=(PDF,))


def test_refusals(whatsapp_peer, channel):
    with pytest.raises(Undeliverable, match="empty"):
        say(channel, "")
    with pytest.raises(Undeliverable, match="131026"):
        channel.say(Saying("k", "79990000000", "а"))
    whatsapp_peer.a_second = 0
    with pytest.raises(Unreached) as told:
        say(channel)
    assert told.value.after == 5
    whatsapp_peer.is_broken = True
    with pytest.raises(Unreached):
        say(channel)
    wrong = WhatsApp(account(whatsapp_peer, token="wrong"))
    whatsapp_peer.is_broken = False
    for ask in (wrong.name, lambda: say(wrong), wrong.templates, lambda: list(wrong.fetch({"id": "1"}))):
        with pytest.raises(Denied):
            ask()


@pytest.mark.parametrize("status", [200, 401, 403, 404])
def test_a_page_that_stands_in_the_way_says_nothing_of_the_token(whatsapp_peer, channel, status):
    """A provider's stub in place of a blocked service."""
    whatsapp_peer.stub = status
    with pytest.raises(Unreached):
        channel.name()
    with pytest.raises(Unreached):
        say(channel)


def nobody_listens() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_dead_proxy_is_no_more_than_that(whatsapp_peer, vera, scheme):
    behind = WhatsApp(account(whatsapp_peer, proxy=nobody_listens().replace("http", scheme)))
    with pytest.raises(Unreached):
        say(behind)
    assert whatsapp_peer.asked == []


def test_a_file_is_asked_for_anew_each_time(whatsapp_peer, channel):
    number = whatsapp_peer.keeps(b"picture", "image/jpeg")["id"]
    assert b"".join(channel.fetch({"id": number})) == b"picture"
    whatsapp_peer.later(hours=1)
    assert b"".join(channel.fetch({"id": number})) == b"picture"
    del whatsapp_peer.files[number]
    with pytest.raises(Gone):
        list(channel.fetch({"id": number}))


def test_a_link_into_our_own_network_is_not_followed(whatsapp_peer, channel):
    with pytest.raises(Unreached, match="OwnNetwork"):
        list(channel._api.pieces("http://10.0.0.7/admin"))


def test_neither_token_nor_text_gets_into_a_log(whatsapp_peer, channel, caplog):
    caplog.set_level(logging.DEBUG)
    say(channel, "Вера Павлова")
    down = WhatsApp(account(whatsapp_peer, base=nobody_listens()))
    with pytest.raises(Unreached) as told:
        say(down, "Вера Павлова")
    assert whatsapp_peer.token not in caplog.text + str(told.value) + repr(account(whatsapp_peer))
    assert "Вера" not in caplog.text


def test_a_reason_is_said_in_the_language_of_the_page():
    message = Message(reason=messages.refused(reason_of(131047)))
    with translation.override("ru"):
        assert (
            messages.in_words(message) == "Клиент писал больше 24 часов назад: WhatsApp примет только шаблон. [131047]"
        )
