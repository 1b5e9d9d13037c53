"""Whether an event of a cloud PBX may be written into the ledger, and what its sender is told. Without Django: for the
edge."""

from __future__ import annotations

import hashlib
import ipaddress
from urllib.parse import urlencode

from svyazka.business.intake.knock import Accepted, Account, Asked, Knock, Refused, Said, Verdict
from svyazka.connectors.cloud_pbx.fields import Fields, Unreadable, fields_of
from svyazka.connectors.cloud_pbx.provider import Provider
from svyazka.connectors.cloud_pbx.providers import PROVIDERS
from svyazka.kit import phones

LONGEST_ECHO = 200
LONGEST_PATH = 60


def verify(knock: Knock, account: Account) -> Verdict:
    """The system's key has been checked: it stands in the address. Nothing is read of an event before it is known to be
    genuine; what cannot be understood after that is written down, and a person sees it."""
    provider = PROVIDERS.get(account.kind)
    if provider is None or len(knock.path) > LONGEST_PATH:
        return Refused(404, "wrong_key")
    if not _may_come_from(knock.sender, account.options.get("addresses", "")):
        return Refused(403, "wrong_address")
    body = knock.body or knock.query.encode()
    try:
        envelope = fields_of(body)
    except Unreadable:
        envelope = {}
    if echo := envelope.get(provider.echo, ""):
        return Refused(200, "ready", said=Said(echo[:LONGEST_ECHO].encode(), "text/plain; charset=utf-8"))
    if not body:
        return Refused(400, "empty")
    if not provider.is_genuine(knock, envelope, account):
        status, said = provider.refusal
        return Refused(status, "wrong_secret", said=said)
    return _known(provider, knock.path, envelope, body, account)


def _known(provider: Provider, path: str, envelope: Fields, body: bytes, account: Account) -> Verdict:
    written = _written(provider, envelope, body)
    fields = content_of(written) if provider.content else envelope
    if provider.say_who and (number := provider.asks_who(fields)):
        return _asked(provider, number)
    outside_id = provider.event_id(path, fields) or hashlib.sha256(path.encode() + written).hexdigest()
    conversation = f"{account.code}/{provider.call_key(fields) or outside_id}"
    return Accepted(outside_id, conversation, message="written_down", said=provider.thanks, written=written)


def _written(provider: Provider, envelope: Fields, body: bytes) -> bytes:
    if provider.content:
        return provider.content(envelope)
    if provider.private & envelope.keys():
        return urlencode({name: text for name, text in envelope.items() if name not in provider.private}).encode()
    return body


def content_of(written: bytes) -> Fields:
    try:
        return fields_of(written)
    except Unreadable:
        return {}


def _asked(provider: Provider, number: str) -> Verdict:
    assert provider.say_who is not None
    try:
        return Asked(phones.normalise(number), provider.say_who)
    except phones.NotAPhone:
        return Asked("", provider.say_who)


def _may_come_from(sender: str, addresses: str) -> bool:
    """From any, where no address is named. What is no address lets nobody in: a slip of the pen opens no door."""
    try:
        networks = [ipaddress.ip_network(word, strict=False) for word in addresses.replace(",", " ").split()]
        return not networks or any(ipaddress.ip_address(sender) in network for network in networks)
    except ValueError:
        return False
