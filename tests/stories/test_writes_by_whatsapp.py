# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""Vera writes to the company's WhatsApp number and is answered: through the door, the history and the worker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.conversations import accounts, bots, channel, connecting, messages, reach, sending, templates
from svyazka.business.conversations.models import Attachment, Message, Reach
from svyazka.business.deals.models import Deal
from svyazka.business.intake.work_off import work_off
from svyazka.connectors.whatsapp.conftest import whatsapp_peer  # noqa: F401
from svyazka.connectors.whatsapp.stand_in import BUSINESS, NUMBER
from svyazka.edge.conftest import house  # noqa: F401
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, BSUID = "79161234599", "RU.13491208655302741918"
ACCOUNT = "whatsapp/main"


class World:
    def __init__(self, house, peer, windows, account, secret) -> None:
        self.house, self.peer, self.people, self.account, self.secret = house, peer, windows, account, secret
        self.vera = peer.person(PHONE, BSUID, "Вера Павлова")

    def post(self, *values, forged=False) -> int:
        body, headers = self.peer.posts(*values)
        if forged:
            headers["x-hub-signature-256"] = "sha256=" + "0" * 64
        named = {name.replace("-", "_"): value for name, value in headers.items()}
        answer = self.house.ask("POST", f"/in/whatsapp/{self.account.public_key}/", body, **named)
        while work_off():
            pass
        return answer.status

    def say(self, text="Добрый день", **more) -> Message:
        message = messages.say(
            Client.objects.get(contact_points__value=BSUID).pk,
            text,
            account=ACCOUNT,
            user_id=BSUID,
            by=self.people["olga"],
            **more,
        )
        sending.send_due("whatsapp", bots.reach)
        message.refresh_from_db()
        return message


@pytest.fixture
def world(house, whatsapp_peer, windows, attachments_root):
    account, secret = accounts.open_account("whatsapp", code="main", name="WhatsApp", by=windows["anna"])
    connecting.connect(
        account, token=whatsapp_peer.token, base=whatsapp_peer.url, proxy="", phone_number_id=NUMBER,
        waba_id=BUSINESS, version="v23.0", signing=whatsapp_peer.secret, by=windows["anna"],
    )  # fmt: skip
    return World(house, whatsapp_peer, windows, account, secret)


def lines() -> list[str]:
    return list(Interaction.objects.filter(kind="message").order_by("at", "pk").values_list("text", flat=True))


def test_meta_asks_once_whether_the_address_is_ours(world):
    way = f"/in/whatsapp/{world.account.public_key}/?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    assert (world.house.ask("GET", way + world.secret).status, world.house.ask("GET", way + "x").status) == (200, 403)
    assert world.house.ask("GET", way + world.secret).body == b"1158201444"
    assert world.house.arrivals() == []


def test_w1_a_request_by_whatsapp_comes_once_however_often_it_is_told(world):
    picture = world.peer.keeps(b"\xff\xd8\xff\xe0picture", "image/jpeg")
    value = world.peer.writes(world.vera, "image", {**picture, "caption": "Сколько стоит такой балкон?"})
    assert world.post(value, forged=True) == 403
    assert [world.post(value), world.post(value), world.post(value, value)] == [200, 200, 200]
    assert lines() == ["Сколько стоит такой балкон?"]
    client = Client.objects.get(contact_points__value=BSUID)
    points = set(client.contact_points.values_list("kind", "value"))
    assert (client.name, points) == ("Вера Павлова", {("whatsapp", BSUID), ("phone", f"+{PHONE}")})
    assert Deal.objects.get().client == client
    [file] = Attachment.objects.all()
    assert b"".join(channel.of_account(ACCOUNT)(bots.reach(ACCOUNT)).fetch(file.ref)) == b"\xff\xd8\xff\xe0picture"


def test_she_is_answered_and_it_is_seen_what_becomes_of_it(world):
    world.post(world.peer.writes(world.vera, content="Здравствуйте"))
    answer = world.say()
    [said] = world.peer.said
    assert (answer.state, answer.outside_id, said["given"]["to"]) == ("sent", said["id"], PHONE)
    for state in ("read", "delivered", "sent"):
        world.post(world.peer.state(said, state))
    answer.refresh_from_db()
    assert answer.state == "read"


