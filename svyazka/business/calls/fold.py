"""From the events of a call to its state: pure, and the same whatever order they come in and however often.

Each leg keeps facts that can only grow (the earliest answer, the set of times at which it joined a bridge), so the
last word does not depend on which message was last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from svyazka.business.calls.phone_system import CallEvent, Kind

_REFUSALS = (Kind.NO_ANSWER, Kind.BUSY, Kind.CANCEL)
Stamped = tuple[datetime, str]  # the earliest of several wins; between equal times, the lesser text
Crossing = tuple[str, datetime]  # a bridge, and when the leg went in or out
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Leg:
    """One phone or line in the call. Without an extension it leads to the outside: the client."""

    key: str
    extension: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None
    number: Stamped | None = None
    dialled: Stamped | None = None
    queue: Stamped | None = None
    recording: Stamped | None = None
    rang_at: datetime | None = None
    answer_at: datetime | None = None
    refusal: Stamped | None = None
    hung_up_at: datetime | None = None
    vanished_at: datetime | None = None
    joined: frozenset[Crossing] = frozenset()
    parted: frozenset[Crossing] = frozenset()

    @property
    def answered_at(self) -> datetime | None:
        """A leg that talks has answered, also when the message that said so was lost."""
        return _first(self.answer_at, *(at for _bridge, at in self.joined)) if self.rang_at else self.answer_at

    @property
    def ended_at(self) -> datetime | None:
        if self.hung_up_at is None and self.vanished_at and self.last_at and self.vanished_at >= self.last_at:
            return self.vanished_at
        return self.hung_up_at

    @property
    def rings(self) -> bool:
        return bool(self.rang_at) and not (self.answered_at or self.refusal or self.ended_at)


@dataclass(frozen=True)
class Summary:
    """What is known of the whole call. Fits the columns of Call."""

    direction: str  # "in", "out"; empty while the leg that began it is not known
    started_at: datetime
    client_number: str
    our_number: str
    queue: str
    state: str
    result: str
    answered_at: datetime | None
    ended_at: datetime | None
    answered_by: str  # an extension
    waiting_seconds: int
    talk_seconds: int
    recording: str
    rang: tuple[str, ...]  # extensions, in the order in which they rang
    rings: tuple[str, ...]  # extensions that ring now


def fold(call_key: str, events: Iterable[CallEvent], legs: Iterable[Leg] = ()) -> list[Leg]:
    """The legs with what the events add, in the order in which they came up."""
    known = {leg.key: leg for leg in legs}
    for event in events:
        if event.kind == Kind.VANISHED:
            known = {key: replace(leg, vanished_at=_last(leg.vanished_at, event.at)) for key, leg in known.items()}
        else:
            key = event.leg_key or call_key
            known[key] = _learn(known.get(key, Leg(key)), event)
    return sorted(known.values(), key=lambda leg: (leg.rang_at or leg.first_at or _NEVER, leg.key))


def _learn(leg: Leg, event: CallEvent) -> Leg:
    at, kind = event.at, event.kind
    return replace(
        leg,
        extension=leg.extension or event.extension,
        first_at=_first(leg.first_at, at),
        last_at=_last(leg.last_at, at),
        number=_stamp(leg.number, at, event.client_number),
        dialled=_stamp(leg.dialled, at, event.our_number),
        queue=_stamp(leg.queue, at, event.queue),
        recording=_stamp(leg.recording, at, event.recording),
        rang_at=_first(leg.rang_at, at if kind == Kind.RING else None),
        answer_at=_first(leg.answer_at, at if kind == Kind.ANSWER else None),
        # After a ring without answer comes a second message that says "cancelled": the first one holds.
        refusal=_stamp(leg.refusal, at, kind.value if kind in _REFUSALS else ""),
        hung_up_at=_first(leg.hung_up_at, at if kind == Kind.HANGUP else None),
        joined=leg.joined | {(event.bridge, at)} if kind == Kind.JOIN else leg.joined,
        parted=leg.parted | {(event.bridge, at)} if kind == Kind.PART else leg.parted,
    )


def summarise(call_key: str, legs: Sequence[Leg]) -> Summary:
    """`legs` as `fold` gives them, at least one."""
    client, staff = _sides(call_key, legs)
    direction = _direction(call_key, legs)
    answering = staff if direction != "out" else client
    answered = _earliest_answer(answering)
    answered_at = answered.answered_at if answered else None
    ended_at = _end(client or staff)
    by = (answered if direction != "out" else _find(call_key, legs)) if answered else None
    talk_seconds = _talk_seconds(client, staff, ended_at)
    started_at = min(leg.first_at for leg in legs if leg.first_at)
    waited_until = answered_at or ended_at or started_at
    return Summary(
        direction=direction,
        started_at=started_at,
        client_number=_text(leg.number for leg in client),
        our_number=_text(leg.dialled for leg in client),
        queue=_text(leg.queue for leg in legs),
        state="ended" if ended_at else "talking" if answered_at else "ringing",
        result="answered" if answered_at else _failure(answering) if ended_at else "",
        answered_at=answered_at,
        ended_at=ended_at,
        answered_by=by.extension if by else "",
        waiting_seconds=round(max(waited_until - started_at, timedelta()).total_seconds()),
        talk_seconds=talk_seconds,
        # A call that nobody answered leaves an empty file behind.
        recording=_text(leg.recording for leg in legs) if answered_at else "",
        rang=tuple(dict.fromkeys(leg.extension for leg in staff if leg.rang_at and leg.extension)),
        rings=()
        if ended_at or direction != "in"
        else tuple(leg.extension for leg in staff if leg.rings and leg.extension),
    )


def _sides(call_key: str, legs: Sequence[Leg]) -> tuple[list[Leg], list[Leg]]:
    """The client's legs and ours. In an incoming call whatever is not the caller is ours, a forwarded mobile too."""
    if _direction(call_key, legs) == "in":
        return [leg for leg in legs if leg.key == call_key], [leg for leg in legs if leg.key != call_key]
    return [leg for leg in legs if not leg.extension], [leg for leg in legs if leg.extension]


