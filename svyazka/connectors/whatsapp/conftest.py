from __future__ import annotations

from collections.abc import Iterator

import pytest

from svyazka.connectors.whatsapp.stand_in import WhatsAppPeer, running


@pytest.fixture
def whatsapp_peer() -> Iterator[WhatsAppPeer]:
    with running() as peer:
        yield peer
