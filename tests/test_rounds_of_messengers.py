# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""What has to be said goes out in the worker's rounds, before stand-ins on real sockets."""

from __future__ import annotations

import socket
import threading
import time
from datetime import timedelta
from functools import partial

import pytest

from svyazka.business.conversations import accounts, bots
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.models import Entry
from svyazka.business.notices import delivering, linking, outbox, wishes
from svyazka.business.notices.models import Chat, Notice, Outage, Outgoing
from svyazka.business.notices.reading import read, seen
from svyazka.business.notices.tell import tell
from svyazka.business.staff.models import Person
from svyazka.config import working
from svyazka.connectors.max.conftest import max_peer  # noqa: F401
from svyazka.connectors.telegram.conftest import telegram_peer  # noqa: F401
from svyazka.kit import clock, secrets
from svyazka.workplaces.shared import push
from tests.test_messengers import account, peer  # noqa: F401


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


def test_seen_is_for_that_notice_alone(peer, chat, mikhail, konstantin):
    one, other = asked(mikhail, konstantin), asked(mikhail, konstantin)
    seen(one)
    assert Outgoing.objects.get().notice == other
