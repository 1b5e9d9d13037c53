"""Zadarma (API v1). Source: zadarma.com/support/api and its PHP library; never tried on the live service.

Its times have no zone, so an event happened when it was received; what took how long is told at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import urlencode

from svyazka.business.calls.fold import Leg
from svyazka.business.calls.phone_system import Access, CallEvent, Command, Do, Kind
from svyazka.business.intake.knock import Account, Knock
from svyazka.connectors.cloud_pbx.fields import Fields, number_in, seconds_in
from svyazka.connectors.cloud_pbx.provider import Answer, Api, Heard, Limit, Provider, Recordings, Request
from svyazka.connectors.cloud_pbx.signatures import hmac_sha1_in_base64, is_same
from svyazka.connectors.cloud_pbx.tell import Call

_INCOMING = ("caller_id", "called_did", "call_start")
_OUTGOING = ("internal", "destination", "call_start")
# Which fields of which event are signed.
SIGNED = {
    "NOTIFY_START": _INCOMING,
    "NOTIFY_INTERNAL": _INCOMING,
    "NOTIFY_END": _INCOMING,
    "NOTIFY_IVR": _INCOMING,
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": _OUTGOING,
    "NOTIFY_OUT_END": _OUTGOING,
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}


def _is_genuine(knock: Knock, fields: Fields, account: Account) -> bool:
    signed = SIGNED.get(fields.get("event", ""))
    if signed is None or not account.secret:
        return False
    text = "".join(fields.get(name, "") for name in signed)
    return is_same(knock.headers.get("signature", ""), hmac_sha1_in_base64(text, account.secret))


def _event_id(_path: str, fields: Fields) -> str:
    names = ("event", "pbx_call_id", *SIGNED.get(fields.get("event", ""), ()), "internal")
    return "/".join(fields.get(name, "") for name in names)


def _read(heard: Heard) -> Sequence[CallEvent]:
    reader = _READERS.get(heard["event"])
    if reader is None or not heard["pbx_call_id"]:
        return []
    return reader(heard, heard.call(heard["pbx_call_id"], is_out=heard["event"].startswith("NOTIFY_OUT")))


def _start(heard: Heard, call: Call) -> list[CallEvent]:
    return call.begins(client=number_in(heard.fields, "caller_id"), ours=number_in(heard.fields, "called_did"))


def _internal(heard: Heard, call: Call) -> list[CallEvent]:
    return [*_start(heard, call), call.rings(heard["internal"])]


def _answer(heard: Heard, call: Call) -> list[CallEvent]:
    return call.answers(heard["internal"] or heard["destination"])


def _out(heard: Heard, call: Call) -> list[CallEvent]:
    client, ours = number_in(heard.fields, "destination"), number_in(heard.fields, "caller_id")
    return [*call.begins(extension=heard["internal"], client=client, ours=ours), call.rings()]


def _end(heard: Heard, call: Call) -> list[CallEvent]:
    spoke = heard["disposition"] == "answered"
    theirs, ours = ("destination", "caller_id") if call.is_out else ("caller_id", "called_did")
    extension = heard["internal"] or heard["last_internal"]
    report = call.report(
        extension,
        client=number_in(heard.fields, theirs),
        ours=number_in(heard.fields, ours),
        spoke_at=call.at - seconds_in(heard.fields, "duration") if spoke else None,
        over_at=call.at,
    )
    why = Kind.BUSY if heard["disposition"] == "busy" else Kind.NO_ANSWER
    ended = call.ends(extension, why=why) if extension or call.is_out else []
    return [*report, *ended, *(call.recorded(heard["call_id_with_rec"]) if heard["is_recorded"] == "1" else [])]


def _record(heard: Heard, call: Call) -> list[CallEvent]:
    return call.recorded(heard["call_id_with_rec"])


_READERS = {
    "NOTIFY_START": _start,
    "NOTIFY_INTERNAL": _internal,
    "NOTIFY_ANSWER": _answer,
    "NOTIFY_END": _end,
    "NOTIFY_OUT_START": _out,
    "NOTIFY_OUT_END": _end,
    "NOTIFY_RECORD": _record,
}

# Commands


def signed(access: Access, path: str, given: dict[str, str]) -> Request:
    query = dict(sorted(given.items()))
    text = urlencode(query)
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    sign = hmac_sha1_in_base64(f"{path}{text}{digest}", access.secret)
    return Request(path, "GET", query=query, headers={"Authorization": f"{access.login}:{sign}"})


def _dial(access: Access, command: Command, _legs: Sequence[Leg]) -> Request:
    return signed(access, "/v1/request/callback/", {"from": command.extension, "to": command.number.lstrip("+")})


def _check(access: Access) -> Request:
    return signed(access, "/v1/info/balance/", {})


def _trouble(answer: Answer) -> str:
    if answer.status == 429:
        return "too_often"
    return "" if answer.status == 200 and answer.said.get("status") == "success" else "refused"


# Recordings


def _recording(access: Access, number: str) -> Request:
    return signed(access, "/v1/pbx/record/request/", {"call_id": number})


def _link(answer: Answer) -> str:
    """`links`, where a call has several; this one has one."""
    links = answer.said.get("links")
    return str(answer.said.get("link") or (links[0] if isinstance(links, list) and links else ""))


def _no_recording(answer: Answer) -> str:
    """Whether it is not there yet or not any more is not told apart."""
    return "" if answer.said.get("status") == "success" and _link(answer) else "not_there"


ZADARMA = Provider(
    code="zadarma",
    title="Zadarma",
    host="api.zadarma.com",
    is_genuine=_is_genuine,
    event_id=_event_id,
    call_key=lambda fields: fields.get("pbx_call_id", ""),
    read=_read,
    echo="zd_echo",
    recordings=Recordings(ask=_recording, trouble=_no_recording, link=_link, every=1.2),
    api=Api(asks={Do.DIAL: (_dial,)}, trouble=_trouble, check=_check, limits=(Limit(100, 60),)),
)
