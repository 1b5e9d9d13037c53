"""The recordings of one call on one line of time: which file is heard at which second. Pure; times in milliseconds.

A call that was passed on is recorded in several files, and a file may leave out what nobody was to hear: some telephone
systems write only while the client is in a bridge. The line is the whole call, from its first ring to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
POINTS = 600  # of a drawn wave


@dataclass(frozen=True)
class Taken:
    """What is known of one file. `since`: when it began to be written, None where the PBX told of it only afterwards;
    `until`: when the phone line that was recorded was gone; `bridged`: when it was in a bridge."""

    of: int
    length: int
    since: int | None
    until: int
    bridged: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A part of a file, and where on the line it belongs."""

    begin: int
    of: int
    offset: int  # in the file
    length: int


@dataclass(frozen=True)
class Stretch:
    """From here to there the file `of` is heard, from `offset` on; None: nothing was recorded."""

    begin: int
    end: int
    of: int | None = None
    offset: int = 0


def place(files: Sequence[Taken], *, answered: int) -> list[Piece]:
    """Where each file belongs. One of which the beginning is not known follows the one before it."""
    pieces: list[Piece] = []
    after = answered
    for file in files:
        placed = _of_file(file) if file.since is not None else [Piece(after, file.of, 0, file.length)]
        pieces += placed
        after = max((piece.begin + piece.length for piece in placed), default=after)
    return pieces


def _of_file(file: Taken) -> list[Piece]:
    """As long as the line was there, or only as long as it was in a bridge: the length of the file tells which."""
    since = file.since or 0
    bridged = [(max(begin, since), end) for begin, end in file.bridged if end > since]
    in_bridges = sum(end - begin for begin, end in bridged)
    if not bridged or abs(file.length - in_bridges) >= abs(file.length - (file.until - since)):
        return [Piece(since, file.of, 0, file.length)]
    return _spread(file, bridged)


def _spread(file: Taken, spans: Sequence[Span]) -> list[Piece]:
    """What is over when all spans are full belongs to the last one."""
    pieces: list[Piece] = []
    offset = 0
    for number, (begin, end) in enumerate(spans, start=1):
        left = file.length - offset
        length = left if number == len(spans) else min(left, end - begin)
        if length > 0:
            pieces.append(Piece(begin, file.of, offset, length))
        offset += length
    return pieces


def line(length: int, pieces: Iterable[Piece]) -> list[Stretch]:
    """The whole call without a gap and without anything twice: where two files hold the same second, the one that began
    earlier is heard. A file that goes on after the call's end, by the PBX's clock, makes the line longer."""
    stretches: list[Stretch] = []
    here = 0
    for piece in sorted(pieces, key=lambda piece: (piece.begin, piece.of, piece.offset)):
        begin, end = max(piece.begin, here), piece.begin + piece.length
        if end <= begin:
            continue
        if begin > here:
            stretches.append(Stretch(here, begin))
        stretches.append(Stretch(begin, end, piece.of, piece.offset + begin - piece.begin))
        here = end
    return stretches if here >= length else [*stretches, Stretch(here, length)]


def wave(stretches: Sequence[Stretch], drawn: dict[int, bytes], lengths: dict[int, int]) -> bytes:
    """The loudness of the whole line, in at most POINTS steps. `drawn`: that of each file, `lengths`: of each file."""
    total = stretches[-1].end if stretches else 0
    heights = bytearray()
    at = iter(stretches)
    stretch = next(at, Stretch(0, 0))
    for number in range(POINTS if total else 0):
        moment = number * total // POINTS
        while moment >= stretch.end:
            stretch = next(at)
        heights.append(_height(stretch, moment, drawn, lengths))
    return bytes(heights)


def _height(stretch: Stretch, moment: int, drawn: dict[int, bytes], lengths: dict[int, int]) -> int:
    if stretch.of is None or not drawn.get(stretch.of):
        return 0
    heights = drawn[stretch.of]
    within = (stretch.offset + moment - stretch.begin) * len(heights) // max(lengths[stretch.of], 1)
    return heights[min(within, len(heights) - 1)]