def test_what_broke_off_is_not_sent_twice_and_known_by_our_key_once_it_is_told_of(world):
    world.post(world.peer.writes(world.vera, content="Здравствуйте"))
    world.peer.swallowed = 1
    answer = world.say()
    assert (answer.state, answer.outside_id) == ("unsure", "")
    sending.send_due("whatsapp", bots.reach)
    [said] = world.peer.said
    world.post(world.peer.state(said, "delivered"))
    answer.refresh_from_db()
    assert (answer.state, answer.outside_id) == ("delivered", said["id"])


def test_a_late_refusal_is_told_in_words(world):
    world.post(world.peer.writes(world.vera, content="Здравствуйте"))
    world.peer.refuses_late, world.peer.ahead = True, 25 * 3600
    answer = world.say()
    assert answer.state == "sent"
    world.post(*world.peer.told)
    answer.refresh_from_db()
    assert answer.state == "failed"
    assert messages.in_words(answer) == "Клиент писал больше 24 часов назад: WhatsApp примет только шаблон. [131047]"


def test_after_a_day_only_a_template_goes(world, monkeypatch):
    world.post(world.peer.writes(world.vera, content="Здравствуйте"))
    tomorrow = clock.now() + timedelta(hours=25)
    world.peer.later(25)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    client = Client.objects.get(contact_points__value=BSUID)
    [way] = [one for one in reach.ways_of(client.pk) if one.account == ACCOUNT]
    assert (way.can_write, way.by_template) == (False, True)
    with pytest.raises(Refused):
        world.say()
    world.peer.template("visit", {"type": "BODY", "text": "Приедем {{1}} в {{2}}."})
    templates.refresh(world.account)
    chosen, text = templates.filled_in(ACCOUNT, "visit", "ru", ["завтра", "10:00"])
    answer = world.say(text, template=chosen)
    assert (answer.state, lines()[-1]) == ("sent", "Приедем завтра в 10:00.")
    assert world.peer.said[-1]["given"]["template"]["name"] == "visit"


def test_whoever_wrote_with_a_number_is_the_same_when_he_writes_with_an_id_and_hides_it(world):
    value = world.peer.writes(world.vera, content="Первое")
    del value["messages"][0]["from_user_id"], value["contacts"][0]["user_id"]
    world.post(value)
    world.post(world.peer.writes(world.vera, content="Второе"))
    world.vera.hides = True
    world.post(world.peer.writes(world.vera, content="Третье"))
    assert (sorted(lines()), Client.objects.filter(contact_points__kind="whatsapp").count()) == (
        ["Второе", "Первое", "Третье"], 1,
    )  # fmt: skip
    assert list(Reach.objects.filter(account=ACCOUNT).values_list("user_id", flat=True)) == [BSUID]
    assert set(Message.objects.values_list("user_id", flat=True)) == {BSUID}


def test_a_new_number_goes_along(world):
    world.post(world.peer.writes(world.vera, content="Здравствуйте"))
    moved = {"type": "user_changed_number", "wa_id": "79160000009", "user_id": "RU.9", "body": "…"}
    world.post(world.peer.writes(world.vera, "system", moved))
    points = ContactPoint.objects.filter(kind__in=("whatsapp", "phone"), client__contact_points__value="RU.9")
    assert set(points.values_list("kind", "value")) == {
        ("whatsapp", "RU.9"), ("phone", f"+{PHONE}"), ("phone", "+79160000009"),
    }  # fmt: skip


def test_what_one_of_us_wrote_on_the_phone_stands_in_the_history(world):
    world.post(world.peer.writes(world.vera, content="Здравствуйте"))
    world.post(world.peer.echoes(world.vera, "Перезвоню в пять"))
    line = Interaction.objects.get(text="Перезвоню в пять")
    assert (line.direction, line.waiting, Message.objects.get(interaction_id=line.pk).is_ours) == ("out", False, True)


def test_a_large_post_comes_in_and_one_beyond_metas_bound_does_not(world):
    letters = world.peer.writes(world.vera, content="ы" * 400_000)  # 2.4 MB, escaped
    assert world.post(letters) == 200
    assert world.post(world.peer.writes(world.vera, content="ы" * 600_000)) == 413
    assert len(lines()) == 1
