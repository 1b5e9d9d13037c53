"""From the events of a call to what is known of its legs: the same whatever order they come in and however often.

Each leg keeps facts that can only grow (the earliest answer, the set of times at which it joined a bridge), so the
last word does not depend on which message was last. What the call is as a whole is told in `summary.py`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from svyazka.business.calls.phone_system import CallEvent, Kind, Way

_REFUSALS = (Kind.NO_ANSWER, Kind.BUSY, Kind.CANCEL)
Stamped = tuple[datetime, str]  # the earliest of several wins; between equal times, the lesser text
Crossing = tuple[str, datetime]  # a bridge, and when the leg went in or out
PassedOn = tuple[datetime, Way, str]  # to whom
CLOCKS_DIFFER = timedelta(minutes=5)  # that of the PBX and ours: by no more, unless one was set
NEVER = datetime.max.replace(tzinfo=UTC)


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
    recordings: frozenset[Stamped] = frozenset()
    rang_at: datetime | None = None
    answer_at: datetime | None = None
    refusal: Stamped | None = None
    hung_up_at: datetime | None = None
    vanished_at: datetime | None = None
    spoke_at: datetime | None = None
    over_at: datetime | None = None
    joined: frozenset[Crossing] = frozenset()
    parted: frozenset[Crossing] = frozenset()
    held: frozenset[datetime] = frozenset()
    resumed: frozenset[datetime] = frozenset()
    passed_on: frozenset[PassedOn] = frozenset()

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
    def is_on(self) -> bool:
        """It rings, dials, talks, or asks a colleague first: on the phone (`on_the_phone.py` says it of all calls)."""
        return not (self.refusal or self.ended_at)

    @property
    def rings(self) -> bool:
        return bool(self.rang_at) and self.is_on and not self.answered_at


def fold(call_key: str, events: Iterable[CallEvent], legs: Iterable[Leg] = ()) -> list[Leg]:
    """The legs with what the events add, in the order in which they came up."""
    known = {leg.key: leg for leg in legs}
    for event in events:
        if event.kind == Kind.VANISHED:
            known = {key: replace(leg, vanished_at=_last(leg.vanished_at, event.at)) for key, leg in known.items()}
        else:
            key = event.leg_key or call_key
            known[key] = _learn(known.get(key, Leg(key)), event)
    return _in_order(known.values())


def _learn(leg: Leg, event: CallEvent) -> Leg:
    at, kind = event.at, event.kind
    return replace(
        leg,
        extension=_lesser(leg.extension, event.extension),
        first_at=_first(leg.first_at, at),
        last_at=_last(leg.last_at, at),
        number=_stamp(leg.number, at, event.client_number),
        dialled=_stamp(leg.dialled, at, event.our_number),
        queue=_stamp(leg.queue, at, event.queue),
        recordings=earliest_recordings(leg.recordings, [(at, event.recording)] if event.recording else []),
        rang_at=_first(leg.rang_at, at if kind == Kind.RING else None),
        answer_at=_first(leg.answer_at, at if kind == Kind.ANSWER else None),
        # After a ring without answer comes a second message that says "cancelled": the first one holds.
        refusal=_stamp(leg.refusal, at, kind.value if kind in _REFUSALS else ""),
        hung_up_at=_first(leg.hung_up_at, at if kind == Kind.HANGUP else None),
        spoke_at=_first(leg.spoke_at, at if kind == Kind.SPOKE else None),
        over_at=_first(leg.over_at, at if kind == Kind.OVER else None),
        joined=leg.joined | {(event.bridge, at)} if kind == Kind.JOIN else leg.joined,
        parted=leg.parted | {(event.bridge, at)} if kind == Kind.PART else leg.parted,
        held=leg.held | {at} if kind == Kind.HOLD else leg.held,
        resumed=leg.resumed | {at} if kind == Kind.RESUME else leg.resumed,
        passed_on=leg.passed_on | {(at, event.way, event.to)} if kind == Kind.TRANSFER else leg.passed_on,
    )


def gone_at(began: datetime, heard: datetime, said_at: datetime, *, now: datetime) -> datetime | None:
    """When a call ended that is not on a list of those that go on; None: it began after the list was made. `heard`:
    when anything was heard of it last. Where that is later than now, a clock was set back since."""
    if heard > now + CLOCKS_DIFFER:
        return heard
    return said_at if began < said_at else None


def unite(legs: Iterable[Leg], others: Iterable[Leg]) -> list[Leg]:
    """The legs of two calls that turned out to be one."""
    known = {leg.key: leg for leg in legs}
    for leg in others:
        known[leg.key] = _both(known[leg.key], leg) if leg.key in known else leg
    return _in_order(known.values())


def _both(one: Leg, other: Leg) -> Leg:
    """What both know of the same leg."""
    known: dict[str, Any] = {"extension": _lesser(one.extension, other.extension)}
    known["recordings"] = earliest_recordings(one.recordings, other.recordings)
    known |= {name: _first(getattr(one, name), getattr(other, name)) for name in _EARLIEST}
    known |= {name: _last(getattr(one, name), getattr(other, name)) for name in _LATEST}
    known |= {name: min(filter(None, (getattr(one, name), getattr(other, name))), default=None) for name in _STAMPS}
    known |= {name: getattr(one, name) | getattr(other, name) for name in (*_CROSSINGS, *_TIMES, "passed_on")}
    return replace(one, **known)


def _in_order(legs: Iterable[Leg]) -> list[Leg]:
    return sorted(legs, key=lambda leg: (leg.rang_at or leg.first_at or NEVER, leg.key))


def earliest_recordings(*known: Iterable[Stamped]) -> frozenset[Stamped]:
    """Each with the earliest time at which it was heard of: it is told again at the end, of every leg."""
    earliest: dict[str, datetime] = {}
    for at, place in (one for some in known for one in some):
        earliest[place] = min(at, earliest.get(place, at))
    return frozenset((at, place) for place, at in earliest.items())


def _stamp(known: Stamped | None, at: datetime, text: str) -> Stamped | None:
    if not text:
        return known
    return min(known, (at, text)) if known else (at, text)


def _lesser(*names: str) -> str:
    """Of a phone that is called by its number here, by its owner's name there."""
    return min(filter(None, names), default="")


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _last(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)


