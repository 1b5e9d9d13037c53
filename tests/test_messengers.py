# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""The contract of a messenger, over all of them, before stand-ins on real sockets."""

from __future__ import annotations

import logging
import socket
from contextlib import closing

import pytest

from svyazka.business.conversations import accounts, bans, bots
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.models import Entry
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached, of_kind
from svyazka.connectors.max.conftest import max_peer  # noqa: F401
from svyazka.connectors.telegram.conftest import telegram_peer  # noqa: F401
from svyazka.edge.app import WAYS
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused


@pytest.fixture(params=["telegram", "max"])
def peer(request):
    return request.getfixturevalue(f"{request.param}_peer")


def bot_of(peer, **other):
    return closing(of_kind(peer.kind)(Access(f"{peer.kind}/main", **{"token": peer.token, "base": peer.url, **other})))


def nobody_listens() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


# The contract.


def test_it_says_who_it_is_and_writes(peer):
    number = peer.person(5)
    with bot_of(peer) as bot:
        assert bot.name() == peer.bot
        bot.send("Вам задали вопрос 🙂", to=number)
    assert peer.texts(5) == ["Вам задали вопрос 🙂"]


def test_its_limits_and_its_link_are_data(peer):
    kind = of_kind(peer.kind)
    assert kind.longest == peer.longest
    assert kind.invitation.format(bot="b", code="me-x").endswith("/b?start=me-x")


@pytest.mark.parametrize("letter", ["ы", "🙂"])
def test_a_text_that_is_too_long_is_cut(peer, letter):
    number = peer.person(5)
    with bot_of(peer) as bot:
        bot.send(letter * 5000, to=number)
    (text,) = peer.texts(5)
    assert text.endswith(f"{letter}…")
    assert len(text.encode("utf-16-le")) // 2 in (peer.longest, peer.longest - 1)


def test_blocked_or_nobody_there_is_for_ever(peer):
    number = peer.person(5)
    peer.block(5)
    with bot_of(peer) as bot:
        for to in (number, "77"):
            with pytest.raises(Closed):
                bot.send("Привет", to=to)


def test_a_message_that_is_refused_says_nothing_of_the_chat(peer):
    number = peer.person(5)
    with bot_of(peer) as bot, pytest.raises(Undeliverable) as told:
        bot.send("", to=number)
    assert not isinstance(told.value, Closed)


def test_a_flood_is_answered_with_how_long_to_wait(peer):
    number = peer.person(5)
    with bot_of(peer) as bot:
        bot.send("1", to=number)
        with pytest.raises(Unreached) as told:
            bot.send("2", to=number)
    assert told.value.after == 3


def test_a_wrong_token_is_no_trouble_of_the_line(peer):
    with bot_of(peer, token="1:wrong") as bot, pytest.raises(Denied):
        bot.name()


def test_what_is_down_is_tried_again(peer):
    number = peer.person(5)
    peer.is_broken = True
    with bot_of(peer) as bot, pytest.raises(Unreached):
        bot.send("Привет", to=number)
    with bot_of(peer, base=nobody_listens()) as bot, pytest.raises(Unreached, match="ConnectError"):
        bot.name()


@pytest.mark.parametrize("status", [200, 401, 403, 404])
def test_a_page_that_stands_in_the_way_says_nothing_of_chat_or_token(peer, status):
    """A provider's stub in place of a blocked service."""
    number = peer.person(5)
    peer.stub = status
    with bot_of(peer) as bot, pytest.raises(Unreached):
        bot.send("Привет", to=number)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_dead_proxy_is_no_more_than_that(peer, scheme):
    proxy = nobody_listens().replace("http", scheme)
    with bot_of(peer, proxy=proxy) as bot, pytest.raises(Unreached):
        bot.name()
    assert peer.asked == []


def test_it_is_told_where_to_call(peer):
    with bot_of(peer) as bot:
        bot.call_here(f"https://crm.example.ru/in/{peer.kind}/key/", secret="s" * 43)
        assert peer.webhook["url"] == f"https://crm.example.ru/in/{peer.kind}/key/"
        with pytest.raises(Undeliverable):
            bot.call_here("http://crm.example.ru/", secret="s" * 43)


def test_neither_token_nor_text_gets_into_a_log(peer, caplog):
    number = peer.person(5)
    caplog.set_level(logging.DEBUG)
    with bot_of(peer) as bot:
        bot.send("Вера Павлова", to=number)
    with bot_of(peer, base=nobody_listens()) as bot, pytest.raises(Unreached) as told:
        bot.send("Вера Павлова", to=number)
    assert peer.token not in caplog.text + str(told.value) + repr(Access("a", peer.token))
    assert "Вера" not in caplog.text


