"""What a caller wants, who could come, and what is offered: the words between the room of visits and the kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from svyazka.engines.routing.problem import NO_SKILLS, Point, Seconds, Skills, Span

DAY = 24 * 3600
NO_WINDOW = (1, 0)


class Able(NamedTuple):
    """A resource, as far as it can be told before its days are looked at."""

    worker: int
    skills: Skills
    districts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Request:
    """Days count from 0, the first on which anything is looked for. Moments (`not_before`, wishes) count from its
    midnight, `slots` from midnight of every day."""

    at: Point
    parts: tuple[int, ...]  # seconds of work; of work that takes several days, on each
    slots: tuple[Span, ...]  # in which it may begin: what the client is told
    needs: tuple[Skills, ...] = (NO_SKILLS,)
    district: str = ""
    load: int = 1
    step: int = 600  # it begins at a multiple of this
    not_before: int = 0
    promised_by: int | None = None  # the company wants to be there by then
    likes: tuple[Span, ...] = ()  # when the client would rather have it
    dislikes: tuple[Span, ...] = ()  # when he is not there: nothing of it may lie in them
    worker: int | None = None  # whom he knows already

    @property
    def is_for_one(self) -> bool:
        return len(self.needs) == len(self.parts) == 1


# What speaks for a window: a visit next to it at that time; nobody else can do it; nobody goes anywhere else that day;
# the client knows him; the client's wish; the soonest of all; and what the way grows by.
ReasonKind = Literal["near", "only", "empty_day", "known", "wish", "soonest", "added"]


class Reason(NamedTuple):
    kind: ReasonKind
    worker: int | None = None
    ref: int | None = None  # the stop that is near
    moment: int | None = None  # when that begins
    seconds: int = 0  # the way to it, or what the way of the day grows by


class Moved(NamedTuple):
    """A stop of the same day that begins at another time then, within what its client was told."""

    ref: int
    start: int


class Visit(NamedTuple):
    """One resource on one day. `position`: before which of its stops."""

    worker: int
    day: int
    start: int
    position: int
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True)
class Window:
    day: int
    span: Span  # in which it begins: what the client is told
    start: int  # when it begins as things stand
    visits: tuple[Visit, ...]  # of each resource on each day
    added: int  # seconds
    reasons: tuple[Reason, ...] = ()


# Of each resource the rule that it failed last: no such skill; not in that district; no shift that is long enough at
# that time; the time is taken; it is free, but one does not get there and on in time; others of the team have no time.
WhyNot = Literal["skill", "territory", "shift", "booked", "travel", "team"]


@dataclass(frozen=True)
class Answer:
    windows: tuple[Window, ...]
    why_not: Mapping[WhyNot, int] = field(default_factory=dict)  # when there is no window: of how many resources


def able_to(request: Request, resources: Sequence[Able]) -> list[list[int]]:
    """For each need whoever has the skills and goes there: whose days are to be read."""
    there = [one for one in resources if _goes_there(one, request)]
    return [[one.worker for one in there if need <= one.skills] for need in request.needs]


def failed_before(request: Request, resources: Sequence[Able]) -> dict[WhyNot, int]:
    skilled = [one for one in resources if any(need <= one.skills for need in request.needs)]
    far = sum(not _goes_there(one, request) for one in skilled)
    return {"skill": len(resources) - len(skilled), "territory": far}


def _goes_there(one: Able, request: Request) -> bool:
    return not one.districts or not request.district or request.district in one.districts


def windows_of(request: Request, spans: Sequence[Span], *, days: int, work: int) -> Seconds:
    """Day × span × (first, last beginning), as far as it is ahead and the client is there. Where he is away in the
    middle of a span, what is left behind it stands as many columns further on as there are spans."""
    found = [[_clipped(request, day, span, work) for span in spans] for day in range(days)]
    most = max((len(pieces) for of_day in found for pieces in of_day), default=1)
    columns = [[_nth(pieces, number) for number in range(most) for pieces in of_day] for of_day in found]
    return np.array(columns, dtype=np.int32).reshape(days, most * len(spans), 2)


def _nth(pieces: Sequence[tuple[int, int]], number: int) -> tuple[int, int]:
    return pieces[number] if number < len(pieces) else NO_WINDOW


def _clipped(request: Request, day: int, span: Span, work: int) -> list[tuple[int, int]]:
    """At least one piece, if only one that is none."""
    pieces, first = [], max(span.start, request.not_before - day * DAY)
    for dislike in sorted(request.dislikes):
        latest, earliest = dislike.start - day * DAY - work, dislike.end - day * DAY
        if earliest <= max(first, latest):
            continue
        if latest >= span.end:
            break
        if first <= latest:
            pieces.append((first, latest))
        first = earliest
    return [piece for piece in (*pieces, (first, span.end)) if piece[0] <= piece[1]] or [NO_WINDOW]
