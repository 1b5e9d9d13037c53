"""Files that leave the house. Whoever reads slowly must not hold a thread of the web process, of which there are few.

What is at hand whole goes out of memory, and the thread is free at once. Only what is too much for that goes piece by
piece, and a thread waits for whoever takes it: one of each process at most, and not for ever.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from threading import BoundedSemaphore
from typing import IO

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from svyazka.kit.refusals import Refused

AT_ONCE = 16 * 1024 * 1024  # an hour or two of sound, some fifty thousand deals
AT_HAND_WITHIN = 60.0  # seconds: the edge waits no longer than two minutes for the first word of an answer
PATIENCE = 600.0
# A player asks for all that is left and reads it as slowly as people talk: so much at once, and it asks again. A thread
# of the house must not wait for listeners.
PIECE = 512 * 1024
_one_at_a_time = BoundedSemaphore(1)


class Busy(Refused):
    status = 503

    def __init__(self) -> None:
        super().__init__(_("Somebody else is fetching a large file just now. Try again in a few minutes."))


def sent(pieces: Iterable[bytes]) -> HttpResponseBase:
    """Raises Busy. The pieces are closed, too, if they can be."""
    since, left, size = time.monotonic(), iter(pieces), 0
    begun: list[bytes] = []
    for piece in left:
        begun.append(piece)
        size += len(piece)
        if size > AT_ONCE or time.monotonic() - since > AT_HAND_WITHIN:
            return StreamingHttpResponse(_Slowly(chain(begun, left)))
    return HttpResponse(b"".join(begun))


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """All of it; then it is closed."""
    with file:
        while piece := file.read(PIECE):
            yield piece


def piece_of(file: IO[bytes], size: int, asked: str, type_: str) -> HttpResponse:
    """RFC 9110, section 14. One range; of several, or of nonsense, the first piece is given."""
    begin, end = _range(asked, size)
    if begin >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    file.seek(begin)
    content = file.read(min(end - begin + 1, PIECE))
    answer = HttpResponse(content, status=206, content_type=type_)
    answer["Content-Range"] = f"bytes {begin}-{begin + len(content) - 1}/{size}"
    answer["Accept-Ranges"] = "bytes"
    answer["Content-Encoding"] = "identity"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _range(asked: str, size: int) -> tuple[int, int]:
    """From which byte to which, both included."""
    begin, _dash, end = asked.removeprefix("bytes=").partition(",")[0].strip().partition("-")
    if len(begin) > 18 or len(end) > 18 or not asked.startswith("bytes="):
        return 0, size - 1
    if not begin and end.isdecimal():
        return max(size - int(end), 0), size - 1
    if not begin.isdecimal():
        return 0, size - 1
    return int(begin), int(end) if end.isdecimal() and int(end) >= int(begin) else size - 1


class _Slowly:
    """What is cut off is shorter than it says, or than its last line: the browser tells that it failed."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        if not _one_at_a_time.acquire(blocking=False):
            raise Busy
        self._pieces, self._until, self._is_open = pieces, time.monotonic() + PATIENCE, True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if time.monotonic() > self._until:
            raise StopIteration
        return next(self._pieces)

    def close(self) -> None:
        """Also of an answer that nobody has read."""
        if self._is_open:
            self._is_open = False
            _one_at_a_time.release()
