from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.utils import translation

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FileSent, IdentityChanged, MessageEdited, MessageReceived, MessageState
from svyazka.connectors.whatsapp.read import read
from svyazka.connectors.whatsapp.stand_in import WhatsAppPeer
from svyazka.kit import clock

SAMPLES = Path(__file__).parents[4] / "shared/samples/whatsapp"  # beside the project, where there is one
PHONE, BSUID = "79161234567", "RU.13491208655302741918"


@pytest.fixture
def peer():
    return WhatsAppPeer()


@pytest.fixture
def vera(peer):
    return peer.person(PHONE, BSUID, "Вера Павлова", nick="vera_p")


def arrived(body: object) -> Arrival:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Arrival(account="whatsapp/main", received_at=clock.now() + timedelta(seconds=1), body=raw)


def told(peer, *values) -> list:
    with translation.override("en"):
        return list(read(arrived(peer.posts(*values)[0])))


def said(peer, vera, kind="text", content=None, **more) -> MessageReceived:
    identity, message = told(peer, peer.writes(vera, kind, content, **more))
    assert identity == IdentityChanged("whatsapp", BSUID, was=PHONE, at=message.sent_at, phone=f"+{PHONE}")
    return message


def test_a_text(peer, vera):
    value = peer.writes(vera, content="Сколько стоит?")
    item = value["messages"][0]
    _identity, message = told(peer, value)
    assert message == MessageReceived(
        channel="whatsapp",
        user_id=BSUID,
        outside_id=item["id"],
        sent_at=datetime.fromtimestamp(int(item["timestamp"]), UTC),
        text="Сколько стоит?",
        name="Вера Павлова",
        nick="@vera_p",
        phone=f"+{PHONE}",
        address={"wa_id": PHONE, "user_id": BSUID, "number": peer.number},
    )


def test_whoever_hides_his_number_has_none(peer, vera):
    vera.hides = True
    [message] = told(peer, peer.writes(vera, content="а"))
    assert (message.user_id, message.phone) == (BSUID, "")
    assert message.address == {"user_id": BSUID, "number": peer.number}


def test_whoever_has_no_id_yet_is_his_number(peer, vera):
    value = peer.writes(vera, content="а")
    del value["messages"][0]["from_user_id"], value["contacts"][0]["user_id"]
    [message] = told(peer, value)
    assert (message.user_id, message.phone) == (PHONE, f"+{PHONE}")


def test_files_by_their_number(peer, vera):
    picture = {"id": "1", "mime_type": "image/jpeg", "caption": "Наш балкон"}
    message = said(peer, vera, "image", picture)
    assert (message.text, message.files) == ("Наш балкон", (FileSent("photo", ref={"id": "1"}, type="image/jpeg"),))
    pdf, ogg = "application/pdf", "audio/ogg; codecs=opus"
    for kind, content, ours in (
        ("document", {"mime_type": pdf, "filename": "План.pdf"}, FileSent("document", name="План.pdf", type=pdf)),
        ("audio", {"mime_type": ogg, "voice": True}, FileSent("voice", type="audio/ogg")),
        ("audio", {"mime_type": "audio/mpeg"}, FileSent("audio", type="audio/mpeg")),
        ("video", {"mime_type": "video/mp4"}, FileSent("video", type="video/mp4")),
        ("sticker", {"mime_type": "image/webp"}, FileSent("sticker", type="image/webp")),
    ):
        assert said(peer, vera, kind, {"id": "2", **content}).files == (replace(ours, ref={"id": "2"}),)


def test_a_place_and_contacts(peer, vera):
    place = {"latitude": 55.75, "longitude": 37.61, "name": "Склад", "address": "Мира, 1"}
    message = said(peer, vera, "location", place)
    assert (message.place, message.text) == ((55.75, 37.61), "Склад, Мира, 1")
    card = {"name": {"formatted_name": "Олег"}, "phones": [{"phone": "+7 916 000-00-01"}]}
    assert said(peer, vera, "contacts", [card]).contact == ("Олег", "+7 916 000-00-01")
    both = said(peer, vera, "contacts", [card, {"org": {"company": "Окна"}}])
    assert both.text == "Олег, +7 916 000-00-01\nОкна"