# How legs stand in Call.legs.

_EARLIEST = ("first_at", "rang_at", "answer_at", "hung_up_at", "spoke_at", "over_at")
_LATEST = ("last_at", "vanished_at")
_STAMPS = ("number", "dialled", "queue", "refusal")
_CROSSINGS = ("joined", "parted")
_TIMES = ("held", "resumed")


def to_json(leg: Leg) -> dict[str, Any]:
    plain: dict[str, Any] = {"key": leg.key, "extension": leg.extension}
    for name in (*_EARLIEST, *_LATEST):
        if moment := getattr(leg, name):
            plain[name] = moment.isoformat()
    for name in _STAMPS:
        if stamp := getattr(leg, name):
            plain[name] = [stamp[0].isoformat(), stamp[1]]
    for name in _CROSSINGS:
        if crossings := getattr(leg, name):
            plain[name] = [[bridge, at.isoformat()] for bridge, at in sorted(crossings)]
    for name in _TIMES:
        if times := getattr(leg, name):
            plain[name] = [at.isoformat() for at in sorted(times)]
    if leg.recordings:
        plain["recordings"] = [[at.isoformat(), place] for at, place in sorted(leg.recordings)]
    if leg.passed_on:
        plain["passed_on"] = [[at.isoformat(), way, to] for at, way, to in sorted(leg.passed_on)]
    return plain


def from_json(plain: Mapping[str, Any]) -> Leg:
    read: dict[str, Any] = {"key": plain["key"], "extension": plain["extension"]}
    moment = datetime.fromisoformat
    for name in (*_EARLIEST, *_LATEST):
        if name in plain:
            read[name] = moment(plain[name])
    for name in _STAMPS:
        if name in plain:
            read[name] = (moment(plain[name][0]), plain[name][1])
    for name in _CROSSINGS:
        if name in plain:
            read[name] = frozenset((bridge, moment(at)) for bridge, at in plain[name])
    for name in _TIMES:
        if name in plain:
            read[name] = frozenset(map(moment, plain[name]))
    if "recordings" in plain:
        read["recordings"] = frozenset((moment(at), place) for at, place in plain["recordings"])
    if "passed_on" in plain:
        read["passed_on"] = frozenset((moment(at), Way(way), to) for at, way, to in plain["passed_on"])
    return Leg(**read)
