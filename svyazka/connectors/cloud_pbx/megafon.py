"""MegaFon's virtual PBX, and whatever runs on the same engine. Source: its open REST API as three public code bases use
it; never tried on the live service.

Its events have no time: they happened when they were received. The report at the end has.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from svyazka.business.calls.fold import Leg
from svyazka.business.calls.phone_system import Access, CallEvent, Command, Do, Kind
from svyazka.business.intake.knock import Account, Caller, Knock, Said
from svyazka.connectors.cloud_pbx.fields import Fields, number_in, seconds_in
from svyazka.connectors.cloud_pbx.provider import Answer, Api, Heard, Provider, Request
from svyazka.connectors.cloud_pbx.signatures import is_same
from svyazka.connectors.cloud_pbx.tell import Call

API = "/sys/crm_api.wcgp"
_ID = ("cmd", "type", "callid", "second_callid", "user", "ext", "status")
_REFUSALS = {"busy": Kind.BUSY, "cancel": Kind.CANCEL}


def _is_genuine(_knock: Knock, fields: Fields, account: Account) -> bool:
    """Many cabinets have one key for both ways."""
    return is_same(fields.get("crm_token", ""), account.options.get("crm_token") or account.secret)


def _event_id(_path: str, fields: Fields) -> str:
    return "/".join(fields.get(name, "") for name in _ID) if fields.get("callid") else ""


def _read(heard: Heard) -> Sequence[CallEvent]:
    if not heard["callid"]:
        return []
    if heard["cmd"] == "history":
        return _history(heard)
    reader = _READERS.get(heard["type"]) if heard["cmd"] == "event" else None
    is_out = heard["direction"] == "out" or heard["type"] == "OUTGOING"
    return reader(heard, heard.call(heard["callid"], is_out=is_out)) if reader else []


def _rings(heard: Heard, call: Call) -> list[CallEvent]:
    return [*_begins(heard, call), _facts(heard, call, Kind.RING)]


def _accepted(heard: Heard, call: Call) -> list[CallEvent]:
    return [*_begins(heard, call), *call.answers(_extension(heard), leg=_leg(heard, call))]


def _cancelled(heard: Heard, call: Call) -> list[CallEvent]:
    """Of one phone: the others of its group may ring on."""
    return call.ends(_extension(heard), leg=_leg(heard, call), why=Kind.CANCEL)


def _completed(heard: Heard, call: Call) -> list[CallEvent]:
    return [*call.ends(_extension(heard), leg=_leg(heard, call)), call.of_caller(Kind.HANGUP)]


def _transferred(heard: Heard, call: Call) -> list[CallEvent]:
    """`second_callid`: the call of whoever gets it, where that is another one."""
    passed = call.of_called(Kind.TRANSFER, _extension(heard), leg=_leg(heard, call))
    gone = call.of_called(Kind.HANGUP, _extension(heard), leg=_leg(heard, call))
    second = heard["second_callid"]
    united = [call.of_caller(Kind.MERGE, part=second)] if second and second != call.key else []
    return [passed, gone, *united]


_READERS = {
    "INCOMING": _rings,
    "OUTGOING": _rings,
    "ACCEPTED": _accepted,
    "CANCELLED": _cancelled,
    "COMPLETED": _completed,
    "TRANSFERRED": _transferred,
}


def _history(heard: Heard) -> list[CallEvent]:
    is_out, status = heard["type"] == "out", heard["status"].lower()
    begun_at = _start(heard)
    rang_at = begun_at + seconds_in(heard.fields, "wait")
    over_at = rang_at + seconds_in(heard.fields, "duration")
    # Without a waiting time it is not known when the talk began: then only that there was one.
    spoke_at = (rang_at if heard["wait"] else over_at) if status == "success" else None
    call = heard.call(heard["callid"], at=begun_at, is_out=is_out)
    client, ours = number_in(heard.fields, "phone"), number_in(heard.fields, "diversion")
    report = call.report(_extension(heard), client=client, ours=ours, spoke_at=spoke_at, over_at=over_at)
    end = heard.call(call.key, at=over_at, is_out=is_out)
    why = _REFUSALS.get(status, Kind.NO_ANSWER)
    return [*report, *end.ends(_extension(heard), leg=_leg(heard, call), why=why), *end.recorded(heard["link"])]


def _begins(heard: Heard, call: Call) -> list[CallEvent]:
    client, ours = number_in(heard.fields, "phone"), number_in(heard.fields, "diversion")
    queue = [call.of_caller(Kind.QUEUE, queue=heard["groupRealName"])] if heard["groupRealName"] else []
    return [*call.begins(client=client, ours=ours, extension=_extension(heard)), *queue]


def _facts(heard: Heard, call: Call, kind: Kind) -> CallEvent:
    return call.of_called(kind, _extension(heard), leg=_leg(heard, call))


def _extension(heard: Heard) -> str:
    return heard["ext"] or heard["user"]


def _leg(heard: Heard, call: Call) -> str:
    """By the user, whom every event names; his short number only some."""
    return "" if call.is_out else f"{call.key}/{heard['user'] or heard['ext']}"


def _start(heard: Heard) -> datetime:
    try:
        return datetime.strptime(heard["start"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return heard.received_at


def _asks_who(fields: Fields) -> str:
    return fields.get("phone", "") if fields.get("cmd") == "contact" else ""


def _say_who(caller: Caller) -> Said:
    """Whoever is named as responsible gets the call, where the cabinet says so."""
    said = {"contact_name": caller.name, "responsible": caller.extension}
    known = {name: text for name, text in said.items() if text}
    return Said(json.dumps(known, ensure_ascii=False).encode())


# Commands


def _dial(access: Access, command: Command, _legs: Sequence[Leg]) -> Request:
    given = {"cmd": "makeCall", "user": command.extension, "phone": command.number.lstrip("+")}
    return Request(API, form={**given, "token": access.secret})


def _check(access: Access) -> Request:
    return Request(API, form={"cmd": "accounts", "token": access.secret})


def _trouble(answer: Answer) -> str:
    if answer.status == 429:
        return "too_often"
    return "" if answer.status == 200 and "error" not in answer.said else "refused"


def _call_key(answer: Answer) -> str:
    said = answer.said.get("CallID") or answer.text.strip().strip('"')
    return said if isinstance(said, str) and 0 < len(said) <= 100 and "{" not in said else ""


MEGAFON = Provider(
    code="megafon",
    title="MegaFon",
    host="",
    is_genuine=_is_genuine,
    event_id=_event_id,
    call_key=lambda fields: fields.get("callid", ""),
    read=_read,
    private=frozenset({"crm_token"}),
    refusal=(401, Said(b'{"error": "Invalid token"}')),
    options=("crm_token",),
    asks_who=_asks_who,
    say_who=_say_who,
    api=Api(asks={Do.DIAL: (_dial,)}, trouble=_trouble, check=_check, call_key=_call_key),
)
