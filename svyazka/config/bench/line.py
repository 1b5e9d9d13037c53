"""The line between a phone and the house, which can be cut at any time."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Literal
from urllib.parse import urlsplit

State = Literal["whole", "cut", "deaf"]


class Line:
    """Passes bytes on, both ways. `cut`: nobody gets through, and whoever speaks is cut off. `deaf`: what the
    phone says arrives, and no answer comes back."""

    def __init__(self, house: str) -> None:
        self.state: State = "whole"
        self._house = (urlsplit(house).hostname or "", urlsplit(house).port or 0)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def cut(self) -> None:
        self._set("cut")

    def deafen(self) -> None:
        self._set("deaf")

    def mend(self) -> None:
        self._set("whole")

    def close(self) -> None:
        self._set("cut")
        self._door.close()

    def _set(self, state: State) -> None:
        """Nothing that was begun before goes on as if nothing had happened."""
        self.state = state
        with self._lock:
            still_open, self._open = self._open, set()
        for one in still_open:
            _shut(one)

    def _accept(self) -> None:
        while True:
            try:
                phone, _address = self._door.accept()
            except OSError:
                return
            if self.state == "cut":
                _shut(phone)
                continue
            try:
                house = socket.create_connection(self._house, timeout=30)
            except OSError:  # the house starts again
                _shut(phone)
                continue
            with self._lock:
                self._open |= {phone, house}
            threading.Thread(target=self._pass_on, args=(phone, house, False), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(house, phone, True), daemon=True).start()

    def _pass_on(self, begins: socket.socket, ends: socket.socket, is_answer: bool) -> None:
        try:
            while piece := begins.recv(65536):
                if is_answer and self.state == "deaf":
                    continue
                ends.sendall(piece)
        except OSError:
            pass
        with self._lock:
            self._open -= {begins, ends}
        _shut(begins)
        _shut(ends)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
