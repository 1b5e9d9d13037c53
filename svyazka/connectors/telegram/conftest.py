"""Telegram on a real socket (`stand_in.py`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from svyazka.connectors.telegram.stand_in import TelegramPeer, serve


@pytest.fixture
def telegram_peer() -> Iterator[TelegramPeer]:
    peer = TelegramPeer()
    server = serve(peer)
    yield peer
    server.shutdown()
    server.server_close()
