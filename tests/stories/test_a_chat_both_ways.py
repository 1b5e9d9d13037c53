"""Vera writes to the bot, Olga answers, Vera presses a button; everything stands in the history once."""

from __future__ import annotations

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
from django.conf import settings

from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.conversations import bots, fetching, messages, reach, sending
from svyazka.business.conversations.channel import Button
from svyazka.business.conversations.models import ChannelAccount, Message
from svyazka.business.intake.knock import Accepted, Account, Knock
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.intake.write_down import NewArrival, write_down_now
from svyazka.connectors.telegram.stand_in import TelegramPeer, serve
from svyazka.connectors.telegram.verify import verify
from svyazka.kit import clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def peer():
    peer = TelegramPeer(pace=0)
    server = serve(peer)
    peer.person(5, "vera_p")
    yield peer
    server.shutdown()
    server.server_close()


@pytest.fixture
def account(windows, peer, attachments_root):
    account = ChannelAccount.objects.get(code="telegram/main")
    bots.connect(account, token=peer.token, base=peer.url, proxy="", by=windows["anna"])
    bots.call_here(account, "https://crm.example.ru/in/telegram/x/", by=windows["anna"])
    account.refresh_from_db()
    return account


@pytest.fixture
def door(account):
    """Into the ledger, as the edge does it: what it refuses first is sent again."""
    known = Account(account.code, "telegram", secret_fingerprint=account.secret_fingerprint)

    class Door(BaseHTTPRequestHandler):
        refuses = 0

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            accepted = verify(Knock(headers, body, clock.now()), known)
            assert isinstance(accepted, Accepted)
            with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as ledger:
                arrival = (account.code, "telegram", accepted.outside_id, accepted.conversation, {}, body)
                write_down_now(ledger, [NewArrival(*arrival)])
            is_refused = Door.refuses > 0
            Door.refuses -= 1
            said = accepted.said.body if accepted.said else b"{}"
            self.send_response(503 if is_refused else accepted.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    Door.address = f"http://127.0.0.1:{server.server_port}/"
    yield Door
    server.shutdown()
    server.server_close()


def said():
    return [(one.direction, one.text) for one in Interaction.objects.filter(kind="message").order_by("at", "pk")]


def come_in(peer, door, **how):
    statuses = peer.deliver(door.address, **how)
    work_off()
    assert set(Arrival.objects.values_list("state", flat=True)) <= {"done", "ignored"}
    return statuses


def send():
    Message.objects.filter(state="waiting").update(try_at=clock.now())
    return sending.send_due("telegram", bots.reach)


def test_vera_writes_olga_answers_and_a_button_is_pressed(peer, door, olga):
    peer.written(5, "Сколько стоит балкон?")
    door.refuses = 1
    assert come_in(peer, door) == [503, 200]
    client = Client.objects.get(contact_points__value="5")
    asked = Message.objects.get()
    yes_or_no = [[Button("Подходит", "yes"), Button("Нет", "no")]]
    [way] = reach.ways_of(client.pk)
    messages.say(
        client.pk,
        "Замер завтра в 10?",
        account=way.account,
        user_id=way.user_id,
        by=olga,
        buttons=yes_or_no,
        answers=asked,
    )
    assert send() == 1
    peer.pressed(5, peer.sent[-1], "yes")
    come_in(peer, door)
    assert said() == [("in", "Сколько стоит балкон?"), ("out", "Замер завтра в 10?"), ("in", "Подходит")]
    assert len(peer.answered) == 1
    assert ContactPoint.objects.get(value="5").shown == "@vera_p"


def test_duplicates_and_any_order_make_the_same_history(peer, door):
    first = peer.written(5, "раз")
    peer.edited(first, "один")
    for text in ("два", "три"):
        peer.written(5, text)
    peer.written(5, "с фото", photo=peer.photo(b"\xff\xd8\xff a picture"))
    come_in(peer, door, again=3, order=lambda update: -update["update_id"])
    assert sorted(text for _way, text in said()) == sorted(["один", "два", "три", "с фото"])
    assert Message.objects.count() == 4
    assert fetching.fetch_due(bots.reach) == 1


def test_who_blocks_the_bot_is_not_reached_until_he_writes(peer, door, olga):
    peer.written(5, "раз")
    come_in(peer, door)
    client = Client.objects.get(contact_points__value="5")
    reach.Reach.objects.update(heard_at=clock.now() - timedelta(hours=1))
    peer.block(5)
    come_in(peer, door)
    assert [way.can_write for way in reach.ways_of(client.pk)] == [False]
    peer.unblock(5)
    peer.written(5, "два")
    come_in(peer, door)
    assert [way.can_write for way in reach.ways_of(client.pk)] == [True]