def test_buttons_of_ours(peer, vera):
    reply = {"type": "button_reply", "button_reply": {"id": "confirm:7", "title": "Подтвердить"}}
    message = said(peer, vera, "interactive", reply, context={"id": "wamid.ours", "from": "7495"})
    assert (message.text, message.pressed, message.answers) == ("Подтвердить", "confirm:7", "wamid.ours")
    chosen = {"type": "list_reply", "list_reply": {"id": "w2", "title": "Вторник"}}
    assert said(peer, vera, "interactive", chosen).pressed == "w2"
    assert said(peer, vera, "button", {"payload": "stop", "text": "Стоп"}).pressed == "stop"


def test_what_came_with_it(peer, vera):
    ad = {"headline": "Окна со скидкой", "source_url": "https://fb.me/x"}
    message = said(peer, vera, content="Здравствуйте", referral=ad)
    assert message.text == "Здравствуйте\nCame by an advertisement: Окна со скидкой · https://fb.me/x"
    assert said(peer, vera, content="Смета", context={"forwarded": True}).text == "Forwarded: Смета"


def test_what_whatsapp_does_not_pass_on_is_told_all_the_same(peer, vera):
    for kind in ("unsupported", "poll", ""):
        assert "does not pass this message on" in said(peer, vera, kind, {}).text
    order = {"product_items": [{"product_retailer_id": "okno", "quantity": 2, "item_price": 30, "currency": "RUB"}]}
    assert said(peer, vera, "order", order).text == "An order from the catalogue:\nokno: 2 × 30 RUB"


def test_reactions_are_not_used_in_words(peer, vera):
    with pytest.raises(Ignore, match="Reactions are not used"):
        told(peer, peer.writes(vera, "reaction", {"message_id": "wamid.1", "emoji": "👍"}))
    message = peer.writes(vera, content="а")
    assert len(told(peer, peer.writes(vera, "reaction", {"emoji": "👍"}), message)) == 2


def test_edits_and_what_is_taken_back(peer, vera):
    edit = {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "Два окна"}}}
    _identity, edited = told(peer, peer.writes(vera, "edit", edit))
    assert (edited.user_id, edited.outside_id, edited.text) == (BSUID, "wamid.1", "Два окна")
    assert (edited.whole.outside_id, edited.whole.text) == ("wamid.1", "Два окна")
    _identity, revoked = told(peer, peer.writes(vera, "revoke", {"original_message_id": "wamid.1"}))
    assert revoked == MessageEdited(BSUID, "wamid.1", revoked.at, None)


def test_another_number_and_another_id(peer, vera):
    moved = {"type": "user_changed_number", "wa_id": "79160000009", "user_id": "RU.9", "body": "…"}
    changes = told(peer, peer.writes(vera, "system", moved))
    at = changes[0].at
    assert changes == [
        IdentityChanged("whatsapp", "RU.9", was=BSUID, at=at, phone="+79160000009"),
        IdentityChanged("whatsapp", "RU.9", was=PHONE, at=at, phone="+79160000009"),
    ]
    vera.hides = True
    [change] = told(peer, peer.writes(vera, "system", {"type": "user_changed_user_id", "user_id": "RU.10"}))
    assert change == IdentityChanged("whatsapp", "RU.10", was=BSUID, at=change.at)


def test_what_one_of_us_wrote_on_the_phone(peer, vera):
    things = told(peer, peer.echoes(vera, "Перезвоню в пять"))
    message = things[-1]
    assert (message.is_ours, message.user_id, message.text) == (True, BSUID, "Перезвоню в пять")
    vera.hides = True
    [message] = told(peer, peer.echoes(vera, "а"))
    assert (message.is_ours, message.user_id) == (True, BSUID)