def _direction(call_key: str, legs: Sequence[Leg]) -> str:
    first = _find(call_key, legs)
    return "" if first is None else "out" if first.extension else "in"


def _find(key: str, legs: Sequence[Leg]) -> Leg | None:
    return next((leg for leg in legs if leg.key == key), None)


def _earliest_answer(legs: Sequence[Leg]) -> Leg | None:
    answered = [(leg.answered_at, leg.key, leg) for leg in legs if leg.answered_at]
    return min(answered)[2] if answered else None


def _end(legs: Sequence[Leg]) -> datetime | None:
    ends = [leg.ended_at for leg in legs]
    return max(end for end in ends if end) if ends and all(ends) else None


def _failure(legs: Sequence[Leg]) -> str:
    refusals = [leg.refusal[1] if leg.refusal else "" for leg in legs if leg.rang_at]
    return "busy" if refusals and all(refusal == Kind.BUSY for refusal in refusals) else "missed"


def _talk_seconds(client: Sequence[Leg], staff: Sequence[Leg], ended_at: datetime | None) -> int:
    """How long a client and one of us were in the same bridge. CDRs would count the time in the queue as well."""
    if ended_at is None:
        return 0
    total = timedelta()
    for bridge in sorted({bridge for leg in client for bridge, _at in leg.joined}):
        ours = _merged([span for leg in staff for span in _spans(leg, bridge, ended_at)])
        theirs = _merged([span for leg in client for span in _spans(leg, bridge, ended_at)])
        for begin, end in theirs:
            total += sum((max(min(end, b) - max(begin, a), timedelta()) for a, b in ours), timedelta())
    return round(total.total_seconds())


def _spans(leg: Leg, bridge: str, ended_at: datetime) -> list[tuple[datetime, datetime]]:
    entries = sorted(at for name, at in leg.joined if name == bridge)
    exits = sorted(at for name, at in leg.parted if name == bridge)
    last = leg.ended_at or ended_at
    return [(entry, next((exit_ for exit_ in exits if exit_ >= entry), last)) for entry in entries]


def _merged(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def _text(stamps: Iterable[Stamped | None]) -> str:
    return min((stamp for stamp in stamps if stamp), default=(None, ""))[1]


def _stamp(known: Stamped | None, at: datetime, text: str) -> Stamped | None:
    if not text:
        return known
    return min(known, (at, text)) if known else (at, text)


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _last(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)


# How legs stand in Call.legs.

_MOMENTS = ("first_at", "last_at", "rang_at", "answer_at", "hung_up_at", "vanished_at")
_STAMPS = ("number", "dialled", "queue", "recording", "refusal")
_CROSSINGS = ("joined", "parted")


def to_json(leg: Leg) -> dict[str, Any]:
    plain: dict[str, Any] = {"key": leg.key, "extension": leg.extension}
    for name in _MOMENTS:
        if moment := getattr(leg, name):
            plain[name] = moment.isoformat()
    for name in _STAMPS:
        if stamp := getattr(leg, name):
            plain[name] = [stamp[0].isoformat(), stamp[1]]
    for name in _CROSSINGS:
        if crossings := getattr(leg, name):
            plain[name] = [[bridge, at.isoformat()] for bridge, at in sorted(crossings)]
    return plain


def from_json(plain: Mapping[str, Any]) -> Leg:
    read: dict[str, Any] = {"key": plain["key"], "extension": plain["extension"]}
    for name in _MOMENTS:
        if name in plain:
            read[name] = datetime.fromisoformat(plain[name])
    for name in _STAMPS:
        if name in plain:
            read[name] = (datetime.fromisoformat(plain[name][0]), plain[name][1])
    for name in _CROSSINGS:
        if name in plain:
            read[name] = frozenset((bridge, datetime.fromisoformat(at)) for bridge, at in plain[name])
    return Leg(**read)
