"""From an open connection to one that brings events: who we are, what the server is, what we want to hear of."""

from __future__ import annotations

import contextlib

import structlog

from svyazka import __version__
from svyazka.business.calls.coming_back import LinkLost
from svyazka.business.calls.phone_system import Access
from svyazka.connectors.oktell.frames import Body, Frame, scrambled
from svyazka.connectors.oktell.wire import Line, Unanswered

log = structlog.get_logger(__name__)

WHO_WE_ARE = {"type": "ws-server", "name": "Svyazka", "version": __version__}
EVENTS = (
    "phoneevent_ringstarted",
    "phoneevent_ringstopped",
    "phoneevent_commstarted",
    "phoneevent_commstopped",
    "phoneevent_ivrstarted",
    "phoneevent_ivrstopped",
    "phoneevent_acmcallstarted",
    "phoneevent_acmcallstopped",
    "flashstatechanged",
    "userstatechanged",
    "pbxnumberstatechanged",
)
_LOG_IN_TROUBLES = {"50093": "already_in", "50025": "licence_full"}


async def shake_hands(line: Line, access: Access) -> None:
    # A server that wants TLS answers this with a redirection.
    await line.must_answer("ping", {})
    if access.option("handshake", "server") == "user":
        await log_in(line, access)
    else:
        await _introduce(line)


async def _introduce(line: Line) -> None:
    them = await line.must_answer("whoareyou", WHO_WE_ARE)
    if not them.succeeded:
        raise LinkLost("not_allowed")
    if them.text("type") != "commserver":
        raise LinkLost("not_understood")


async def log_in(line: Line, access: Access) -> None:
    in_its_letters, in_small = scrambled(access.secret)
    given = {"userlogin": access.login, "Password": in_its_letters, "password": in_small}
    answer = await line.must_answer("login", {**given, "showid": 1, "usewebrtc": False})
    if answer.succeeded and not (answer.text("errormsg") or answer.text("error")):
        return
    if answer.text("errormsg") == "Service not available":
        raise LinkLost("not_ready")
    raise LinkLost(_LOG_IN_TROUBLES.get(answer.text("error"), "wrong_secret"))


async def subscribe(line: Line) -> None:
    """In the spelling of the vendor's client, and where that is refused in the wiki's."""
    with contextlib.suppress(Unanswered):
        answer = await line.ask("subscribeevent", {"eventmethod": list(EVENTS)})
        if answer.succeeded:
            return
    answer = await line.must_answer("subscribeevent", {"event": "phoneevent"})
    if not answer.succeeded:
        raise LinkLost("not_allowed")
    for name in EVENTS:
        if not name.startswith("phoneevent"):
            await ask_if_it_can(line, "subscribeevent", {"event": name})


async def ask_if_it_can(line: Line, name: str, body: Body) -> Body:
    """Empty when it is refused, or not answered: not every server knows every method."""
    try:
        answer = await line.ask(name, body)
    except Unanswered:
        log.info("pbx_did_not_answer", method=name)
        return {}
    return answer.body if answer.succeeded else {}


def answer_to(frame: Frame) -> tuple[str, Body] | None:
    """What the server asks us about, and has to be told."""
    qid = {"qid": frame.body.get("qid")}
    match frame.name:
        case "ping":
            return "pong", frame.body
        case "whoareyou":
            return "iam", {**qid, **WHO_WE_ARE}
        case "getactiveusers":
            return "activeusers", {**qid, "users": []}  # nobody of ours has a window of Oktell open here
    return None
