from __future__ import annotations

from contextlib import closing

import pytest

from svyazka.business.intake.counted_there import Asking
from svyazka.business.notices.messengers import Access
from svyazka.connectors.wazzup.count import ELSEWHERE, LAME, count
from svyazka.connectors.wazzup.send import Wazzup
from svyazka.kit import clock

OURS = "https://crm.example/in/wazzup/key/"


@pytest.fixture
def asking(wazzup_peer):
    return Asking(Access("wazzup/main", wazzup_peer.key, wazzup_peer.url), clock.now(), OURS)


def test_it_says_whether_it_calls_us_and_what_is_connected(asking, wazzup_peer):
    assert count(asking).trouble == ELSEWHERE
    with closing(Wazzup(asking.access)) as line:
        line.call_here(OURS)
    assert count(asking).trouble == ""
    wazzup_peer.is_paid = False
    assert count(asking).trouble == f"{LAME} [whatsapp notEnoughMoney]"
