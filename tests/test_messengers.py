# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""The contract of a messenger, over all of them; and the worker's rounds, before stand-ins on real sockets."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest

from svyazka.business.conversations import accounts, bans, bots
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.models import Entry
from svyazka.business.notices import delivering, linking, outbox, wishes
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached, of_kind
from svyazka.business.notices.models import Chat, Notice, Outage, Outgoing
from svyazka.business.notices.reading import read, seen
from svyazka.business.notices.tell import tell
from svyazka.business.staff.models import Person
from svyazka.config import working
from svyazka.connectors.max.conftest import max_peer  # noqa: F401
from svyazka.connectors.telegram.conftest import telegram_peer  # noqa: F401
from svyazka.edge.app import WAYS
from svyazka.kit import clock, secrets
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import channels
from svyazka.workplaces.shared import push


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
    way = channels.WAYS[ChannelAccount.Kind(peer.kind)]
    assert WAYS[way].connector == peer.kind
    assert not WAYS[way].from_pages


# The worker's rounds.


@pytest.fixture
def account(windows, peer) -> ChannelAccount:
    """The company's bot, as an administrator has connected it."""
    peer.pace = 0
    account = ChannelAccount.objects.filter(kind=peer.kind).first()
    if account is None:
        account, _secret = accounts.open_account(peer.kind, code="main", name="Бот", by=windows["anna"])
    bots.connect(account, token=peer.token, base=peer.url, proxy="", by=windows["anna"])
    return account


def link(peer, account, person: Person, number: int) -> Chat:
    code = linking.invite(person, account.code)
    linking.hear(f"/start {code}", account=account.code, user_id=peer.person(number), shown="@nick")
    Outgoing.objects.all().delete()
    return Chat.objects.get(person=person)


@pytest.fixture
def chat(peer, account, mikhail):
    return link(peer, account, mikhail, 5)


def asked(mikhail, konstantin, kind="question.asked") -> Notice:
    (notice,) = tell([mikhail.pk], kind, by=konstantin, deal_id=17)
    return notice


def go_round(peer, *, after: timedelta = outbox.HEAD_START) -> int:
    Outgoing.objects.update(try_at=clock.now() - timedelta(seconds=1)) if after else None
    return delivering.deliver_due(peer.kind, push.write, bots.reach)


def test_a_notice_is_said_once_with_a_link(peer, chat, mikhail, konstantin, settings):
    settings.ADDRESS = "https://crm.example.ru"
    notice = asked(mikhail, konstantin)
    assert go_round(peer) == 1
    assert go_round(peer) == 0
    assert peer.texts(5) == [f"Вам задали вопрос\nСделка № 17\nhttps://crm.example.ru/notices/{notice.pk}/"]
    notice.refresh_from_db()
    chat.refresh_from_db()
    assert notice.sent_at == chat.reached_at
    assert notice.try_at is None  # there is no device
    assert not Outgoing.objects.exists()


def test_a_house_without_an_address_gives_no_link(peer, chat, mikhail, konstantin):
    asked(mikhail, konstantin)
    go_round(peer)
    assert peer.texts(5) == ["Вам задали вопрос\nСделка № 17"]


def test_names_only_if_the_person_wants_them(peer, chat, mikhail, konstantin):
    wishes.change(mikhail, heard=wishes.GROUPS, names=True)
    tell([mikhail.pk], "question.asked", by=konstantin, data={"text": "Когда замер?"})
    go_round(peer)
    assert peer.texts(5) == [f"Вам задали вопрос\n{konstantin.full_name} спрашивает: Когда замер?"]


def test_a_page_that_is_looked_at_has_a_head_start(peer, chat, mikhail, konstantin, enter):
    shown, was_read, unseen = (asked(mikhail, konstantin) for _notice in range(3))
    assert go_round(peer, after=timedelta(0)) == 0
    enter(mikhail).get(f"/notices/{shown.pk}/toast/")
    read(was_read)
    assert not Outgoing.objects.filter(notice=shown).exists()
    for _moment in range(3):
        go_round(peer)
    assert len(peer.texts(5)) == 1
    unseen.refresh_from_db()
    assert unseen.sent_at


