"""What we write to clients goes out in the worker's rounds, before a stand-in of Telegram on a real socket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings as house

from svyazka.business.clients.models import ContactPoint, Interaction
from svyazka.business.conversations import accounts, bans, bots, messages, reach, sending
from svyazka.business.conversations.channel import Button
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.models import ChannelAccount, Message, Reach
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice, Outage
from svyazka.connectors.telegram.stand_in import TelegramPeer, serve
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

State = Message.State
PDF = Attached("План.pdf", "application/pdf", b"%PDF-1.7 plan")


@pytest.fixture
def peer():
    peer = TelegramPeer(pace=0)
    server = serve(peer)
    yield peer
    server.shutdown()
    server.server_close()


@pytest.fixture
def account(windows, peer, attachments_root):
    account = ChannelAccount.objects.get(code="telegram/main")
    bots.connect(account, token=peer.token, base=peer.url, proxy="", by=windows["anna"])
    return account


@pytest.fixture
def chat(vera, peer, account):
    """Vera has written to the bot."""
    return make_chat(vera, peer, account, 5)


def make_chat(client, peer, account, number):
    peer.person(number)
    ContactPoint.objects.create(client=client, kind="telegram", account=account.code, value=str(number))
    reach.heard(account.code, str(number), at=clock.now(), address={})
    return str(number)


def say(client, text, by, *, user_id="5", **besides):
    return messages.say(client.pk, text, account="telegram/main", user_id=user_id, by=by, **besides)


def go_round():
    Message.objects.filter(state=State.WAITING).exclude(try_at=None).update(try_at=clock.now())
    return sending.send_due("telegram", bots.reach)


def states():
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_said_stands_in_the_history_and_goes_out_once(vera, olga, peer, chat):
    message = say(vera, "Замер завтра в 10", olga)
    line = Interaction.objects.get(pk=message.interaction_id)
    assert (line.direction, line.text, line.by_id, message.state) == ("out", "Замер завтра в 10", olga.pk, "waiting")
    assert (go_round(), go_round()) == (1, 0)
    message.refresh_from_db()
    assert (message.state, message.outside_id, message.try_at) == ("sent", str(peer.sent[0]["message_id"]), None)
    assert peer.texts(5) == ["Замер завтра в 10"]
    assert Entry.objects.filter(verb="conversations.said", client_id=vera.pk).count() == 1


def test_files_buttons_and_the_message_that_it_answers_go_with_it(vera, olga, peer, chat):
    first = say(vera, "Добрый день", olga)
    go_round()
    first.refresh_from_db()
    yes_or_no = [[Button("Да", "yes"), Button("Нет", "no")]]
    answer = say(vera, "Вот план", olga, files=[PDF], buttons=yes_or_no, answers=first)
    go_round()
    sent = peer.sent[-1]
    assert (sent["caption"], sent["document"]["file_name"]) == ("Вот план", "План.pdf")
    assert peer.files[sent["document"]["file_id"]].content == PDF.content
    assert [one["callback_data"] for one in sent["reply_markup"]["inline_keyboard"][0]] == ["yes", "no"]
    assert sent["reply_to_message"]["message_id"] == int(first.outside_id)
    assert answer.files.get().state == "kept"


def test_in_a_chat_one_after_the_other_and_other_chats_do_not_wait(vera, olga, peer, chat, account):
    make_chat(vera, peer, account, 6)
    for text in "123":
        say(vera, text, olga)
    say(vera, "of another", olga, user_id="6")
    Message.objects.filter(pk=Message.objects.earliest("pk").pk).update(try_at=clock.now() + timedelta(hours=1))
    assert sending.send_due("telegram", bots.reach) == 1
    assert peer.said == [(6, "of another")]
    assert [go_round() for _round in range(4)] == [1, 1, 1, 0]
    assert peer.texts(5) == ["1", "2", "3"]


def test_a_chat_rests_between_two_messages(vera, olga, peer, chat):
    say(vera, "1", olga)
    say(vera, "2", olga)
    assert [sending.send_due("telegram", bots.reach) for _round in range(2)] == [1, 0]
    waits = Message.objects.latest("pk").try_at - clock.now()
    assert timedelta(seconds=0.5) < waits <= timedelta(seconds=1)


def test_whoever_has_blocked_us_is_not_written_to(vera, olga, peer, chat):
    say(vera, "1", olga)
    say(vera, "2", olga)
    peer.block(5)
    go_round()
    assert states() == ["failed", "failed"]
    assert Reach.objects.get().closed_why == "blocked"
    assert [(way.can_write, bool(way.why_not)) for way in reach.ways_of(vera.pk)] == [(False, True)]
    with pytest.raises(Refused):
        say(vera, "3", olga)
    assert Message.objects.count() == 2
    reach.heard("telegram/main", "5", at=clock.now(), address={})
    messages.again(Message.objects.earliest("pk"), by=olga)
    peer.unblock(5)
    go_round()
    assert (states(), peer.texts(5)) == (["sent", "failed"], ["1"])


def test_what_the_messenger_refuses_says_why(vera, olga, peer, chat):
    message = say(vera, "1", olga)
    del peer.users[5]
    peer.users[6] = {}
    go_round()
    message.refresh_from_db()
    assert messages.in_words(message).startswith("Клиент")
    peer.person(5)
    Reach.objects.update(closed_at=None)
    refused = say(vera, "2", olga, buttons=[[Button("Да", "")]])
    go_round()
    refused.refresh_from_db()
    assert (refused.state, messages.in_words(refused)) == (
        "failed",
        "Канал не принимает это сообщение. [button_data_invalid]",
    )


def test_without_an_answer_nobody_knows_and_a_person_decides(vera, olga, peer, chat):
    message = say(vera, "1", olga)
    peer.mute = 1
    go_round()
    assert (states(), peer.texts(5), go_round()) == (["unsure"], ["1"], 0)
    messages.again(message, by=olga)
    go_round()
    assert (states(), peer.texts(5)) == (["sent"], ["1", "1"])


def test_where_nobody_listens_nothing_was_sent_and_it_waits(vera, olga, peer, chat, account):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        ChannelAccount.objects.update(base=f"http://127.0.0.1:{nobody.getsockname()[1]}")
    say(vera, "1", olga)
    go_round()
    assert (states(), go_round()) == (["waiting"], 0)
    pause = Outage.objects.get().until - clock.now()
    assert timedelta(seconds=10) < pause <= timedelta(seconds=15)
    ChannelAccount.objects.update(base=peer.url)
    Outage.objects.update(until=clock.now())
    go_round()
    assert (states(), Outage.objects.exists()) == (["sent"], False)


def test_asked_for_patience_it_waits_so_long(vera, olga, peer, chat, anna):
    peer.pace = 60
    say(vera, "1", olga)
    say(vera, "2", olga)
    go_round()
    go_round()
    assert states() == ["sent", "waiting"]
    outage = Outage.objects.get()
    assert (outage.tries, Notice.objects.filter(person=anna).exists()) == (0, False)
    assert timedelta(seconds=1) < outage.until - clock.now() <= timedelta(seconds=3)


def test_a_token_that_is_not_valid_any_more_is_told_the_administrators(vera, olga, peer, chat, account, anna):
    say(vera, "1", olga)
    peer.token = "2:another"
    go_round()
    assert (states(), Outage.objects.get().why) == (["waiting"], "denied")
    assert Notice.objects.filter(person=anna, kind="bot.silent").count() == 1
    bots.connect(account, token=peer.token, base=peer.url, proxy="", by=anna)
    assert sending.send_due("telegram", bots.reach) == 1
    assert peer.texts(5) == ["1"]


def test_after_hours_it_is_given_up_in_words(vera, olga, peer, chat):
    message = say(vera, "1", olga)
    Message.objects.update(at=clock.now() - sending.WORTH_SAYING - timedelta(minutes=1))
    assert go_round() == 0
    message.refresh_from_db()
    assert (message.state, peer.said, "долго" in messages.in_words(message)) == ("failed", [], True)


def test_what_is_called_off_does_not_go_out(vera, olga, peer, chat):
    message = say(vera, "1", olga)
    messages.call_off(message, by=olga)
    messages.call_off(message, by=olga)
    assert (go_round(), peer.said, states()) == (0, [], ["called_off"])
    messages.again(message, by=olga)
    go_round()
    assert peer.texts(5) == ["1"]
    for verb in (messages.again, messages.call_off):
        with pytest.raises(Refused):
            verb(message, by=olga)


@pytest.mark.parametrize(
    ("text", "besides"),
    [
        ("", {}),
        ("  ", {}),
        ("ы" * 4097, {}),
        ("1", {"user_id": "7"}),
        ("1", {"files": [Attached("v.exe", "image/png", b"MZ\x90\x00")]}),
        ("1", {"files": [Attached("empty", "image/png", b"")]}),
        ("1", {"files": [PDF] * 11}),
    ],
)
def test_what_cannot_go_out_is_refused_before_anything_is_written(vera, olga, peer, chat, text, besides):
    with pytest.raises(Refused):
        say(vera, text, olga, **besides)
    assert (Message.objects.count(), Interaction.objects.filter(kind="message").count()) == (0, 0)


def test_a_channel_that_is_switched_off_or_forbidden_says_so(vera, olga, peer, chat, account, anna):
    waiting = say(vera, "1", olga)
    bans.forbid_foreign(by=anna)
    with pytest.raises(Refused, match="запрещены"):
        say(vera, "2", olga)
    go_round()
    waiting.refresh_from_db()
    assert (waiting.state, messages.in_words(waiting)) == ("failed", "Этот канал выключен.")
    bans.allow_foreign(by=anna)
    with pytest.raises(Refused, match="выключен"):
        say(vera, "2", olga)
    accounts.change(account, is_active=True, by=anna)
    messages.again(waiting, by=olga)
    go_round()
    assert peer.texts(5) == ["1"]


def test_one_poisonous_message_does_not_stop_the_others_for_ever(vera, olga, peer, chat):
    message = say(vera, "1", olga)
    Message.objects.update(tries=sending.MOST_TRIES)
    peer.is_broken = True
    go_round()
    assert states() == ["waiting"]  # nothing else gets through either
    Message.objects.create(
        interaction_id=1, at=clock.now(), account="telegram/main", user_id="9", is_ours=True, state="sent",
        state_at=clock.now() + timedelta(seconds=1),
    )  # fmt: skip
    Outage.objects.all().delete()
    go_round()
    message.refresh_from_db()
    assert message.state == "failed"


def test_the_same_number_of_questions_for_one_way_and_for_many(vera, account, chat, peer, django_assert_num_queries):
    with django_assert_num_queries(4):
        assert len(reach.ways_of(vera.pk)) == 1
    for number in range(10, 20):
        make_chat(vera, peer, account, number)
    with django_assert_num_queries(4):
        assert [way.user_id for way in reach.ways_of(vera.pk)][0] == "19"


def test_another_worker_leaves_it_to_whoever_is_at_it(vera, olga, peer, chat, django_db_blocker):
    say(vera, "1", olga)
    import psycopg

    with psycopg.connect(house.DATABASE_DIRECT_URL, autocommit=True) as other:
        lock = sending.LOCKS + sending.zlib.crc32(b"telegram")
        other.execute("select pg_advisory_lock(%s)", [lock])
        assert go_round() == 0
    assert go_round() == 1


def test_an_account_whose_secret_does_not_open_keeps_no_other(vera, olga, peer, chat, account, anna):
    other, _secret = accounts.open_account("telegram", code="other", name="Other", by=anna)
    ChannelAccount.objects.filter(pk=other.pk).update(secret="locked with another key")
    ContactPoint.objects.create(client=vera, kind="telegram", account=other.code, value="5")
    messages.say(vera.pk, "1", account=other.code, user_id="5", by=olga)
    say(vera, "2", olga)
    go_round()
    assert (states(), peer.texts(5)) == (["waiting", "sent"], ["2"])
    assert Outage.objects.get().account == other.code


WORKER = """
import django, time
django.setup()
from svyazka.business.conversations import bots, sending
print("ready", flush=True)
while True:
    sending.send_due("telegram", bots.reach)
    time.sleep(0.02)
