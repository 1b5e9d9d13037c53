"""A call that rings, before anything else is made of it: the card has to be there while it does."""

from __future__ import annotations

from collections.abc import Sequence

from svyazka.business.calls import follow
from svyazka.business.calls.phone_system import CallEvent, Kind

_BEFORE_AN_ANSWER = {Kind.START, Kind.QUEUE, Kind.RING, Kind.NO_ANSWER, Kind.BUSY, Kind.CANCEL, Kind.RECORDING}


def only_rings(events: Sequence[CallEvent]) -> bool:
    """A call from outside that nobody has answered as yet. What else it brings about is the same a second later."""
    return any(event.kind == Kind.RING for event in events) and all(
        event.kind in _BEFORE_AN_ANSWER and not (event.kind == Kind.START and event.extension) for event in events
    )


def tell(events: Sequence[CallEvent]) -> None:
    """On the screens of those whose phones ring. Whose call it is, the card finds by the number."""
    follow.tell(follow.follow(events))
