"""Another program is told of it: JSON over HTTPS, signed as Standard Webhooks has it (standardwebhooks.com).

The key of a signature is derived for each server from the installation's secret key: it is stored nowhere and cannot
be read by whoever changes rules into an address of his own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, texts
from svyazka.business.automation.action import CannotAct, Case, Done, TryLater
from svyazka.business.automation.asked import Ask
from svyazka.business.journal.record import Actor
from svyazka.kit import clock, secrets
from svyazka.kit.outside import Line, Silent
from svyazka.kit.refusals import Refused
from svyazka.kit.street import is_public

PATIENCE = 10.0
_NO_USE = (400, 401, 403, 404, 405, 410, 413, 415, 422)  # it will say so the next time, too


class CallWebhook:
    code: ClassVar[str] = "webhook"
    title: ClassVar[Any] = _("Call another program")
    leads_outside: ClassVar[bool] = True

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            Ask("url", "url", _("Address"), help=_key_in_words(given), required=True),
            Ask(
                "fields", "choice", _("What is told besides the numbers"), many=True,
                choices=tuple((name, words) for name, words in texts.fields().items()),
            ),
        ]  # fmt: skip

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        read = asked.read(self.form(typed), typed)
        _insist_street(read["url"])
        return read

    def words(self, given: Mapping[str, Any]) -> str:
        return gettext("call {server}").format(server=_server(given["url"]))

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset()

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        return self.words(given)

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        status = _post(given["url"], _body(given, case), case.key)
        if 200 <= status < 300:
            return Done(gettext("{server} has answered {status}").format(server=_server(given["url"]), status=status))
        said = gettext("{server} answers {status}").format(server=_server(given["url"]), status=status)
        raise CannotAct(said) if status in _NO_USE or 300 <= status < 400 else TryLater(said)


def key_of(url: str) -> str:
    """What whoever runs that server checks our signature with."""
    made = secrets.derived(f"webhook/{_server(url)}").encode()
    return "whsec_" + base64.b64encode(made).decode()


def _key_in_words(given: Mapping[str, Any]) -> Any:
    if _server(str(given.get("url") or "")):
        return format_lazy(
            _("Signed as Standard Webhooks has it. The key for this server: {key}"), key=key_of(given["url"])
        )
    return _("https only, and not inside our own network. What is sent is signed as Standard Webhooks has it.")


def _server(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _insist_street(url: str) -> None:
    """Said when it is saved, so that nobody waits for a call that will never go out; each call looks once more."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in settings.WEBHOOK_SERVERS:
        return
    if parts.scheme != "https" or parts.username or parts.password:
        raise _wrong(_("An address that begins with https:// is needed here, without a name and a password."))
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError, ValueError):
        raise _wrong(_("There is no such server.")) from None
    if not all(map(is_public, found)):
        raise _wrong(_("This address leads into our own network: nothing is sent there."))


def _wrong(words: Any) -> Refused:
    return Refused(words, fields={"url": words})


def _body(given: Mapping[str, Any], case: Case) -> dict[str, Any]:
    event, deal = case.event, case.deal
    told: dict[str, Any] = {
        "id": case.key,
        "at": event.at.isoformat(),
        "deal": deal.pk if deal else None,
        "client": case.client.pk if case.client else None,
        "pipeline": deal.pipeline.code if deal else None,
        "stage": deal.stage.code if deal else None,
        "event": dict(event.data),
    }
    return {**told, "fields": texts.values(case, given["fields"])} if given["fields"] else told


def _post(url: str, body: Mapping[str, Any], key: str) -> int:
    said = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    at = int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": _signature(key_of(url), f"{key}.{at}.{said}"),
        "Idempotency-Key": key,
    }
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line = Line(f"{parts.scheme}://{parts.netloc}", headers=headers, patience=PATIENCE, known=settings.WEBHOOK_SERVERS)
    with closing(line):
        try:
            return line.ask("POST", path, content=said.encode()).status
        except Silent as trouble:
            raise TryLater(gettext("{server} does not answer").format(server=parts.netloc)) from trouble


def _signature(secret: str, signed: str) -> str:
    made = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed.encode(), hashlib.sha256)
    return "v1," + base64.b64encode(made).decode()
