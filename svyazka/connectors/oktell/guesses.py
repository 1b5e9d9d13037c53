"""What nobody could try on a live Oktell. Each guess stands here, and only here, so that the first day of real frames
can correct it (docs/how-to/oktell.md says how to send us one).

What is not in this file is read from the vendor's own client, or from public servers that Oktell connects to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from svyazka.business.calls.phone_system import At
from svyazka.connectors.oktell.frames import Body, Frame

# Nothing says “this call is over”: it counts as over when nobody talks, rings or holds in it for so many seconds, and
# it does not wait in the queue. After a talk whoever it is passed on to rings within a moment; after a ring without an
# answer the queue may look for somebody else, and is asked every five seconds.
QUIET_AFTER_TALK = 1.5
QUIET_AFTER_RING = 7.0
# After a break Oktell does not say what went on. Calls that neither a line nor an event confirms within so many seconds
# count as vanished.
GRACE = 60.0

# The server of old calls it by another name, and nobody has seen how it names the number.
OLD_TRANSFER = "pbxtransfercall"
NEW_TRANSFER_SINCE = 120725

PAUSED, READY = 2, 1  # user states; 3 would be “do not disturb”, which the queue does not count as a break


def ask_as(user: str, user_id: str) -> Body:
    """In whose name something is asked on a line that serves all of them: events carry both, so do we."""
    return {"userlogin": user, "userid": user_id}


def of_all(**more: object) -> Body:
    """In nobody's name: what concerns the whole PBX."""
    return {**ask_as("", ""), **more}


def transfer(number: str, dated: int) -> tuple[str, Body]:
    """A server whose date is not known counts as a new one: they have all been since 2012."""
    return (OLD_TRANSFER if 0 < dated < NEW_TRANSFER_SINCE else "pbxmaketransfer"), {"transferto": number}


def pause(reason: str, breaks: Mapping[str, Any]) -> Body:
    """`breaks`: what Oktell offers, by name in small letters."""
    body: Body = {"userstateid": PAUSED}
    if (number := breaks.get(reason.strip().lower())) is not None:
        return {**body, "lunchreasonid": number}
    return {**body, "lunchreasonmsg": reason} if reason else body


def breaks_of(answer: Body) -> dict[str, Any]:
    """cc_getlunchtypes; that its items have an id is known, what the words are called is not."""
    items = [item for item in answer.get("items", []) if isinstance(item, dict) and "id" in item]
    names = ((item.get("name") or item.get("caption") or item.get("description"), item["id"]) for item in items)
    return {str(name).strip().lower(): number for name, number in names if name}


def own_leg(frame: Frame) -> bool:
    """The ring by which Oktell calls the operator himself, to dial for him afterwards. Seen once, in a comment of the
    vendor's panel; whether any one of these marks would be enough is not known, so all of them are asked for."""
    is_from_oktell = frame.text("callerdirection") == "oktell_pbx" and not frame.text("callerlineid")
    return is_from_oktell and frame.text("callerlinenum").strip("0") == "" and frame.body.get("isextline") is not True


_DIALLED = re.compile(r":\s*(\+?[\d*#]+)\s*$")


def dialled(frame: Frame) -> str:
    """Whom Oktell will dial for the operator: it stands at the end of a text for people (samples/own_leg.jsonl)."""
    found = _DIALLED.search(frame.text("callerinfo"))
    return found[1] if found else ""


def is_hold(frame: Frame) -> bool | None:
    """Whether the client hears music now; None when the message says nothing of it. flashtypeid as other people's code
    names them: 1 put aside, 2 taken back, 3 put down while somebody waited, 4 whoever waited left, 5 one for the other.
    Music that is no menu (`isroutingivr` false) counts as a hold, too."""
    if frame.name == "flashstatechanged":
        return {"1": True, "2": False, "3": False, "4": False}.get(frame.text("flashtypeid"))
    if frame.body.get("isroutingivr") is False:
        return {"phoneevent_ivrstarted": True, "phoneevent_ivrstopped": False}.get(frame.name)
    return None


# What a number is at is told with the ids of users' states: this is how the vendor's client treats them.
_AT = {"0": At.AWAY, "1": At.FREE, "2": At.FREE, "3": At.FREE, "5": At.BUSY, "6": At.BUSY, "7": At.AWAY}


def at(state: str) -> At | None:
    return _AT.get(state)


def numbers_of(body: Body) -> dict[str, str]:
    """Number → state: as an event tells it, or as getpbxnumbers does."""
    listed = [Frame("", one) for one in body.get("numbers") or [] if isinstance(one, dict)]
    told = {one.text("num") or one.text("number"): one.text("numstateid") or one.text("state") for one in listed}
    return {number: state for number, state in told.items() if number and state}


def recordings(answer: Body) -> list[str]:
    """getpbxcalljournal of one chain."""
    rows = [row for row in answer.get("data") or [] if isinstance(row, dict)]
    return [str(row["recordlink"]) for row in rows if row.get("recordlink")]


def journal_of(chain: str) -> Body:
    return {"filter": {"idchain": chain, "showcallcenter": True}}


# Other people's code asks for it so, and hangs it on links of recordings one after the other. How long it lasts nobody
# says: for so many seconds we use the same.
ASK_FOR_PASS: tuple[str, Body] = ("gettemphttppass", {"responsetowebsock": False})
PASS_LASTS = 60.0


def pass_of(answer: Frame) -> str:
    return answer.text("password") if answer.succeeded else ""


def address_of_recording(server: str, link: str, password: str) -> str:
    """That the web server asks for no log-in beside it is a guess, too."""
    return f"{server}{link}{'&' if '?' in link else '?'}{urlencode({'temppass': password})}"


def waiting_in(answer: Body) -> tuple[set[str], set[str]]:
    """getcurrentqueue: the chains and the numbers of whoever waits; which of both it names is not known."""
    waiting = [Frame("", one) for one in answer.get("queue") or [] if isinstance(one, dict)]
    numbers = {one.text("callerid") or one.text("number") for one in waiting}
    return {one.chain for one in waiting} - {""}, numbers - {""}


def line_talks(answer: Frame) -> bool:
    """getextendedlineinfo: this line talks with somebody, or waits with its flash for it."""
    whom = answer.body.get("abonent") or {}
    return bool(whom.get("iscommutated") or whom.get("iswaitinginflash") or whom.get("isconference"))


def line_rings(answer: Frame) -> bool:
    return bool((answer.body.get("abonent") or {}).get("isringing"))


def other_side(answer: Frame) -> str:
    """The number that this line talks with, or has dialled."""
    whom = Frame("", answer.body.get("abonent") or {})
    return whom.text("number") or whom.text("callerid") or answer.text("calledid")


def was_lifted(answer: Frame) -> bool:
    """After the operator's own ring: his line is dialling for him, or talks already."""
    whom = answer.body.get("abonent") or {}
    return bool(whom.get("isautocall") or whom.get("number") or line_talks(answer))


def trouble_of(refusal: Frame) -> str:
    """A refused command in the house's words (calls.commands.TROUBLES). Its numbers are not documented."""
    words = refusal.text("errormsg").lower()
    for part, trouble in _TROUBLES.items():
        if part in words:
            return trouble
    return "refused"


_TROUBLES = {
    "busy": "busy",
    "number not found": "no_such_phone",
    "wrong number": "no_such_phone",
    "no phone": "phone_away",
    "disconnected": "phone_away",
    "not respond": "nobody_answered",
}
