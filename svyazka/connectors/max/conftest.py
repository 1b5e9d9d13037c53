from __future__ import annotations

from collections.abc import Iterator

import pytest

from svyazka.connectors.max.stand_in import MaxPeer, running


@pytest.fixture
def max_peer() -> Iterator[MaxPeer]:
    with running() as peer:
        yield peer
