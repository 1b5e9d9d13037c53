from __future__ import annotations

import socket
from contextlib import closing

import pytest

from svyazka.business.conversations.channel import Gone, Saying
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached
from svyazka.connectors.wazzup.conftest import CHANNEL, LONGEST
from svyazka.connectors.wazzup.send import Wazzup

VERA = "79031234567"


@pytest.fixture
def line(wazzup_peer):
    wazzup_peer.written("whatsapp", VERA, "Здравствуйте")
    with closing(Wazzup(Access("wazzup/main", wazzup_peer.key, wazzup_peer.url))) as one:
        yield one


def saying(text="Добрый день!", *, key="k1", chat=VERA, network="whatsapp", **other):
    address = {"channelId": CHANNEL, "chatType": network, "chatId": chat}
    return Saying(key, f"{network}/{chat}", text, address, **other)


def test_it_answers_in_the_chat_in_which_somebody_wrote(line, wazzup_peer):
    said = line.say(saying(answers="61e5a375-1760-452f-ad73-5318844ffc4f"))
    assert len(said.outside_ids) == 1
    assert wazzup_peer.said == [
        {
            "channelId": CHANNEL,
            "chatType": "whatsapp",
            "chatId": VERA,
            "text": "Добрый день!",
            "crmMessageId": "k1",
            "refMessageId": "61e5a375-1760-452f-ad73-5318844ffc4f",
        }
    ]


def test_an_answer_that_was_lost_is_no_reason_to_say_it_twice(line, wazzup_peer):
    wazzup_peer.is_silent_after_sending = True
    with pytest.raises(Unreached):
        line.say(saying())
    assert line.say(saying()).outside_ids == ()
    assert [one["text"] for one in wazzup_peer.said] == ["Добрый день!"]


def test_who_has_never_written_or_has_blocked_us_takes_nothing(line, wazzup_peer):
    wazzup_peer.blocked.add(("whatsapp", VERA))
    for chat in (VERA, "79990000000"):
        with pytest.raises(Closed):
            line.say(saying(chat=chat))


def test_what_is_too_long_is_no_better_tomorrow(line):
    with pytest.raises(Undeliverable, match="MESSAGE_TEXT_TOO_LONG"):
        line.say(saying("ы" * (LONGEST + 1)))


def test_a_channel_that_is_not_paid_works_again_one_day(line, wazzup_peer):
    wazzup_peer.is_paid = False
    with pytest.raises(Unreached, match="CHANNEL_NO_MONEY"):
        line.say(saying())


def test_a_key_that_is_wrong_and_patience_that_is_asked_for(line, wazzup_peer):
    with closing(Wazzup(Access("wazzup/main", "wrong", wazzup_peer.url))) as other, pytest.raises(Denied):
        other.name()
    wazzup_peer.most_at_once = 0
    with pytest.raises(Unreached) as trouble:
        line.name()
    assert trouble.value.after == 2.0


def test_nobody_is_there():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{one.getsockname()[1]}"
    with closing(Wazzup(Access("wazzup/main", "key", address))) as line, pytest.raises(Unreached):
        line.name()


def test_it_says_what_is_connected_and_is_told_where_we_are(line, wazzup_peer):
    assert line.name() == "whatsapp 79161234567"
    line.call_here("https://crm.example/in/wazzup/key/")
    assert wazzup_peer.webhook["webhooksUri"] == "https://crm.example/in/wazzup/key/"
    with pytest.raises(Undeliverable):
        line.call_here("https://crm.example/" + "x" * 200)


def test_a_file_is_fetched_as_long_as_it_is_there(line, wazzup_peer):
    content = b"\xff\xd8" + b"x" * 300_000
    assert b"".join(line.fetch({"url": wazzup_peer.lie("a.jpg", content)})) == content
    with pytest.raises(Gone):
        list(line.fetch({"url": f"{wazzup_peer.url}/files/b.jpg"}))


def test_no_file_is_fetched_out_of_our_own_network(wazzup_peer):
    address = wazzup_peer.lie("a.jpg", b"secret")
    with closing(Wazzup(Access("wazzup/main", wazzup_peer.key))) as line, pytest.raises(Unreached):
        list(line.fetch({"url": address}))