def test_what_somebody_does_not_want_stays_in_the_page(peer, chat, mikhail, konstantin):
    wishes.change(mikhail, heard=["task"], names=False)
    asked(mikhail, konstantin)
    assert not Outgoing.objects.exists()
    asked(mikhail, konstantin, kind="task.given")
    assert Outgoing.objects.exists()


def test_quiet_hours_hold_in_a_chat_too(peer, chat, mikhail, konstantin):
    now = clock.local(clock.now())
    around = ((now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time())
    wishes.change(mikhail, heard=wishes.GROUPS, quiet=around, names=False)
    asked(mikhail, konstantin)
    wait = Outgoing.objects.get().try_at - clock.now()
    assert timedelta(minutes=58) < wait < timedelta(minutes=61)
    # What is answered meanwhile does not wait behind it.
    linking.hear("А?", account=chat.account, user_id="5", shown="")
    assert go_round(peer, after=timedelta(0)) == 1
    assert len(peer.texts(5)) == 1


def test_after_a_long_night_it_is_still_worth_saying(peer, chat, mikhail, konstantin):
    asked(mikhail, konstantin)
    Notice.objects.update(at=clock.now() - timedelta(hours=11))
    go_round(peer)
    assert len(peer.texts(5)) == 1


def test_blocked_the_chat_is_closed_and_its_person_sees_it(peer, chat, mikhail, konstantin, enter):
    peer.block(5)
    asked(mikhail, konstantin)
    asked(mikhail, konstantin)
    go_round(peer)
    chat.refresh_from_db()
    assert chat.closed_at
    assert not Outgoing.objects.exists()
    assert Entry.objects.filter(verb="notices.chat_closed").count() == 1
    assert "заблокирован" in enter(mikhail).get("/account/").content.decode()
    asked(mikhail, konstantin)
    assert not Outgoing.objects.exists()
    linking.hear("/start", account=chat.account, user_id="5", shown="")
    assert not Chat.objects.get().closed_at


def test_a_bot_that_is_silent_is_left_alone_longer_each_time(peer, chat, account, mikhail, konstantin, anna):
    asked(mikhail, konstantin)
    peer.is_broken = True
    pauses = []
    for _attempt in range(8):
        assert go_round(peer) == 1
        assert go_round(peer) == 0  # although it is due: its bot is left alone
        outage = Outage.objects.get()
        pauses.append(round((outage.until - clock.now()).total_seconds() / 15))
        Outage.objects.update(until=clock.now())
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    peer.is_broken = False
    go_round(peer)
    assert len(peer.texts(5)) == 1
    assert not Outage.objects.exists()
    assert not Notice.objects.filter(person=anna).exists()


def test_a_lasting_outage_is_told_the_administrators_once(peer, chat, account, mikhail, konstantin, anna, enter):
    asked(mikhail, konstantin)
    peer.is_broken = True
    go_round(peer)
    for _attempt in range(2):
        Outage.objects.update(until=clock.now(), since=clock.now() - timedelta(hours=1))
        go_round(peer)
    told = Notice.objects.get(person=anna)
    assert (told.kind, told.data["bot"]) == ("bot.silent", account.code)
    assert account.code in enter(anna).get("/notices/").content.decode()
    assert "Бот не отвечает" in enter(anna).get(f"/office/channels/{account.pk}/").content.decode()


def test_a_token_that_is_not_valid_any_more_is_told_at_once(peer, chat, account, mikhail, konstantin, anna):
    asked(mikhail, konstantin)
    peer.token = "2:another"
    go_round(peer)
    assert Outage.objects.get().why == "denied"
    assert Notice.objects.filter(person=anna, kind="bot.silent").count() == 1
    assert go_round(peer) == 0
    bots.connect(account, token=peer.token, base=peer.url, proxy="", by=anna)
    assert go_round(peer, after=timedelta(0)) == 1
    assert len(peer.texts(5)) == 1


def test_asked_for_patience_it_waits_and_nobody_is_told(peer, chat, account, mikhail, konstantin, anna):
    peer.pace = 1
    asked(mikhail, konstantin)
    asked(mikhail, konstantin)
    go_round(peer)
    go_round(peer)
    outage = Outage.objects.get()
    assert outage.tries == 0
    assert timedelta(seconds=1) < outage.until - clock.now() < timedelta(seconds=4)
    assert not Notice.objects.filter(person=anna).exists()


def test_after_hours_it_is_given_up(peer, chat, mikhail, konstantin):
    asked(mikhail, konstantin)
    Outgoing.objects.update(at=clock.now() - delivering.WORTH_SAYING - timedelta(minutes=1))
    go_round(peer)
    assert peer.said == []
    assert not Outgoing.objects.exists()


def test_one_message_a_chat_in_a_round_and_in_order(peer, chat, mikhail, konstantin):
    for _question in range(2):
        asked(mikhail, konstantin)
    asked(mikhail, konstantin, kind="task.given")
    assert [go_round(peer) for _round in range(4)] == [1, 1, 1, 0]
    assert [text.partition("\n")[0] for text in peer.texts(5)] == ["Вам задали вопрос"] * 2 + ["Вам поручили дело"]


def test_a_switched_off_or_forbidden_bot_says_nothing(peer, chat, account, mikhail, konstantin, anna):
    asked(mikhail, konstantin)
    accounts.change(account, is_active=False, by=anna)
    go_round(peer)
    assert peer.said == []
    assert not Outgoing.objects.exists()


def test_whoever_was_unlinked_meanwhile_hears_nothing(peer, chat, mikhail, konstantin, anna):
    asked(mikhail, konstantin)
    linking.end_all(mikhail, by=anna)
    assert go_round(peer) == 0
    assert peer.said == []


@pytest.mark.django_db(transaction=True)
def test_a_dead_proxy_of_one_holds_up_neither_the_other_nor_the_ledger(
    windows, telegram_peer, max_peer, mikhail, konstantin, anna
):
    """Each messenger has a thread of its own."""
    max_peer.pace = 0
    telegram = ChannelAccount.objects.get(code="telegram/main")
    bots.connect(telegram, token=telegram_peer.token, base=telegram_peer.url, proxy="", by=anna)
    other, _secret = accounts.open_account("max", code="main", name="MAX", by=anna)
    bots.connect(other, token=max_peer.token, base=max_peer.url, proxy="", by=anna)
    link(telegram_peer, telegram, mikhail, 5)
    link_code = linking.invite(mikhail, other.code)
    linking.hear(f"/start {link_code}", account=other.code, user_id=max_peer.person(6), shown="")
    with socket.socket() as deaf:  # takes connections and never says a word
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(50)
        proxy = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        ChannelAccount.objects.filter(pk=telegram.pk).update(proxy=secrets.lock_away(proxy))
        asked(mikhail, konstantin)
        Outgoing.objects.update(try_at=clock.now())
        told: list[int] = []
        rounds = [[partial(working.speak, kind), told, delivering.ROUND] for kind in ("telegram", "max")]
        threads = [threading.Thread(target=working.beside, args=one) for one in rounds]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        while len(max_peer.texts(6)) < 2 and time.monotonic() - begun < 4:
            time.sleep(0.05)
        took = time.monotonic() - begun
        told.append(15)
        assert threads[0].is_alive()
    for thread in threads:
        thread.join()
    assert len(max_peer.texts(6)) == 2
    assert took < 4
    assert telegram_peer.said == []


# What an administrator enters.


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


def test_seen_is_for_that_notice_alone(peer, chat, mikhail, konstantin):
    one, other = asked(mikhail, konstantin), asked(mikhail, konstantin)
    seen(one)
    assert Outgoing.objects.get().notice == other
