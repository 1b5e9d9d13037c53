"""What a call is as a whole, told from its legs: who, when, how long, and to whom it was passed on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from svyazka.business.calls.fold import NEVER, Leg, Stamped, earliest_recordings
from svyazka.business.calls.phone_system import Kind, Way

Span = tuple[datetime, datetime]
REPORT = "report"  # the bridge of talks that only a closing report tells of


@dataclass(frozen=True)
class Transfer:
    """`taken_by`: the extension that spoke with the client next; nobody's while it rings, and if nobody did."""

    at: datetime
    way: Way
    by: str
    to: str
    taken_by: str = ""
    is_missed: bool = False


@dataclass(frozen=True)
class Talk:
    """One of us and the client, from and to; an extension is empty for a phone outside."""

    extension: str
    begin: datetime
    end: datetime | None  # None: it goes on


@dataclass(frozen=True)
class Summary:
    """What is known of the whole call. The columns of Call, and what is told from its legs whenever it is wanted."""

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
    held_seconds: int  # the client listened to music after he had spoken with somebody
    is_held: bool
    recordings: tuple[str, ...]  # where they lie, the earliest first
    talks: tuple[Talk, ...]
    holds: tuple[Span, ...]  # when he listened to music; the last one may go on until NEVER
    transfers: tuple[Transfer, ...]
    rang: tuple[str, ...]  # extensions, in the order in which they rang
    rings: tuple[str, ...]  # extensions that ring now
    freed: tuple[tuple[str, datetime], ...]  # extensions whose talk is over, each with since when


def summarise(call_key: str, legs: Sequence[Leg]) -> Summary:
    """`legs` as `fold` gives them; of a call without any nothing is known, and it has never begun."""
    legs = _with_report(call_key, legs)
    client, staff = _sides(call_key, legs)
    direction = _direction(call_key, legs)
    answering = staff if direction != "out" else client
    answered = _earliest_answer(answering)
    answered_at = answered.answered_at if answered else None
    ended_at = _over(client, legs) or _end(client or staff)
    by = (answered if direction != "out" else _find(call_key, legs)) if answered else None
    talks = _talks(client, staff, ended_at)
    held = _held(staff, ended_at)
    transfers = _transfers(staff, talks, ended_at)
    started_at = min((leg.first_at for leg in legs if leg.first_at), default=NEVER)
    waited_until = answered_at or ended_at or started_at
    return Summary(
        direction=direction,
        started_at=started_at,
        client_number=_text(leg.number for leg in client),
        our_number=_text(leg.dialled for leg in client),
        queue=_text(leg.queue for leg in legs),
        state="ended" if ended_at else "talking" if answered_at else "ringing",
        result=_result(answered_at, answering, transfers, ended_at),
        answered_at=answered_at,
        ended_at=ended_at,
        answered_by=by.extension if by else "",
        waiting_seconds=round(max(waited_until - started_at, timedelta()).total_seconds()),
        talk_seconds=_seconds(_merged([(begin, end) for begin, end, _leg in talks])) if ended_at else 0,
        held_seconds=_seconds(held) if ended_at else 0,
        is_held=not ended_at and any(end == NEVER for _begin, end in held),
        # A call that nobody answered leaves an empty file behind.
        recordings=_recordings(legs) if answered_at else (),
        talks=_told(talks),
        holds=tuple(held),
        transfers=transfers,
        rang=tuple(dict.fromkeys(leg.extension for leg in staff if leg.rang_at and leg.extension)),
        # Of a call out the own phone rings before the client lifts; after that, a colleague's to whom he is passed on.
        rings=() if ended_at or (direction != "in" and not answered_at) else _ringing(staff, answered_at),
        freed=_freed(talks, staff, ended_at),
    )


def _with_report(call_key: str, legs: Sequence[Leg]) -> Sequence[Leg]:
    """What a closing report says of a phone, where nothing was heard of its answer; else as if it said nothing."""
    if not any(leg.spoke_at for leg in legs):
        return legs
    heard = {leg.extension for leg in legs if leg.answered_at}
    missing = [leg for leg in legs if leg.spoke_at and leg.extension not in heard]
    spoke = frozenset((REPORT, leg.spoke_at) for leg in missing if leg.spoke_at)
    kept = [leg for leg in legs if not leg.spoke_at]
    joined = [replace(leg, joined=leg.joined | spoke) if leg.key == call_key else leg for leg in kept]
    return [*joined, *(replace(leg, answer_at=leg.spoke_at, joined=leg.joined | spoke) for leg in missing)]


def _ringing(staff: Sequence[Leg], answered_at: datetime | None) -> tuple[str, ...]:
    """The phones beside the one that answered are taken away a moment later; they do not ring any more by then."""
    since = answered_at or datetime.min.replace(tzinfo=UTC)
    return tuple(leg.extension for leg in staff if leg.extension and leg.rings and leg.rang_at and leg.rang_at >= since)


def _sides(call_key: str, legs: Sequence[Leg]) -> tuple[list[Leg], list[Leg]]:
    """The client's legs and ours. In an incoming call whatever is not the caller is ours, a forwarded mobile too."""
    if _direction(call_key, legs) == "in":
        caller = _find(call_key, legs)
        theirs = {leg.key for leg in legs if leg is caller or _is_same_line(leg, caller)}
        return [leg for leg in legs if leg.key in theirs], [leg for leg in legs if leg.key not in theirs]
    return [leg for leg in legs if not leg.extension], [leg for leg in legs if leg.extension]


def _is_same_line(leg: Leg, caller: Leg | None) -> bool:
    """The caller's own in a call that was united with this one."""
    return bool(caller and caller.number and leg.number and not leg.extension and leg.number[1] == caller.number[1])


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


