"""What an arrival from Oktell says, in the house's words. Its notes (headers) are the driver's: when it came, which
telephone it is about, and where in the call it belongs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import CallEvent, Kind, PhonesSeen, Way
from svyazka.business.intake.connector import Arrived, Ignore, NotUnderstood
from svyazka.connectors.oktell import guesses
from svyazka.connectors.oktell.floor import LINE, RANG, RINGS, TALKED, TALKS
from svyazka.connectors.oktell.frames import Frame, NotOktell, parse
from svyazka.connectors.oktell.phones import CHANGED

# Of these the driver writes down what it found out itself; Oktell has no such messages.
OVER = "svyazka_over"
GOING_ON = "svyazka_going_on"
JOURNAL = "getpbxcalljournalresult"
LINE_STATE = "getextendedlineinforesult"


def read(arrival: Arrived) -> Sequence[CallEvent | PhonesSeen]:
    try:
        frame = parse(bytes(arrival.body))
    except NotOktell as refusal:
        raise NotUnderstood(_("This is no message of Oktell's.")) from refusal
    if frame.name == CHANGED:
        return [_phones(frame, arrival)]
    reader = _READERS.get(frame.name)
    events = reader(_Maker(frame, arrival)) if reader else []
    if not events:
        raise Ignore(_("Says nothing of a call that we do not know already."))
    return events


class _Maker:
    """Makes events that have the call, the PBX and the time of one message in common."""

    def __init__(self, frame: Frame, arrival: Arrived) -> None:
        self.frame, self.arrival, self.notes = frame, arrival, arrival.headers
        self.at = datetime.fromisoformat(self.notes["at"]) if "at" in self.notes else arrival.received_at

    def ours(self, kind: Kind, **facts: object) -> CallEvent:
        """About the telephone that the message is about."""
        return self.make(kind, self.notes.get("leg", ""), extension=self.notes.get("extension", ""), **facts)

    def clients(self, kind: Kind, **facts: object) -> CallEvent:
        leg, number = self.notes.get("client_leg", ""), self.notes.get("number", "")
        return self.make(kind, leg, client_number=number, **facts)

    def make(self, kind: Kind, leg: str, **facts: object) -> CallEvent:
        call = self.notes.get("chain") or self.frame.chain
        return CallEvent(self.arrival.account, call, kind, self.at, leg, **facts)  # type: ignore[arg-type]

    @property
    def is_incoming(self) -> bool:
        return self.notes.get("direction") == "in"

    @property
    def bridge(self) -> str:
        return self.frame.text("commutationid").lower() or LINE


def _ring(make: _Maker) -> list[CallEvent]:
    if make.notes.get("own"):
        # The operator's own telephone, which Oktell rings to dial for him: nothing pops up there.
        client = [make.clients(Kind.START)] if make.notes.get("number") else []
        return [make.ours(Kind.START), *client]
    return [*_beginning(make), make.ours(Kind.RING), *_passed(make)]


def _beginning(make: _Maker) -> list[CallEvent]:
    if make.is_incoming:
        return [make.clients(Kind.START, our_number=make.notes.get("our_number", ""))]
    if make.notes.get("internal"):
        colleague = make.frame.text("callerid")
        return [make.make(Kind.START, make.notes["chain"], extension=colleague)]
    return []


def _ring_end(make: _Maker) -> list[CallEvent]:
    # It also comes before or after an answer; then the leg has answered all the same.
    return [] if make.notes.get("leg") == make.notes.get("chain") else [make.ours(Kind.CANCEL)]


def _talk(make: _Maker) -> list[CallEvent]:
    bridge = make.bridge
    events = [make.ours(Kind.ANSWER), make.ours(Kind.JOIN, bridge=bridge), *_passed(make), *_hold(make)]
    if not make.notes.get("client"):
        return events
    answered = [] if make.is_incoming else [make.clients(Kind.ANSWER)]
    return [*events, *answered, make.clients(Kind.JOIN, bridge=bridge)]


def _talk_end(make: _Maker) -> list[CallEvent]:
    bridges = [make.bridge, *filter(None, [make.notes.get("also", "")])]
    sides = [make.ours, make.clients] if make.notes.get("client") else [make.ours]
    return [*_passed(make), *(side(Kind.PART, bridge=bridge) for bridge in bridges for side in sides)]


def _passed(make: _Maker) -> list[CallEvent]:
    if "passed_by" not in make.notes:
        return []
    by, to = make.notes.get("passed_by_extension", ""), make.notes.get("passed_to", "")
    way = Way(make.notes.get("way", Way.BLIND))
    return [make.make(Kind.TRANSFER, make.notes["passed_by"], extension=by, to=to, way=way)]


def _hold(make: _Maker) -> list[CallEvent]:
    if "hold" not in make.notes:
        return []
    return [make.ours(Kind.HOLD if make.notes["hold"] == "1" else Kind.RESUME)]


def _line(make: _Maker) -> list[CallEvent]:
    """What goes on when we connect: what we have not seen of it is said by the state of the line."""
    if make.notes.get("dialled"):
        return [make.clients(Kind.START)]  # whom the operator has dialled with his own hand
    beginning = [make.clients(Kind.START)] if make.is_incoming else []
    if guesses.line_rings(make.frame):
        return [*beginning, make.ours(Kind.RING)]
    sides = (make.ours, make.clients)
    return [*beginning, make.ours(Kind.ANSWER), *(side(Kind.JOIN, bridge=LINE) for side in sides)]


def _recordings(make: _Maker) -> list[CallEvent]:
    """As many as there were talks, as a rule, and in their order. What is heard after the end must not be of later."""
    begun = [datetime.fromisoformat(at) for at in make.notes.get("talks", "").split()] or [make.at]
    links = guesses.recordings(make.frame.body)
    times = [*begun, *(begun[-1] + timedelta(microseconds=extra) for extra in range(1, len(links)))]
    event = make.make(Kind.RECORDING, make.notes.get("chain", ""))
    return [replace(event, recording=link, at=at) for link, at in zip(links, times, strict=False)]


def _phones(frame: Frame, arrival: Arrived) -> PhonesSeen:
    known = ((number, guesses.at(state)) for number, state in guesses.numbers_of(frame.body).items())
    phones = {number: state for number, state in known if state}
    at = datetime.fromisoformat(arrival.headers["at"])
    return PhonesSeen(arrival.account, at, phones, are_all="all" in arrival.headers)


def _over(make: _Maker) -> list[CallEvent]:
    return [make.make(Kind.VANISHED, "")]


def _going_on(make: _Maker) -> list[CallEvent]:
    chains = frozenset(str(chain) for chain in make.frame.body.get("chains", []))
    return [CallEvent(make.arrival.account, "", Kind.ONLY_THESE, make.at, going_on=chains)]


_READERS: dict[str, Callable[[_Maker], list[CallEvent]]] = {
    RINGS: _ring,
    RANG: _ring_end,
    TALKS: _talk,
    TALKED: _talk_end,
    "flashstatechanged": _hold,
    "phoneevent_ivrstarted": _hold,
    "phoneevent_ivrstopped": _hold,
    LINE_STATE: _line,
    JOURNAL: _recordings,
    OVER: _over,
    GOING_ON: _going_on,
}