def test_what_becomes_of_ours(peer, vera):
    mine = {"id": "wamid.1", "person": vera, "given": {"biz_opaque_callback_data": "key-1"}}
    failed = [{"code": 131047, "title": "Re-engagement message"}]
    things = told(
        peer,
        *(peer.state(mine, state) for state in ("read", "sent", "played", "delivered")),
        peer.state(mine, "failed", errors=failed),
        peer.state(mine, "failed", errors=[{"code": 7, "title": "New"}]),
    )
    assert [(one.outside_id, one.state, one.key) for one in things] == [
        ("wamid.1", state, "key-1") for state in ("read", "sent", "read", "delivered", "failed", "failed")
    ]
    assert isinstance(things[0], MessageState)
    late = "More than 24 hours have passed since the client wrote: WhatsApp takes only a template. [131047]"
    assert things[4].reason == late
    assert things[5].reason == "WhatsApp does not take this message. [7: New]"


def test_many_of_many_people_in_one_post(peer, vera):
    oleg = peer.person("79160000001", "RU.7", "Олег", hides=True)
    mine = {"id": "wamid.1", "person": vera, "given": {}}
    things = told(peer, peer.writes(oleg, content="а"), peer.state(mine, "read"), peer.writes(vera, content="б"))
    assert [type(one).__name__ for one in things] == [
        "MessageReceived", "MessageState", "IdentityChanged", "MessageReceived",
    ]  # fmt: skip
    of_oleg, of_vera = peer.writes(oleg, content="в"), peer.writes(vera, content="г")
    both = {name: of_oleg[name] + of_vera[name] for name in ("messages", "contacts")}
    assert [one.name for one in told(peer, both) if isinstance(one, MessageReceived)] == ["Олег", "Вера Павлова"]


@pytest.mark.parametrize("field", ["account_update", "message_template_status_update"])
def test_what_is_about_no_message(peer, field):
    with pytest.raises(Ignore) as ignored:
        read(arrived(peer.posts({"event": "x"}, field=field)[0]))
    assert ignored.value.detail == field


def test_a_group_is_none_of_our_business(peer, vera):
    with pytest.raises(Ignore):
        told(peer, peer.writes(vera, content="а", group_id="g1"))


def broken(peer, vera, **item):
    value = peer.writes(vera, content="а")
    value["messages"][0] |= item
    value["contacts"] = []
    return peer.posts(value)[0]


@pytest.mark.parametrize("item", [{"id": None}, {"from": None, "from_user_id": None}, {"type": "edit", "edit": {}}])
def test_what_lacks_the_main_thing_stands_where_a_person_sees_it(peer, vera, item):
    with pytest.raises(NotUnderstood):
        read(arrived(broken(peer, vera, **item)))


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"nonsense", b"[" * 100_000, {"object": "x"}])
def test_what_is_no_webhook(body):
    with pytest.raises(NotUnderstood):
        read(arrived(body))


def test_a_time_that_is_none_is_that_of_the_arrival(peer, vera):
    for moment in (None, "soon", -5, "9" * 30, True):
        arrival = arrived(broken(peer, vera, timestamp=moment))
        assert read(arrival)[-1].sent_at == arrival.received_at


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.exists(), reason="third parties' samples are not here")
def test_metas_own_examples():
    paths = yaml.load((SAMPLES / "business-messaging-api_v23.0.yaml").read_text(), Loader=yaml.CSafeLoader)["paths"]
    examples = paths["/whatsapp/webhooks"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    came = {}
    with translation.override("en"):
        for name, example in examples.items():
            try:
                came[name] = [
                    replace(one, sent_at=None) if isinstance(one, MessageReceived) else one
                    for one in read(arrived(example["value"]))
                ]
            except Ignore as ignored:
                came[name] = ignored.detail
    messages = {name: one[-1] for name, one in came.items() if isinstance(one, list)}
    texts = {name: one.text for name, one in messages.items() if isinstance(one, MessageReceived)}
    assert texts["Text Message"] == "Does it come in another color?"
    assert texts["Location Message"] == "Philz Coffee, 101 Forest Ave, Palo Alto, CA 94301"
    assert came["Image Message"][0].files == (FileSent("photo", ref={"id": "1003383421387256"}, type="image/jpeg"),)
    assert came["Contact Sharing Message"][0].contact == ("Lucía Gómez", "+1 (983) 555-2319")
    assert came["Interactive List Reply Message"][0].pressed == "priority_express"
    assert came["System Message"][0].user_id == "12195555358"
    assert came["Reaction Message"] == "reaction"
    assert len(texts) == 11
