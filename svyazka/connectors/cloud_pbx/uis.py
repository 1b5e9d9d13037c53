"""UIS, CoMagic, and Novofon 2.0: one platform. Source: its Call API 4.0 and its notifications; never tried on the live
service.

What it sends is a template that somebody enters in its cabinet, so the word `event` is ours: docs/how-to/cloud-pbx.md
has the templates. It signs nothing: whoever knows the address is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from svyazka.business.calls.fold import Leg
from svyazka.business.calls.phone_system import Access, CallEvent, Command, Do, Kind
from svyazka.connectors.cloud_pbx.fields import Fields, number_in, seconds_in
from svyazka.connectors.cloud_pbx.provider import Answer, Api, Heard, Provider, Request
from svyazka.connectors.cloud_pbx.tell import Call

API = "/v4.0"
_ID = ("event", "call_session_id", "notification_time", "leg_id", "employee_id", "employee_phone_number", "file_link")
_REFUSED = {
    "limit_exceeded": "too_often",
    "call_session_not_found": "no_such_call",
    "invalid_state": "not_talking",
    "no_active_phone_number": "no_such_phone",
    "employee_not_found": "no_such_phone",
    "insufficient_funds": "no_money",
    "not_enough_money": "no_money",
}


def _event_id(_path: str, fields: Fields) -> str:
    return "/".join(fields.get(name, "") for name in _ID) if fields.get("call_session_id") else ""


def _read(heard: Heard) -> Sequence[CallEvent]:
    reader = _READERS.get(heard["event"])
    if reader is None or not heard["call_session_id"]:
        return []
    is_out = heard["direction"] == "out" or heard["event"] == "out"
    return reader(heard, heard.call(heard["call_session_id"], is_out=is_out))


def _begins(heard: Heard, call: Call) -> list[CallEvent]:
    client, ours = number_in(heard.fields, "contact_phone_number"), number_in(heard.fields, "virtual_phone_number")
    return call.begins(client=client, ours=ours, extension=_phone(heard))


def _rings(heard: Heard, call: Call) -> list[CallEvent]:
    return [*_begins(heard, call), call.rings(_phone(heard))]


def _answers(heard: Heard, call: Call) -> list[CallEvent]:
    return [*_begins(heard, call), *call.answers(_phone(heard))]


def _talk_over(heard: Heard, call: Call) -> list[CallEvent]:
    """Of one of us; somebody else may go on speaking with the client."""
    return [call.of_called(Kind.HANGUP, _phone(heard))]


def _over(heard: Heard, call: Call) -> list[CallEvent]:
    talk = seconds_in(heard.fields, "talk_time_duration")
    begun = heard.call(call.key, at=call.at - seconds_in(heard.fields, "total_time_duration"), is_out=call.is_out)
    return begun.report(
        _phone(heard),
        client=number_in(heard.fields, "contact_phone_number"),
        ours=number_in(heard.fields, "virtual_phone_number"),
        spoke_at=call.at - talk if talk > timedelta() else None,
        over_at=call.at,
    )


def _record(heard: Heard, call: Call) -> list[CallEvent]:
    return call.recorded(heard["file_link"])


def _phone(heard: Heard) -> str:
    return heard["employee_phone_number"]


_READERS: dict[str, Callable[[Heard, Call], list[CallEvent]]] = {
    "in": _begins,
    "out": _begins,
    "ring": _rings,
    "answer": _answers,
    "talk_over": _talk_over,
    "over": _over,
    "lost": _over,
    "record": _record,
}

# Commands


def _rpc(access: Access, method: str, **given: object) -> Request:
    params = {"access_token": access.secret, **given}
    return Request(API, json={"jsonrpc": "2.0", "id": "svyazka", "method": method, "params": params})


def _dial(access: Access, command: Command, _legs: Sequence[Leg]) -> Request:
    employee = {"id": _employee(access, command.extension), "phone_number": command.extension}
    return _rpc(
        access,
        "start.employee_call",
        first_call="employee",
        virtual_phone_number=access.login.lstrip("+"),
        contact=command.number.lstrip("+"),
        external_id=command.id,
        direction="out",
        employee=employee,
    )


def _employee(access: Access, extension: str) -> int:
    """Its own number for whoever sits at this phone: `101=2345, 102=2346`."""
    pairs = (pair.partition("=") for pair in access.option("employees").replace(",", " ").split())
    known = {phone: number for phone, _equals, number in pairs}
    number = known.get(extension, "")
    return int(number) if number.isdigit() else 0


def _hold(access: Access, command: Command, _legs: Sequence[Leg]) -> Request:
    music = {"type": "media", "value": access.option("hold_media")}
    return _rpc(access, "hold.call", call_session_id=_session(command), contact_message=music)


def _make(access: Access, command: Command, _legs: Sequence[Leg]) -> Request:
    return _rpc(access, "make.call", call_session_id=_session(command), to=command.number.lstrip("+"))


def _ask(method: str) -> Callable[[Access, Command, Sequence[Leg]], Request]:
    def asked(access: Access, command: Command, _legs: Sequence[Leg]) -> Request:
        return _rpc(access, method, call_session_id=_session(command))

    return asked


def _session(command: Command) -> int:
    return int(command.call_key) if command.call_key.isdigit() else 0


def _check(access: Access) -> Request:
    return _rpc(access, "list.calls", direction="in")


def _trouble(answer: Answer) -> str:
    error = answer.said.get("error")
    if answer.status == 429:
        return "too_often"
    if answer.status == 200 and not error and "result" in answer.said:
        return ""
    data = error.get("data") if isinstance(error, dict) else None
    return _REFUSED.get(str(data.get("mnemonic", "")) if isinstance(data, dict) else "", "refused")


def _call_key(answer: Answer) -> str:
    result = answer.said.get("result")
    data = result.get("data") if isinstance(result, dict) else None
    return str(data.get("call_session_id", "")) if isinstance(data, dict) else ""


UIS = Provider(
    code="uis",
    title="UIS, CoMagic",
    host="callapi.uiscom.ru",
    is_genuine=lambda _knock, _fields, _account: True,
    event_id=_event_id,
    call_key=lambda fields: fields.get("call_session_id", ""),
    read=_read,
    options=("employees", "hold_media"),
    api=Api(
        asks={
            Do.DIAL: (_dial,),
            Do.TRANSFER: (_hold, _make, _ask("transfer.talk")),
            Do.CONSULT: (_hold, _make),
            Do.CONNECT: (_ask("transfer.talk"),),
            Do.COME_BACK: (_ask("restore.talk"),),
            Do.HANG_UP: (_ask("release.call"),),
        },
        trouble=_trouble,
        check=_check,
        call_key=_call_key,
        undo={Do.TRANSFER: _ask("unhold.call"), Do.CONSULT: _ask("unhold.call")},
        at_once=frozenset({Do.COME_BACK}),
    ),
)
