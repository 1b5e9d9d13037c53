"""The stand-in before somebody else's client library: what pywa takes for WhatsApp may be taken for it here."""

from __future__ import annotations

import json

import httpx
import pytest
import pywa
from pywa import errors, types

from svyazka.connectors.whatsapp.stand_in import BUSINESS, NUMBER, SECRET

BSUID = "RU.13491208655302741918"


class There(httpx.HTTPTransport):
    """pywa knows no other address than Meta's."""

    def __init__(self, url: str):
        super().__init__()
        self._url = httpx.URL(url)

    def handle_request(self, request):
        request.url = request.url.copy_with(scheme="http", host=self._url.host, port=self._url.port)
        return super().handle_request(request)


@pytest.fixture
def vera(whatsapp_peer):
    return whatsapp_peer.person("79161234567", BSUID, "Вера", nick="vera")


@pytest.fixture
def wa(whatsapp_peer):
    with httpx.Client(transport=There(whatsapp_peer.url)) as session:
        yield pywa.WhatsApp(
            phone_id=NUMBER,
            token=whatsapp_peer.token,
            session=session,
            waba_id=BUSINESS,
            app_secret=SECRET,
            verify_token="verify-me",
            api_version=23.0,
        )


def hear(wa, peer, *values):
    """What its handlers are given of one POST."""
    heard = []
    wa.on_message()(lambda _wa, told: heard.append(told))
    wa.on_message_status()(lambda _wa, told: heard.append(told))
    wa.on_callback_button()(lambda _wa, told: heard.append(told))
    body, headers = peer.posts(*values)
    assert wa.webhook_update_validator(body, headers["x-hub-signature-256"]) is None
    assert wa.webhook_update_handler(body) == ("ok", 200)
    return heard


def test_pywa_writes_and_learns_what_becomes_of_it(wa, whatsapp_peer, vera):
    whatsapp_peer.writes(vera, content="Здравствуйте")
    sent = wa.send_message(to=vera.wa_id, text="Добрый день", tracker="key-1")
    by_id = wa.send_message(to=BSUID, text="И так")
    assert [one["given"]["text"]["body"] for one in whatsapp_peer.said] == ["Добрый день", "И так"]
    assert (sent.id, by_id.id) == tuple(one["id"] for one in whatsapp_peer.said)
    [status] = hear(wa, whatsapp_peer, whatsapp_peer.state(whatsapp_peer.said[0], "delivered"))
    assert (status.id, status.status, status.tracker) == (sent.id, "delivered", "key-1")
    assert status.from_user.bsuid == BSUID


def test_pywa_takes_a_signature_over_escaped_letters(wa, whatsapp_peer, vera):
    [message] = hear(wa, whatsapp_peer, whatsapp_peer.writes(vera, content="Сколько стоит? 🙂"))
    assert (message.text, message.from_user.wa_id, message.from_user.name) == ("Сколько стоит? 🙂", vera.wa_id, "Вера")
    body, headers = whatsapp_peer.posts(whatsapp_peer.writes(vera, content="а"))
    assert wa.webhook_update_validator(body + b" ", headers["x-hub-signature-256"]) == ("Forbidden", 403)


def test_pywa_knows_whoever_hides_his_number(wa, whatsapp_peer, vera):
    vera.hides = True
    [message] = hear(wa, whatsapp_peer, whatsapp_peer.writes(vera, content="а"))
    assert (message.from_user.bsuid, message.from_user.wa_id, message.from_user.username) == (BSUID, None, "vera")
    assert message.reply("Добрый день").id == whatsapp_peer.said[0]["id"]
    assert whatsapp_peer.said[0]["given"]["recipient"] == BSUID


def test_pywa_sends_and_gets_files(wa, whatsapp_peer, vera):
    whatsapp_peer.writes(vera, content="а")
    wa.send_image(to=vera.wa_id, image=b"\xff\xd8\xff\xe0picture", mime_type="image/jpeg", caption="Балкон")
    wa.send_document(to=vera.wa_id, document=b"%PDF-1.7", filename="a.pdf", mime_type="application/pdf")
    assert {content for content, _kind in whatsapp_peer.files.values()} == {b"\xff\xd8\xff\xe0picture", b"%PDF-1.7"}
    picture = whatsapp_peer.keeps(b"from Vera", "image/jpeg")
    [message] = hear(wa, whatsapp_peer, whatsapp_peer.writes(vera, "image", {**picture, "caption": "Вот"}))
    assert message.caption == "Вот"
    url = message.image.get_media_url()
    there = url.replace("http://127.0.0.1", "https://graph.facebook.com").partition("/files/")[2]
    assert wa.get_media_bytes(f"https://lookaside.fbsbx.com/files/{there}") == b"from Vera"
    whatsapp_peer.later(hours=0.1)
    with pytest.raises((errors.WhatsAppError, httpx.HTTPError)):
        wa.get_media_bytes(f"https://lookaside.fbsbx.com/files/{there}")