"""


def begin_worker():
    given = {"DATABASE_URL": house.DATABASE_DIRECT_URL, "SVYAZKA_SECRET_KEY": house.SECRET_KEY}
    given |= {"DJANGO_SETTINGS_MODULE": "svyazka.config.settings"}
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env={**os.environ, **given}, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"ready\n"
    return worker


def wait_for(what, seconds=20.0):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, (states(), list(Outage.objects.values()))
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_loses_nothing_and_says_nothing_twice(vera, olga, peer, account):
    """Killed while messages are under way: those are shown as perhaps sent; whatever was not begun is sent by the next
    one. Nobody hears anything twice."""
    for number in range(20, 60):
        make_chat(vera, peer, account, number)
        say(vera, f"to {number}", olga, user_id=str(number))
    peer.hangs = 0.15
    for kill in range(3):
        worker = begin_worker()
        try:
            wait_for(lambda least=kill * 8 + 4: len(peer.said) >= least)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    time.sleep(0.5)  # what the stand-in has taken by then
    peer.hangs = 0
    worker = begin_worker()
    try:
        wait_for(lambda: not Message.objects.filter(state__in=["waiting", "sending"]).exists())
    finally:
        worker.kill()
        worker.wait()
    heard = [number for number, _text in peer.said]
    unsure = {int(one.user_id) for one in Message.objects.filter(state="unsure")}
    sent = {int(one.user_id) for one in Message.objects.filter(state="sent")}
    assert len(heard) == len(set(heard))
    assert sent | unsure == set(range(20, 60))
    assert sent <= set(heard)
    assert 1 <= len(unsure) <= 3 * sending.OF_ONE_ACCOUNT
