"""Frames as they came and went, for whoever has to find out what a live Oktell says. Switched on for a day by hand."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import structlog

log = structlog.get_logger(__name__)

LARGEST = 64 * 1024 * 1024  # then the file before is let go, and this one takes its place
_SECRET = re.compile(r'("(?:password|sippass|sipuser|temppass|sessionid|pass)"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)


class RawLog:
    """A line for each frame: when, in which direction, and the frame without its passwords."""

    def __init__(self, folder: Path, code: str, *, largest: int = LARGEST) -> None:
        self.place = folder / f"{code.replace('/', '-')}.frames.txt"
        self.largest = largest
        self.file: IO[str] | None = None

    def note(self, direction: str, text: str) -> None:
        """A full disk costs the file and not the calls."""
        try:
            self._write(direction, text)
        except OSError as refusal:
            log.warning("frame_not_noted", place=str(self.place), refusal=refusal.strerror)

    def _write(self, direction: str, text: str) -> None:
        if self.file is None:
            self.file = self._opened()
        line = _SECRET.sub(r'\1"…"', text).replace("\n", " ")
        self.file.write(f"{datetime.now(UTC).isoformat()} {direction} {line}\n")
        self.file.flush()
        if self.file.tell() > self.largest:
            self.close()
            os.replace(self.place, self.place.with_suffix(".before.txt"))

    def close(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None

    def _opened(self) -> IO[str]:
        """Numbers of clients stand in it: only its owner may read it."""
        self.place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.fchmod(descriptor, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8")
