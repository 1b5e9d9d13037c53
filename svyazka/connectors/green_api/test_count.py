from __future__ import annotations

from datetime import timedelta

from svyazka.business.intake.counted_there import Asking
from svyazka.business.intake.models import Arrival
from svyazka.business.notices.messengers import Access
from svyazka.connectors.green_api.conftest import INSTANCE, TOKEN
from svyazka.connectors.green_api.count import count
from svyazka.connectors.green_api.read import read
from svyazka.kit import clock


def test_what_its_journal_holds_reads_as_it_would_have_come(green_api_peer):
    told = green_api_peer.written("79031234567@c.us", "Вы меня потеряли")
    access = Access("green_api/main", TOKEN, green_api_peer.url, options={"instance": INSTANCE})
    counted = count(Asking(access, clock.now() - timedelta(hours=24)))
    number = f"incomingMessageReceived/{told['idMessage']}"
    assert list(counted.numbers) == [number]
    arrival = counted.numbers[number]
    [message] = read(Arrival(account=arrival.account, received_at=clock.now(), body=arrival.body))
    assert (message.text, message.user_id, message.channel) == ("Вы меня потеряли", "79031234567@c.us", "whatsapp")