def _over(client: Sequence[Leg], legs: Sequence[Leg]) -> datetime | None:
    """As the closing report has it; of two calls that were united, the last one's. A client who is still in one of them
    has not ended."""
    over = [leg.over_at for leg in legs if leg.over_at]
    if any(leg.over_at for leg in client):
        if any(not (leg.over_at or leg.ended_at) for leg in client):
            return None
        over += [leg.ended_at for leg in client if leg.ended_at and not leg.over_at]
    return max(over, default=None)


def _result(
    answered_at: datetime | None, answering: Sequence[Leg], transfers: Sequence[Transfer], ended_at: datetime | None
) -> str:
    if answered_at:
        return "left" if transfers and transfers[-1].is_missed else "answered"
    return _failure(answering) if ended_at else ""


def _failure(legs: Sequence[Leg]) -> str:
    refusals = [leg.refusal[1] if leg.refusal else "" for leg in legs if leg.rang_at]
    return "busy" if refusals and all(refusal == Kind.BUSY for refusal in refusals) else "missed"


def _talks(
    client: Sequence[Leg], staff: Sequence[Leg], ended_at: datetime | None
) -> list[tuple[datetime, datetime, Leg]]:
    """When which of us was in the same bridge as the client. CDRs would count the time in the queue as well."""
    found = []
    for leg in staff:
        for bridge in {bridge for bridge, _at in leg.joined}:
            theirs = _merged([span for one in client for span in _spans(one, bridge, ended_at)])
            for begin, end in _spans(leg, bridge, ended_at):
                common = [(max(begin, a), min(end, b), leg) for a, b in theirs]
                found += [talk for talk in common if talk[0] < talk[1]]
    return sorted(found, key=lambda talk: (talk[0], talk[1], talk[2].key))


def _told(talks: Sequence[tuple[datetime, datetime, Leg]]) -> tuple[Talk, ...]:
    return tuple(Talk(leg.extension, begin, None if end == NEVER else end) for begin, end, leg in talks)


def _freed(
    talks: Sequence[tuple[datetime, datetime, Leg]], staff: Sequence[Leg], ended_at: datetime | None
) -> tuple[tuple[str, datetime], ...]:
    """Whoever only asks a colleague has left the client's bridge, and not the call."""
    ends = {leg.extension: end for _begin, end, leg in sorted(talks, key=lambda talk: talk[1]) if leg.extension}
    freed = []
    for extension, end in ends.items():
        own = [leg for leg in staff if leg.extension == extension and not leg.rings]
        is_there = end != ended_at and any(leg.is_on and not leg.passed_on for leg in own)
        if end != NEVER and not is_there:
            freed.append((extension, max([end, *(leg.ended_at for leg in own if leg.ended_at and not leg.refusal)])))
    return tuple(freed)


def _held(staff: Sequence[Leg], ended_at: datetime | None) -> list[Span]:
    """ "Go on" may come without "hold", and whoever hangs up or passes the call on says neither."""
    spans = []
    for leg in staff:
        until = leg.ended_at or ended_at or NEVER
        ends = sorted([*leg.resumed, *(at for at, _way, _to in leg.passed_on)])
        spans += [(at, next((end for end in ends if end >= at), until)) for at in leg.held if at <= until]
    return _merged(spans)


def _transfers(
    staff: Sequence[Leg], talks: Sequence[tuple[datetime, datetime, Leg]], ended_at: datetime | None
) -> tuple[Transfer, ...]:
    """Each with whoever spoke with the client before he was passed on again, or was gone."""
    passed = sorted((at, way, to, leg.key, leg.extension) for leg in staff for at, way, to in leg.passed_on)
    until = [*(one[0] for one in passed), ended_at][1:]
    return tuple(
        Transfer(
            at,
            way,
            by,
            to or (taken.extension if taken else _rung_next(staff, at, key)),
            taken.extension if taken else "",
            is_missed=end is not None and taken is None,
        )
        for (at, way, to, key, by), end in zip(passed, until, strict=True)
        for taken in [_taken_between(talks, at, end or NEVER, key)]
    )


def _rung_next(staff: Sequence[Leg], at: datetime, passed_by: str) -> str:
    """Some systems do not say to whom."""
    others = (leg for leg in staff if leg.key != passed_by)
    later = [(leg.rang_at, leg.extension) for leg in others if leg.rang_at and leg.rang_at >= at]
    return min(later)[1] if later else ""


def _taken_between(
    talks: Sequence[tuple[datetime, datetime, Leg]], at: datetime, end: datetime, passed_by: str
) -> Leg | None:
    return next((leg for a, b, leg in talks if b > at and a < end and leg.key != passed_by), None)


def _recordings(legs: Sequence[Leg]) -> tuple[str, ...]:
    return tuple(place for _at, place in sorted(earliest_recordings(*(leg.recordings for leg in legs))))


def _seconds(spans: Iterable[Span]) -> int:
    return round(sum((end - begin for begin, end in spans), timedelta()).total_seconds())


def _spans(leg: Leg, bridge: str, ended_at: datetime | None) -> list[Span]:
    entries = sorted(at for name, at in leg.joined if name == bridge)
    exits = sorted(at for name, at in leg.parted if name == bridge)
    last = leg.ended_at or ended_at or NEVER
    return [(entry, next((exit_ for exit_ in exits if exit_ >= entry), last)) for entry in entries]


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def _text(stamps: Iterable[Stamped | None]) -> str:
    return min((stamp for stamp in stamps if stamp), default=(None, ""))[1]
