"""Mango Office. Source: the maker's description of its API (1.9, February 2026); never tried on the live service.

`entry_id` is the whole call, `call_id` one connection in it: between a client and a phone, or between two phones.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from svyazka.business.calls.fold import Leg
from svyazka.business.calls.phone_system import Access, CallEvent, Command, Do, Kind, NotDone, Way
from svyazka.business.intake.knock import Account, Knock
from svyazka.connectors.cloud_pbx.fields import Fields, number_in
from svyazka.connectors.cloud_pbx.provider import Answer, Api, Heard, Limit, Provider, Recordings, Request
from svyazka.connectors.cloud_pbx.signatures import is_same, sha256_between
from svyazka.connectors.cloud_pbx.tell import Call

BUSY = {"1121"}
CALLER_HUNG_UP = "1110"
# By the number of a result, or by its first digit.
_TROUBLES = {
    "2": "no_money",
    "2220": "refused",
    "2230": "refused",
    "2300": "refused",
    "3200": "no_such_phone",
    "3300": "no_such_call",
    "3310": "no_such_call",
    "3330": "no_such_phone",
    "4101": "no_such_call",
    "4200": "nobody_answered",
    "4501": "too_often",
}
_WAYS = {"consultative": Way.ATTENDED, "blind": Way.BLIND, "return_blind": Way.BLIND}


def _is_genuine(_knock: Knock, envelope: Fields, account: Account) -> bool:
    key = envelope.get("vpbx_api_key", "")
    expected = sha256_between(account.login, envelope.get("json", ""), account.secret) if account.secret else ""
    return is_same(key, account.login) and is_same(envelope.get("sign", "").lower(), expected)


def _event_id(path: str, fields: Fields) -> str:
    names = ("entry_id", "call_id", "recording_id", "command_id", "call_state", "recording_state", "seq")
    known = [fields[name] for name in names if fields.get(name)]
    return "/".join([path, *known]) if known else ""


def _read(heard: Heard) -> Sequence[CallEvent]:
    reader = {"events/call": _call, "events/summary": _summary}.get(heard.path)
    if reader and heard["entry_id"]:
        return reader(heard)
    has_record = heard.path == "events/record/added" or heard["recording_state"] == "Completed"
    if has_record and heard["entry_id"] and heard["completion_code"] in ("", "1000"):
        return heard.call(heard["entry_id"], at=heard.moment("timestamp")).recorded(heard["recording_id"])
    return []


def _call(heard: Heard) -> list[CallEvent]:
    ours, theirs = heard["from.extension"], heard["to.extension"]
    at = heard.moment("timestamp")
    is_ordered = bool(heard["callback_initiator"] or heard["task_id"] or heard["command_id"])
    if ours and heard["from.taken_from_call_id"]:  # a colleague is asked while the client listens to music
        return _inner(heard, heard.call(heard["entry_id"], at=at))
    if is_ordered and theirs and not heard["from.taken_from_call_id"]:  # first our own phone rings
        return heard.call(heard["entry_id"], at=at, is_out=True).begins(extension=theirs)
    if ours and theirs:
        return []  # between colleagues
    if ours:
        return _out(heard, heard.call(heard["entry_id"], at=at, is_out=True))
    return _in(heard, heard.call(heard["entry_id"], at=at))


def _in(heard: Heard, call: Call) -> list[CallEvent]:
    begun = call.begins(client=number_in(heard.fields, "from.number"), ours=_line(heard))
    if heard["to.acd_group"]:
        begun.append(call.of_caller(Kind.QUEUE, queue=heard["to.acd_group"]))
    has_hung_up = heard["call_state"] == "Disconnected" and heard["disconnect_reason"] == CALLER_HUNG_UP
    gone = [call.of_caller(Kind.HANGUP)] if has_hung_up and not heard["transfer"] else []
    if heard["location"] in ("ivr", "queue"):
        return [*begun, *gone]
    return [*begun, *_of_phone(heard, call, heard["to.extension"]), *gone]


def _out(heard: Heard, call: Call) -> list[CallEvent]:
    client, leg = number_in(heard.fields, "to.number"), heard["call_id"]
    begun = call.begins(extension=heard["from.extension"], client=client, ours=_line(heard), leg=leg)
    return [*begun, *_of_phone(heard, call, "")]


def _inner(heard: Heard, call: Call) -> list[CallEvent]:
    """The client is not in this connection, until he is taken into it."""
    leg, extension = heard["call_id"], heard["to.extension"]
    if heard["call_state"] == "Connected":
        return [
            call.of_called(Kind.ANSWER, extension, leg=leg),
            call.of_called(Kind.JOIN, extension, leg=leg, bridge=leg),
        ]
    return _of_phone(heard, call, extension)


def _of_phone(heard: Heard, call: Call, extension: str) -> list[CallEvent]:
    leg, state = heard["call_id"], heard["call_state"]
    if state == "Appeared":
        return [call.rings(extension, leg=leg)]
    if state == "Connected":
        return [*call.answers(extension, leg=leg, bridge=leg), _of_ours(call, Kind.RESUME, extension, leg)]
    if state == "OnHold":
        return [_of_ours(call, Kind.HOLD, extension, leg)]
    if state == "Disconnected":
        why = Kind.BUSY if heard["disconnect_reason"] in BUSY else Kind.NO_ANSWER
        way = _WAYS.get(heard["transfer"])
        passed = [_of_ours(call, Kind.TRANSFER, extension, leg, way=way)] if way else []
        return [*passed, *call.ends(extension, leg=leg, why=why)]
    return []


def _of_ours(call: Call, kind: Kind, extension: str, leg: str, **facts: object) -> CallEvent:
    """Hold and transfer are of our phone, whoever was called."""
    return call.of_caller(kind, **facts) if call.is_out else call.of_called(kind, extension, leg=leg, **facts)


def _line(heard: Heard) -> str:
    return number_in(heard.fields, "dct.number") or number_in(heard.fields, "to.line_number")


def _summary(heard: Heard) -> list[CallEvent]:
    is_out, is_inner = heard["call_direction"] == "2", heard["call_direction"] == "0"
    if is_inner:
        return []
    ours, theirs = ("from", "to") if is_out else ("to", "from")
    call = heard.call(heard["entry_id"], at=heard.moment("create_time"), is_out=is_out)
    return call.report(
        heard[f"{ours}.extension"],
        client=number_in(heard.fields, f"{theirs}.number"),
        ours=number_in(heard.fields, "line_number"),
        spoke_at=_talk(heard),
        over_at=heard.moment("end_time"),
    )


def _talk(heard: Heard) -> datetime | None:
    spoke = heard["entry_result"] == "1" and heard["talk_time"] not in ("", "0")
    return heard.moment("talk_time") if spoke else None


# Commands


def _signed(access: Access, path: str, given: dict[str, object]) -> Request:
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    sign = sha256_between(access.login, text, access.secret)
    return Request(path, form={"vpbx_api_key": access.login, "sign": sign, "json": text})


def _dial(access: Access, command: Command, _legs: Sequence[Leg]) -> Request:
    given: dict[str, object] = {
        "command_id": command.id,
        "from": {"extension": command.extension},
        "to_number": command.number.lstrip("+"),
    }
    if line := access.option("line_number"):
        given["line_number"] = line
    return _signed(access, "/vpbx/commands/callback", given)


def _transfer(access: Access, command: Command, legs: Sequence[Leg]) -> Request:
    method = "blind" if command.do == Do.TRANSFER else "hold"
    given: dict[str, object] = {
        "command_id": command.id,
        "call_id": _connection_of(legs, command),
        "method": method,
        "to_number": command.number.lstrip("+"),
        "initiator": command.extension,
    }
    return _signed(access, "/vpbx/commands/transfer", given)


def _connect(access: Access, command: Command, legs: Sequence[Leg]) -> Request:
    given: dict[str, object] = {
        "command_id": command.id,
        "holded_call_id": _connection_of(legs, command),
        "transfer_initiator_number": command.extension,
        "transferred_call_id": _asked(legs, command),
    }
    return _signed(access, "/vpbx/commands/calls_connect", given)


def _come_back(access: Access, command: Command, legs: Sequence[Leg]) -> Request:
    given: dict[str, object] = {"command_id": command.id, "call_id": _connection_of(legs, command)}
    return _signed(access, "/vpbx/commands/transfer_cancel", given)


def _hang_up(access: Access, command: Command, legs: Sequence[Leg]) -> Request:
    given: dict[str, object] = {"command_id": command.id, "call_id": _connection_of(legs, command)}
    return _signed(access, "/vpbx/commands/call/hangup", given)


def _check(access: Access) -> Request:
    return _signed(access, "/vpbx/config/users/request", {})


def _connection_of(legs: Sequence[Leg], command: Command) -> str:
    """The newest connection that the phone is in; before that, the one that rings for it."""
    mine = [leg for leg in legs if leg.extension == command.extension and not leg.ended_at]
    crossings = [(at, bridge) for leg in mine for bridge, at in leg.joined]
    ringing = [(leg.rang_at, leg.key) for leg in mine if leg.rang_at]
    # In a call out the connection is the client's leg.
    outside = [(leg.rang_at, leg.key) for leg in legs if mine and not leg.extension and leg.rang_at]
    for known in (crossings, ringing, outside):
        if known:
            return max(known)[1]
    return ""


def _asked(legs: Sequence[Leg], command: Command) -> str:
    others = [leg for leg in legs if leg.extension != command.extension and not leg.ended_at]
    ringing = [(leg.rang_at, leg.key) for leg in others if leg.rang_at]
    if not ringing:
        raise NotDone("nobody_asked")
    return max(ringing)[1]


def _trouble(answer: Answer) -> str:
    if answer.status == 429:
        return "too_often"
    result = str(answer.said.get("result", ""))
    if answer.status == 200 and result in ("", "1000"):
        return ""
    return _TROUBLES.get(result) or _TROUBLES.get(result[:1], "refused")


# Recordings


def _recording(access: Access, number: str) -> Request:
    """Answered with the way to a link that opens once. The other way of its API, a link made here, is off in its
    cabinet until somebody switches it on."""
    return _signed(access, "/vpbx/queries/recording/post", {"recording_id": number, "action": "download"})


def _no_recording(answer: Answer) -> str:
    """It is there a minute after the call, or later: what cannot be found now is asked for again."""
    result = str(answer.said.get("result") or answer.said.get("code") or "")
    return _NO_RECORDING.get(result) or _NO_RECORDING.get(result[:1], "not_ready")


_NO_RECORDING = {"2": "no_right", "3102": "wrong_secret", "4501": "too_often", "5008": "no_right"}


MANGO = Provider(
    code="mango",
    title="Mango Office",
    host="app.mango-office.ru",
    is_genuine=_is_genuine,
    content=lambda envelope: envelope.get("json", "").encode(),
    event_id=_event_id,
    call_key=lambda fields: fields.get("entry_id", ""),
    read=_read,
    options=("line_number",),
    recordings=Recordings(ask=_recording, trouble=_no_recording, every=0.25),
    api=Api(
        asks={
            Do.DIAL: (_dial,),
            Do.TRANSFER: (_transfer,),
            Do.CONSULT: (_transfer,),
            Do.CONNECT: (_connect,),
            Do.COME_BACK: (_come_back,),
            Do.HANG_UP: (_hang_up,),
        },
        trouble=_trouble,
        results={
            Do.DIAL: "result/callback",
            Do.TRANSFER: "result/transfer",
            Do.CONSULT: "result/transfer",
            Do.CONNECT: "result/calls_connect",
            Do.COME_BACK: "result/transfer_cancel",
            Do.HANG_UP: "result/call/hangup",
        },
        check=_check,
        limits=(Limit(10, 1), Limit(4, 1, "/vpbx/commands/callback"), Limit(4, 1, "/vpbx/commands/call/hangup")),
    ),
)