def test_pywa_sets_buttons_and_is_told_which_was_pressed(wa, whatsapp_peer, vera):
    whatsapp_peer.writes(vera, content="а")
    wa.send_message(to=vera.wa_id, text="Подходит?", buttons=[types.Button(title="Да", callback_data="yes")])
    reply = {"type": "button_reply", "button_reply": {"id": "yes", "title": "Да"}}
    said = {"id": whatsapp_peer.said[0]["id"], "from": "7"}
    answered = whatsapp_peer.writes(vera, "interactive", reply, context=said)
    [pressed] = hear(wa, whatsapp_peer, answered)
    assert (pressed.data, pressed.title) == ("yes", "Да")


def test_pywa_is_refused_outside_of_the_window_and_sends_a_template(wa, whatsapp_peer, vera):
    whatsapp_peer.writes(vera, content="а")
    whatsapp_peer.later(hours=25)
    with pytest.raises(errors.ReEngagementMessage):
        wa.send_message(to=vera.wa_id, text="Ещё актуально?")
    whatsapp_peer.template("visit", {"type": "BODY", "text": "Приедем {{1}} в {{2}}."})
    [listed] = wa.get_templates()
    assert (listed.name, listed.status, listed.components[0].text) == ("visit", "APPROVED", "Приедем {{1}} в {{2}}.")
    body = types.templates.BodyText.params("завтра", "10:00")
    wa.send_template(to=vera.wa_id, name="visit", language=types.templates.TemplateLanguage.RUSSIAN, params=[body])
    assert whatsapp_peer.said[-1]["given"]["template"]["name"] == "visit"
    with pytest.raises(errors.TemplateParamCountMismatch):
        wa.send_template(to=vera.wa_id, name="visit", language=types.templates.TemplateLanguage.RUSSIAN, params=[])
    with pytest.raises(errors.TemplateNotExists):
        wa.send_template(to=vera.wa_id, name="other", language=types.templates.TemplateLanguage.RUSSIAN, params=[])


def test_pywa_understands_the_other_refusals(wa, whatsapp_peer, vera):
    whatsapp_peer.writes(vera, content="а")
    with pytest.raises(errors.MessageUndeliverable):
        wa.send_message(to="79990000000", text="а")
    whatsapp_peer.a_second = 0
    with pytest.raises(errors.RateLimitHit):
        wa.send_message(to=vera.wa_id, text="а")
    whatsapp_peer.token = "another"
    with pytest.raises(errors.ExpiredAccessToken):
        wa.send_message(to=vera.wa_id, text="а")


def test_pywa_is_told_late_of_what_was_taken(wa, whatsapp_peer, vera):
    whatsapp_peer.writes(vera, content="а")
    whatsapp_peer.later(hours=25)
    whatsapp_peer.refuses_late = True
    sent = wa.send_message(to=vera.wa_id, text="Ещё актуально?")
    [status] = hear(wa, whatsapp_peer, *whatsapp_peer.told)
    assert (status.id, status.status) == (sent.id, "failed")
    assert isinstance(status.error, errors.ReEngagementMessage)


def test_pywa_confirms_the_address_as_we_do(wa):
    assert wa.webhook_challenge_handler("verify-me", "1158201444") == ("1158201444", 200)
    assert wa.webhook_challenge_handler("other", "1158201444")[1] == 403


def test_a_post_holds_what_metas_schema_says(whatsapp_peer, vera):
    body, _headers = whatsapp_peer.posts(whatsapp_peer.writes(vera, content="а"), whatsapp_peer.echoes(vera, "б"))
    told = json.loads(body)
    assert told["object"] == "whatsapp_business_account"
    assert [change["field"] for change in told["entry"][0]["changes"]] == ["messages", "smb_message_echoes"]
