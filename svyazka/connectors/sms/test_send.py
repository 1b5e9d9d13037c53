"""Messages to phones over a real socket, from the settings to what has become of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations import asking, bots, client_channel, messages, paid, reach, sending
from svyazka.business.conversations.channel import Saying, Unsure
from svyazka.business.conversations.client_channel import Letter
from svyazka.business.conversations.models import ChannelAccount, Message
from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.notices.messengers import Unreached
from svyazka.connectors.sms.conftest import PASSWORD, SECRET
from svyazka.connectors.sms.send import Sms
from svyazka.connectors.sms.verify import verify
from svyazka.kit import clock, secrets
from svyazka.kit.refusals import Refused as Refusal

TO, PHONE = "+79161234567", "79161234567"


@pytest.fixture
def said(vera, olga):
    def say(text: str = "Завтра в 10:00 приедет замерщик") -> Message:
        return messages.say(vera.pk, text, account="sms/main", user_id=TO, by=olga)

    return say


def sent() -> int:
    return sending.send_due("sms", bots.reach)


def state(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


def test_stored_once_they_have_said_how_much_money_there_is(sms, smsc, anna):
    account = sms()
    assert secrets.take_out(account.secret) == f"okna:{PASSWORD}"
    assert (account.options["sender"], paid.balance(account)) == ("OKNA", "100.00")
    with pytest.raises(Refusal) as refusal:
        sms(token="okna:wrong")
    assert list(refusal.value.fields) == ["token"]
    assert secrets.take_out(ChannelAccount.objects.get(pk=account.pk).secret) == f"okna:{PASSWORD}"
    assert sms(token="the-key").secret


def test_the_price_is_known_before_and_costs_nothing(sms, smsc):
    price = paid.price(sms(), "я" * 71, to="8 916 123-45-67")
    assert (price.parts, price.cost, smsc.sent, smsc.money) == (2, "8.40", [], 100.0)


def test_a_client_who_has_never_written_gets_it_once_and_what_became_of_it_is_told(sms, smsc, vera, said):
    account = sms()
    assert [(way.account, way.can_write) for way in reach.ways_of(vera.pk)] == [("sms/main", True)]
    message = said()
    assert (sent(), sent(), state(message)) == (1, 0, "sent")
    [one] = smsc.sent
    assert (one["phone"], one["sender"], one["id"]) == (PHONE, "OKNA", message.key)
    body = smsc.called(one["id"], PHONE, 1)
    door = Account(account.code, "sms", signing=SECRET)
    accepted = verify(Knock({}, body, clock.now()), door)
    assert isinstance(accepted, Accepted)
    arrives(accepted, body)
    assert state(message) == "delivered"


def arrives(accepted: Accepted, body: bytes) -> None:
    now = clock.now()
    Arrival.objects.create(
        received_at=now, next_try_at=now, account="sms/main", connector="sms", headers={}, body=body,
        outside_id=accepted.outside_id, conversation=accepted.conversation,
    )  # fmt: skip
    work_off()


def test_only_what_is_signed_is_believed(smsc):
    body, door = smsc.called("a1", PHONE, 1), Account("sms/main", "sms", signing=SECRET)
    assert verify(Knock({}, body.replace(b"status=1", b"status=2"), clock.now()), door) == Refused(403, "wrong_secret")
    assert verify(Knock({}, body, clock.now()), Account("sms/main", "sms")) == Refused(403, "wrong_secret")
    assert verify(Knock({}, b"", clock.now()), door) == Refused(200, "ready")
    assert verify(Knock({}, b"\xff=1", clock.now()), door) == Refused(200, "ready")


def test_where_the_answer_is_lost_they_are_asked_and_it_is_not_sent_twice(sms, smsc, said):
    sms()
    smsc.loses_answers = True
    message = said()
    assert (sent(), state(message), len(smsc.sent)) == (1, "sent", 1)


def test_where_nobody_answers_at_all_it_is_not_known(sms, smsc):
    line = Sms(bots.access_of(sms()))
    smsc.is_away = True
    with pytest.raises(Unsure):
        line.say(Saying("k1", TO, "Здравствуйте"))
    smsc.is_away, smsc.blocked = False, True
    with pytest.raises(Unreached) as trouble:
        line.say(Saying("k2", TO, "Здравствуйте"))
    assert (trouble.value.after, smsc.sent) == (300, [])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"undeliverable": {PHONE}}, "The message cannot be delivered to this number. [8]"),
        ({"senders": {""}}, "The text or the name of the sender is forbidden there. [6]"),
    ],
)
def test_what_is_refused_is_said_in_words(sms, smsc, said, spoil, why):
    sms()
    for name, value in spoil.items():
        setattr(smsc, name, value)
    message = said()
    sent()
    assert (state(message), Message.objects.get(pk=message.pk).reason) == ("failed", why)


def test_without_money_it_waits_until_there_is_some(sms, smsc, said, monkeypatch):
    sms()
    smsc.money = 1.0
    message = said()
    sent()
    assert (state(message), smsc.sent) == ("waiting", [])
    smsc.money = 100.0
    later = clock.now() + timedelta(minutes=20)
    monkeypatch.setattr(clock, "now", lambda: later)
    sent()
    assert (state(message), len(smsc.sent)) == ("sent", 1)


def test_a_trial_sends_nothing_and_says_what_it_would_have_cost(sms, smsc, said):
    sms(is_trial=True)
    message = said()
    sent()
    reason = Message.objects.get(pk=message.pk).reason
    assert (state(message), reason) == ("failed", "A trial: nothing was sent, and nothing was paid. [1 × SMS, 4.20]")
    assert (smsc.sent, smsc.money) == ([], 100.0)


def test_who_is_not_called_asks(sms, smsc, said, monkeypatch):
    account = sms(callback_secret="")
    assert account.signing == ""
    first, second = said(), said("Вторая")
    sent()
    soon = clock.now() + timedelta(seconds=10)  # in one chat one comes after the other
    monkeypatch.setattr(clock, "now", lambda: soon)
    sent()
    assert (asking.ask_round(bots.reach), state(first)) == (2, "sent")
    smsc.states[first.key, PHONE], smsc.states[second.key, PHONE] = 1, 3
    asking.ask_round(bots.reach)
    assert (state(first), state(second)) == ("delivered", "failed")
    assert Message.objects.get(pk=second.pk).reason == "It was not delivered in time: the phone was off. [3]"
    assert asking.ask_round(bots.reach) == 0


def test_letters_of_visits_go_out_only_where_the_company_has_switched_it_on(sms, smsc, vera):
    sms()
    assert client_channel.way_to(vera.pk) is None
    sms(to_clients=True)
    way = client_channel.way_to(vera.pk)
    assert way == ("sms", TO)
    letter = Letter(f"{uuid4()}-12", "Замер", "Замер завтра в 10:00")
    client_channel.of_kind("sms").send(letter, to=TO)
    assert [one["text"] for one in smsc.sent] == ["Замер завтра в 10:00"]
    ContactPoint.objects.create(client=vera, kind="email", value="vera@example.ru")
    assert client_channel.way_to(vera.pk).channel == "sms"  # no mail server is set up
