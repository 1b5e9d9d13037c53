from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from datetime import datetime, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

import pytest

from svyazka.business.automation.action import CannotAct, TryLater
from svyazka.business.automation.actions import call_webhook
from svyazka.business.automation.actions.call_webhook import CallWebhook
from svyazka.business.automation.actions.write_to_client import WriteToClient
from svyazka.business.clients.models import Interaction
from svyazka.business.consents import giving
from svyazka.business.conversations.models import Message
from svyazka.business.deals.models import Task
from svyazka.business.inbox import replies
from svyazka.business.visits.models import ClientRules
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def never_quiet(windows):
    """Whatever the hour of the test."""
    ClientRules.objects.update_or_create(pk=1, defaults={"quiet_from": time(3), "quiet_until": time(3)})


def test_a_client_is_written_to_where_he_wrote_last(deal, case_of, do, chatting, never_quiet):
    chatting("Когда замер?", kind="max", ago=90)
    chatting("Ау", kind="telegram", ago=5)
    done = do(WriteToClient(), case_of(deal), text="{client}, ваша сделка № {deal}")
    message = Message.objects.get(pk=done.made["message"])
    line = Interaction.objects.get(pk=message.interaction_id)
    assert (message.account, message.state) == ("telegram/main", "waiting")
    assert (line.text, line.deal_id) == (f"{deal.client.name}, ваша сделка № {deal.pk}", deal.pk)


def test_a_quick_reply_goes_with_its_fields_filled_in(deal, case_of, do, chatting, never_quiet, anna):
    chatting("Когда замер?")
    reply = replies.add("Номер", "Ваш номер {deal}, менеджер {manager}", by=anna)
    done = do(WriteToClient(), case_of(deal), kind="reply", reply=str(reply.pk))
    line = Interaction.objects.get(pk=Message.objects.get(pk=done.made["message"]).interaction_id)
    assert line.text == f"Ваш номер {deal.pk}, менеджер {deal.responsible.full_name}"


def test_nothing_with_a_hole_in_it_goes_to_a_client(deal, case_of, do, chatting, never_quiet):
    chatting("Когда замер?")
    with pytest.raises(CannotAct) as refusal:
        do(WriteToClient(), case_of(deal), text="Ждите нас {visit}")
    assert "{visit}" in str(refusal.value)
    assert not Message.objects.filter(is_ours=True).exists()


def test_whoever_has_withdrawn_his_consent_is_not_written_to_once_the_deal_is_over(
    deal, case_of, do, chatting, never_quiet, olga
):
    chatting("Когда замер?")
    giving.give(deal.client, "processing", source="call", by=olga)
    giving.withdraw(deal.client, "processing", by=olga)
    type(deal).objects.filter(pk=deal.pk).update(closed_at=clock.now())
    with pytest.raises(CannotAct):
        do(WriteToClient(), case_of(deal), text="Здравствуйте")


def test_at_night_it_waits_for_the_morning(deal, case_of, chatting, monkeypatch):
    chatting("Когда замер?")
    ClientRules.objects.update_or_create(pk=1, defaults={"quiet_from": time(21), "quiet_until": time(9)})
    zone = ZoneInfo("Europe/Moscow")
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: datetime(2026, 11, 27, 23, 30, tzinfo=zone))
    action = WriteToClient()
    given = action.read({"kind": "text", "text": "Здравствуйте", "channel": "last", "rings": "1"})
    with pytest.raises(TryLater) as later:
        action.act(given, case_of(deal), by=None)
    assert later.value.at == datetime(2026, 11, 28, 9, tzinfo=zone)


def test_where_nothing_leads_to_him_somebody_rings(deal, mikhail, case_of, do, never_quiet, windows, settings):
    settings.CHANNELS = {}
    done = do(WriteToClient(), case_of(deal), text="Замер подтверждён")
    task = Task.objects.get(pk=done.made["task"])
    assert (task.kind, task.person, task.what) == ("call", mikhail, "Сообщить клиенту: Замер подтверждён")
    with pytest.raises(CannotAct):
        do(WriteToClient(), case_of(deal), text="Замер подтверждён", rings="")


class _Server:
    """Another program, over a real socket; it answers as it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        seen = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                seen.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(seen.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?from=crm"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def program(settings):
    server = _Server()
    settings.WEBHOOK_SERVERS = ["127.0.0.1"]
    yield server
    server.server.shutdown()
    server.server.server_close()


def test_another_program_is_told_and_can_check_who_says_so(deal, case_of, do, program):
    done = do(CallWebhook(), case_of(deal, key="run/5/2"), url=program.url, fields=["client", "stage"])
    ((headers, body),) = program.heard
    told = json.loads(body)
    assert (told["deal"], told["client"], told["stage"]) == (deal.pk, deal.client_id, deal.stage.code)
    assert told["fields"] == {"client": deal.client.name, "stage": deal.stage.name}
    assert headers["webhook-id"] == headers["idempotency-key"] == "run/5/2"
    key = base64.b64decode(call_webhook.key_of(program.url).removeprefix("whsec_"))
    signed = f"run/5/2.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert "200" in done.words


@pytest.mark.parametrize(("status", "fault"), [(503, TryLater), (429, TryLater), (404, CannotAct), (302, CannotAct)])
def test_what_it_answers_says_whether_it_is_tried_again(deal, case_of, do, program, status, fault):
    program.status = status
    with pytest.raises(fault):
        do(CallWebhook(), case_of(deal), url=program.url)


def test_nobody_there_is_tried_later(deal, case_of, program):
    program.server.shutdown()
    program.server.server_close()
    with pytest.raises(TryLater):
        CallWebhook().act({"url": program.url, "fields": []}, case_of(deal), by=None)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x", "https://10.0.0.7/x", "https://[::1]/x", "https://localhost/", "http://93.184.216.34/x",
        "https://169.254.169.254/latest", "https://name:word@93.184.216.34/", "https://no-such-host.invalid/",
        "ftp://93.184.216.34/", "https://", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_an_address_inside_the_companys_network_is_refused_when_it_is_saved(windows, url):
    with pytest.raises(Refused) as refusal:
        CallWebhook().read({"url": url})
    assert "url" in refusal.value.fields


def test_and_also_when_it_is_called(deal, case_of):
    """A name may have led elsewhere when the rule was saved."""
    with pytest.raises(TryLater):
        CallWebhook().act({"url": "https://127.0.0.1:9/x", "fields": []}, case_of(deal), by=None)
