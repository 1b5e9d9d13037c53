from __future__ import annotations

from contextlib import closing

import pytest

from svyazka.business.conversations.channel import Gone, Saying, Unsure
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached
from svyazka.connectors.green_api.conftest import INSTANCE, LONGEST, TOKEN
from svyazka.connectors.green_api.send import GreenApi

VERA = "79031234567@c.us"
PDF = Attached("Договор.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")


def opened(peer, **other):
    return closing(GreenApi(Access("green_api/main", TOKEN, peer.url, options={"instance": INSTANCE}, **other)))


@pytest.fixture
def line(green_api_peer):
    green_api_peer.people.add(VERA)
    with opened(green_api_peer) as one:
        yield one


def saying(text="Добрый день!", *, to=VERA, **other):
    return Saying("k1", to, text, **other)


def test_a_text_that_answers_another(line, green_api_peer):
    said = line.say(saying(answers="F7AEC1B7"))
    assert len(said.outside_ids) == 1
    assert green_api_peer.said == [{"chatId": VERA, "quotedMessageId": "F7AEC1B7", "message": "Добрый день!"}]


def test_files_go_out_with_the_text_beside_the_first(line, green_api_peer):
    picture = Attached("a.png", "image/png", b"\x89PNG")
    assert len(line.say(saying("Вот договор", files=(PDF, picture))).outside_ids) == 2
    assert green_api_peer.said == [
        {"chatId": VERA, "caption": "Вот договор", "fileName": "Договор.pdf", "file": PDF.content},
        {"chatId": VERA, "fileName": "a.png", "file": b"\x89PNG"},
    ]


def test_an_answer_that_was_lost_leaves_it_unsure(line, green_api_peer):
    green_api_peer.is_silent_after_sending = True
    with pytest.raises(Unsure):
        line.say(saying())
    assert len(green_api_peer.said) == 1


def test_refusals(line, green_api_peer):
    with pytest.raises(Closed):
        line.say(saying(to="79990000000@c.us"))
    with pytest.raises(Undeliverable):
        line.say(saying("ы" * (LONGEST + 1)))
    green_api_peer.is_busy = True
    with pytest.raises(Unreached) as trouble:
        line.say(saying())
    assert trouble.value.after == 10.0
    wrong = Access("green_api/main", "wrong", green_api_peer.url, options={"instance": INSTANCE})
    with closing(GreenApi(wrong)) as other, pytest.raises(Denied):
        other.name()


def test_it_says_who_is_connected_and_that_nobody_is(line, green_api_peer):
    assert line.name() == "79161234567"
    green_api_peer.state = "notAuthorized"
    with pytest.raises(Unreached, match="notAuthorized"):
        line.name()


def test_it_is_told_where_we_are(line, green_api_peer):
    line.call_here("https://crm.example/in/green_api/key/", secret="s3cret")
    told = green_api_peer.settings
    assert (told["webhookUrl"], told["webhookUrlToken"]) == ("https://crm.example/in/green_api/key/", "s3cret")
    assert {value for name, value in told.items() if name.endswith("Webhook")} == {"yes"}


def test_a_file_is_fetched_also_when_its_address_has_run_out(line, green_api_peer):
    content = b"x" * 300_000
    address = green_api_peer.lie("F7AE", "a.jpg", content)
    ref = {"url": address, "chat": VERA, "message": "F7AE"}
    assert b"".join(line.fetch(ref)) == content
    assert b"".join(line.fetch({**ref, "url": f"{green_api_peer.url}/files/old.jpg"})) == content
    with pytest.raises(Gone):
        list(line.fetch({**ref, "url": f"{green_api_peer.url}/files/old.jpg", "message": "unknown"}))


def test_no_file_is_fetched_out_of_our_own_network(green_api_peer):
    address = green_api_peer.lie("F7AE", "a.jpg", b"secret")
    inside = Access("green_api/main", TOKEN, options={"instance": INSTANCE})
    with closing(GreenApi(inside)) as line, pytest.raises(Unreached):
        list(line.fetch({"url": address}))
