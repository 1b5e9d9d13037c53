# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""What a client gets in the chat with a bot of ours, before stand-ins of the messengers on real sockets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.agreements import delivering, links, revoking
from svyazka.business.agreements.conftest import agree, files, form, given, offered, save, whole  # noqa: F401
from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations import accounts, client_channel, mail
from svyazka.business.conversations.client_channel import Letter, Undeliverable, Unreached, Way
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.visits import client_sending, to_client
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, visit  # noqa: F401
from svyazka.business.visits.models import ClientWord
from svyazka.connectors.email.conftest import mail_peer  # noqa: F401
from svyazka.connectors.max.conftest import max_peer  # noqa: F401
from svyazka.connectors.telegram.conftest import telegram_peer  # noqa: F401
from svyazka.kit import clock, secrets

VERA = 5
TO = "vera@example.ru"


@pytest.fixture(autouse=True)
def house(settings):
    settings.ADDRESS = "https://okna.example.ru"


@pytest.fixture(params=["telegram", "max"])
def peer(request, vera, windows):
    """Vera has written to a bot of the company."""
    found = request.getfixturevalue(f"{request.param}_peer")
    found.person(VERA)
    found.pace = 0
    bot = {"secret": secrets.lock_away(found.token), "base": found.url, "nick": "okna_bot", "is_active": True}
    account, _is_new = ChannelAccount.objects.update_or_create(
        code=f"{found.kind}/clients", defaults={"kind": found.kind, "name": "Бот", "public_key": found.kind, **bot}
    )
    ContactPoint.objects.create(client=vera, kind=found.kind, account=account.code, value=str(VERA))
    return found


@pytest.fixture
def post(mail_peer, anna, vera):
    """And the company's mail server knows her address."""
    server = {"host": mail_peer.host, "port": mail_peer.port, "security": "none", "user": "", "password": ""}
    mail.change(**server, sender="okna@example.ru", name="Окна", to="anna@example.ru", by=anna)
    ContactPoint.objects.create(client=vera, kind="email", value=TO)
    mail_peer.letters.clear()
    return mail_peer


@pytest.fixture
def later(monkeypatch):
    def go(**span):
        then = clock.now() + timedelta(**span)
        monkeypatch.setattr(clock, "now", lambda: then)

    return go


def account_of(peer):
    return ChannelAccount.objects.get(code=f"{peer.kind}/clients")


def test_what_is_to_be_signed_and_what_is_signed_come_as_links(peer, agree, offered):
    asked = offered("en")
    delivering.go_on()
    made = agree()
    delivering.go_on()
    for one in (asked, made):
        one.refresh_from_db()
        assert (one.letter, one.channel) == ("sent", peer.kind)
    to_sign, signed = peer.texts(VERA)
    assert "sign it on your phone" in to_sign
    assert links.link_of(asked) in to_sign
    assert f"скачать PDF: {links.link_of(made)}" in signed


def test_the_pdf_goes_by_mail_where_there_is_an_address_and_nothing_to_the_bot(peer, post, agree):
    made = agree()
    delivering.go_on()
    made.refresh_from_db()
    assert (made.letter, made.channel, made.address) == ("sent", "email", TO)
    assert len(list(post.letters[-1].iter_attachments())) == 1
    assert peer.texts(VERA) == []


def test_an_address_that_is_refused_falls_back_to_the_bot(peer, post, agree):
    post.unknown.add(TO)
    made = agree()
    delivering.go_on()
    made.refresh_from_db()
    assert (made.letter, made.channel, made.failed_at) == ("sent", peer.kind, None)
    assert links.link_of(made) in peer.texts(VERA)[0]


def test_a_server_that_is_away_is_asked_again_before_another_way_is_tried(peer, post, agree, later):
    post.busy = True
    made = agree()
    for attempt in range(1, delivering.FALLS_BACK_AFTER + 1):
        assert peer.texts(VERA) == [], attempt
        assert delivering.go_on() == 1
        later(minutes=30)
    made.refresh_from_db()
    assert (made.letter, made.channel, len(peer.texts(VERA))) == ("sent", peer.kind, 1)


def test_a_bot_that_was_blocked_is_a_problem_where_nothing_else_leads_there(peer, agree):
    peer.block(VERA)
    made = agree()
    delivering.go_on()
    made.refresh_from_db()
    assert (made.letter, made.try_at, made.failed_at is not None) == ("failed", None, True)


def test_without_a_link_a_chat_has_nothing_to_bring(peer, agree, olga):
    made = revoking.revoke(agree(), by=olga)
    assert list(delivering.ways_for(made)) == []
    delivering.go_on()
    made.refresh_from_db()
    assert (made.letter, peer.texts(VERA)) == ("by_hand", [])


def test_a_bot_that_is_switched_off_leads_nowhere(peer, vera, anna):
    (way,) = client_channel.ways_to(vera.pk)
    assert way == Way(peer.kind, f"{peer.kind}/clients {VERA}")
    accounts.change(account_of(peer), is_active=False, by=anna)
    assert client_channel.way_to(vera.pk) is None
    with pytest.raises(Undeliverable):
        client_channel.of_kind(peer.kind).send(Letter("k", "t", "text"), to=way.address)


def test_a_token_that_is_wrong_may_be_right_tomorrow(peer, vera):
    account = account_of(peer)
    account.secret = secrets.lock_away("1:wrong")
    account.save()
    (way,) = client_channel.ways_to(vera.pk)
    with pytest.raises(Unreached):
        client_channel.of_kind(peer.kind).send(Letter("k", "t", "text"), to=way.address)


def test_she_hears_of_her_visit_in_the_chat(peer, visit, olga):
    ClientWord.objects.all().delete()
    to_client.tell(visit, "reminder", by=olga)
    client_sending.send_due()
    word = ClientWord.objects.get()
    assert (word.state, word.channel) == ("sent", peer.kind)
    assert peer.texts(VERA) == [to_client.client_texts.with_link(word.text, visit)]


def test_the_office_reads_by_what_it_goes_and_what_comes_that_way(peer, post, agree, enter, olga):
    made = agree()
    title = client_channel.of_kind(peer.kind).title
    page = enter(olga).get(f"/agreements/{made.pk}/").content.decode()
    assert "E-mail (PDF и ссылка)" in page
    assert f"{title} (ссылка на PDF)" in page
    delivering.go_on()
    assert f"E-mail, {TO}" in enter(olga).get(f"/agreements/{made.pk}/").content.decode()
