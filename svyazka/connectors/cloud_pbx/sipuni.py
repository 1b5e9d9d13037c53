"""Sipuni. Source: doc.sipuni.com and events that somebody captured (2026); never tried on the live service.

It signs nothing: whoever knows the address is believed. So the address is a secret.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from svyazka.business.calls.fold import Leg
from svyazka.business.calls.phone_system import Access, CallEvent, Command, Do, Kind
from svyazka.business.intake.knock import Said
from svyazka.connectors.cloud_pbx.fields import Fields, number_in
from svyazka.connectors.cloud_pbx.provider import Answer, Api, Heard, Provider, Request
from svyazka.connectors.cloud_pbx.signatures import md5_joined
from svyazka.connectors.cloud_pbx.tell import Call

OUTSIDE = "1"
_LONGEST_EXTENSION = 6
_ID = ("event", "call_id", "timestamp", "channel", "short_src_num", "short_dst_num", "status")
_REFUSALS = {"BUSY": Kind.BUSY, "CANCEL": Kind.CANCEL}


def _event_id(_path: str, fields: Fields) -> str:
    return "/".join(fields.get(name, "") for name in _ID) if fields.get("call_id") else ""


def _read(heard: Heard) -> Sequence[CallEvent]:
    reader = _READERS.get(heard["event"])
    src, dst = heard["src_type"], heard["dst_type"]
    if reader is None or not heard["call_id"] or heard["is_inner_call"] == "1" or (src != OUTSIDE and dst != OUTSIDE):
        return []
    return reader(heard, heard.call(heard["call_id"], at=heard.moment("timestamp"), is_out=src != OUTSIDE))


def _start(heard: Heard, call: Call) -> list[CallEvent]:
    extension = _extension(heard, call)
    return [*_begins(heard, call), *([call.rings(extension)] if call.is_out or extension else [])]


def _answer(heard: Heard, call: Call) -> list[CallEvent]:
    return [*_begins(heard, call), *call.answers(_extension(heard, call))]


def _part_over(heard: Heard, call: Call) -> list[CallEvent]:
    """One phone of a group, or of a transfer, is done; the call may go on."""
    extension = _extension(heard, call)
    answered_at = _answered_at(heard)
    answered = heard.call(call.key, at=answered_at, is_out=call.is_out).answers(extension) if answered_at else []
    ended = call.ends(extension, why=_REFUSALS.get(heard["status"], Kind.NO_ANSWER))
    return [*_passed_on(heard, extension), *answered, *ended]


def _passed_on(heard: Heard, extension: str) -> list[CallEvent]:
    """What ends is the phone that passes the call on, or the one that got it: then it began with that."""
    by = heard["transfer_from"]
    if not by:
        return []
    if by == extension:
        return [heard.call(heard["call_id"], at=heard.moment("timestamp")).of_called(Kind.TRANSFER, by)]
    moment = heard.call(heard["call_id"], at=heard.moment("call_start_timestamp"))
    passed = moment.of_called(Kind.TRANSFER, by, to=extension)
    return [passed, moment.rings(extension), moment.of_called(Kind.HANGUP, by)]


def _over(heard: Heard, call: Call) -> list[CallEvent]:
    extension = _extension(heard, call) or heard["last_called"]
    begun = heard.call(call.key, at=heard.moment("call_start_timestamp"), is_out=call.is_out)
    report = begun.report(
        extension,
        client=_client(heard, call),
        ours=_ours(heard, call),
        spoke_at=_spoke_at(heard),
        over_at=call.at,
    )
    why = _REFUSALS.get(heard["status"], Kind.NO_ANSWER)
    return [*report, *call.ends(extension, why=why), *call.recorded(heard["call_record_link"])]


_READERS = {"1": _start, "2": _over, "3": _answer, "4": _part_over}


def _begins(heard: Heard, call: Call) -> list[CallEvent]:
    mine = _mine(heard, "src") if call.is_out else ""
    return call.begins(client=_client(heard, call), ours=_ours(heard, call), extension=mine)


def _extension(heard: Heard, call: Call) -> str:
    """Of our phone: whoever is called, or, in a call out, whoever calls."""
    return _mine(heard, "src" if call.is_out else "dst")


def _mine(heard: Heard, side: str) -> str:
    """`070196201` is phone 201 of the account 070196; a number of ours is longer."""
    if heard[f"{side}_type"] == OUTSIDE:
        return ""
    short = heard[f"short_{side}_num"] or heard[f"{side}_num"].removeprefix(heard["user_id"] or "?")
    return short if short.isdigit() and len(short) <= _LONGEST_EXTENSION else ""


def _client(heard: Heard, call: Call) -> str:
    return number_in(heard.fields, "dst_num" if call.is_out else "src_num")


def _ours(heard: Heard, call: Call) -> str:
    if call.is_out:
        return ""
    said = heard["pbxdstnum"] or (heard["dst_num"] if heard["dst_type"] == OUTSIDE else "")
    found = re.match(r"\+?\d{5,15}", said)
    return found[0] if found else ""


def _answered_at(heard: Heard) -> datetime | None:
    if heard["status"] != "ANSWER" or heard["call_answer_timestamp"] in ("", "0"):
        return None
    return heard.moment("call_answer_timestamp")


def _spoke_at(heard: Heard) -> datetime | None:
    """Seen to stand before the beginning of the call; then only that there was an answer is believed."""
    answered_at = _answered_at(heard)
    if answered_at and answered_at >= heard.moment("call_start_timestamp"):
        return answered_at
    return heard.moment("timestamp") if heard["status"] == "ANSWER" else None


# Commands


def _dial(access: Access, command: Command, _legs: Sequence[Leg]) -> Request:
    words = ["0", command.number.lstrip("+"), "0", command.extension, access.login]
    named = zip(("antiaon", "phone", "reverse", "sipnumber", "user"), words, strict=True)
    return Request("/api/callback/call_number", form={**dict(named), "hash": md5_joined(words, access.secret)})


def _trouble(answer: Answer) -> str:
    if answer.status == 429:
        return "too_often"
    return "" if answer.status == 200 and answer.said.get("success") is True else "refused"


SIPUNI = Provider(
    code="sipuni",
    title="Sipuni",
    host="sipuni.com",
    is_genuine=lambda _knock, _fields, _account: True,
    event_id=_event_id,
    call_key=lambda fields: fields.get("call_id", ""),
    read=_read,
    # Without it no more events come.
    thanks=Said(b'{"success": true}'),
    api=Api(asks={Do.DIAL: (_dial,)}, trouble=_trouble),
)
