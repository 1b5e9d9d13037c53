"""What phones are at, as Oktell says it."""

from __future__ import annotations

from svyazka.connectors.oktell import guesses
from svyazka.connectors.oktell.frames import Frame

CHANGED = "pbxnumberstatechanged"


def said_by(frame: Frame) -> dict[str, str]:
    """Number → state."""
    return guesses.numbers_of(frame.body) if frame.name == CHANGED else {}
