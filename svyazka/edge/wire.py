"""HTTP as it comes over the wire: what stands before a body has a bound in size and in time."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 64 * 1024  # of an address with its headers
MOST_SECONDS = 20.0


class Wire(HttpToolsProtocol):
    """The server by itself waits for ever for the end of the headers, and keeps whatever they are made of."""

    _size = 0
    _is_in_head = True
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait_for_the_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_in_head = self._is_in_head
        if was_in_head:
            self._size += len(data)
        super().data_received(data)
        # Still in it: an ending of several heads in one piece has begun a new count.
        if was_in_head and self._is_in_head and self._size > MOST_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        # Of a connection that was kept; its first request is waited for from the beginning.
        self._wait_for_the_head()

    def on_headers_complete(self) -> None:
        self._is_in_head, self._size = False, 0
        self._wait_no_longer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_in_head = True

    def _wait_for_the_head(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(MOST_SECONDS, self._hang_up)

    def _wait_no_longer(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _hang_up(self) -> None:
        self._patience = None
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse(self) -> None:
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        self.transport.close()
