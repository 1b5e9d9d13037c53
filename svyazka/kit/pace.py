"""Not more often than somebody allows: a bucket that runs out at a steady rate and takes only so much at once."""

from __future__ import annotations

import threading
import time


class Pace:
    """`every`: seconds for each question; `at_once`: how many may come without a pause after a long one."""

    def __init__(self, every: float, at_once: int = 1) -> None:
        self._every, self._room = every, every * at_once
        self._free_at = 0.0  # when the bucket will have run out
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Returns when the next question may go out."""
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + self._every
            pause = self._free_at - now - self._room
        if pause > 0:
            time.sleep(pause)