def test_the_edge_and_the_office_know_the_same_way_in(peer):
    way = ChannelAccount(kind=peer.kind).way
    assert WAYS[way].accounts == peer.kind
    assert not WAYS[way].from_pages


# What an administrator enters.


@pytest.fixture
def account(windows, peer) -> ChannelAccount:
    """The company's bot, as an administrator has connected it."""
    peer.pace = 0
    account = ChannelAccount.objects.filter(kind=peer.kind).first()
    if account is None:
        account, _secret = accounts.open_account(peer.kind, code="main", name="Бот", by=windows["anna"])
    bots.connect(account, token=peer.token, base=peer.url, proxy="", by=windows["anna"])
    return account


@pytest.mark.django_db
def test_a_wrong_token_is_said_at_once_and_nothing_is_kept(peer, windows, anna):
    account = ChannelAccount(kind=peer.kind, code=f"{peer.kind}/x", name="x", public_key="x")
    account.save()
    for token, proxy, base, field in (
        ("1:wrong", "", peer.url, "token"),
        ("", "", peer.url, "token"),
        ("1/2", "", peer.url, "token"),
        (peer.token, nobody_listens(), peer.url, "proxy"),
        (peer.token, "ftp://x", peer.url, "proxy"),
        (peer.token, "http://[", peer.url, "proxy"),
        (peer.token, "", "nonsense", "base"),
    ):
        with pytest.raises(Refused) as told:
            bots.connect(account, token=token, base=base, proxy=proxy, by=anna)
        assert list(told.value.fields) == [field]
    account.refresh_from_db()
    assert (account.secret, account.nick) == ("", "")


def test_an_empty_token_and_a_hidden_password_stay(peer, account, anna):
    ChannelAccount.objects.filter(pk=account.pk).update(proxy=secrets.lock_away("http://u:pw@127.0.0.1:9"))
    account.refresh_from_db()
    assert bots.shown_proxy(account) == "http://u:•••@127.0.0.1:9"
    with pytest.raises(Refused) as told:  # it was taken: there is nobody at that port
        bots.connect(account, token="", base=peer.url, proxy="http://u:•••@127.0.0.1:9", by=anna)
    assert list(told.value.fields) == ["proxy"]
    bots.connect(account, token="", base=peer.url, proxy="", by=anna)
    account.refresh_from_db()
    assert (bots.shown_proxy(account), secrets.take_out(account.secret)) == ("", peer.token)


def test_a_stored_token_goes_to_no_other_server(peer, account, anna):
    """Whoever may change the settings could have read it there."""
    with pytest.raises(Refused) as refusal:
        bots.connect(account, token="", base=nobody_listens(), proxy="", by=anna)
    assert "token" in refusal.value.fields
    account.refresh_from_db()
    assert account.base == peer.url


def test_the_webhook_is_set_from_the_page_with_a_new_secret(peer, account, anna, enter):
    before = account.secret_fingerprint
    page = f"/office/channels/{account.pk}/webhook/"
    assert enter(anna).post(page).status_code == 422  # not over https
    assert enter(anna).post(page, secure=True).status_code == 302
    account.refresh_from_db()
    way = "telegram" if peer.kind == "telegram" else "max"
    assert peer.webhook["url"] == f"https://testserver/in/{way}/{account.public_key}/"
    secret = peer.webhook.get("secret_token") or peer.webhook["secret"]
    assert account.secret_fingerprint == secrets.fingerprint(secret) != before


@pytest.mark.django_db
def test_forbidden_foreign_messengers_are_switched_off_and_stay_off(windows, anna, enter):
    telegram, form = (ChannelAccount.objects.get(code=code) for code in ("telegram/main", "web_form/okna"))
    client = enter(anna)
    client.post("/office/channels/foreign/", {"forbidden": "1"})
    telegram.refresh_from_db()
    form.refresh_from_db()
    assert (telegram.is_active, form.is_active) == (False, True)
    assert client.post(f"/office/channels/{telegram.pk}/state/", {"on": "1"}).status_code == 422
    assert client.post("/office/channels/new/", {"kind": "telegram", "name": "x", "code": "x"}).status_code == 422
    assert client.post("/office/channels/new/", {"kind": "max", "name": "x", "code": "x"}).status_code == 200
    bans.forbid_foreign(by=anna)
    client.post("/office/channels/foreign/", {"forbidden": "0"})
    assert client.post(f"/office/channels/{telegram.pk}/state/", {"on": "1"}).status_code == 302
    verbs = Entry.objects.filter(verb__startswith="conversations.foreign").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["conversations.foreign_forbidden", "conversations.foreign_allowed"]
