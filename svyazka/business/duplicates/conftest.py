from __future__ import annotations

from collections.abc import Callable

import pytest

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.engines.matching.decide import Decision, decide
from svyazka.engines.matching.record import Given, Record, normalise
from svyazka.kit import phones


@pytest.fixture
def known(windows) -> Callable[..., Client]:
    """A client who is in the base already."""

    def make(name: str, *numbers: str) -> Client:
        client = Client.objects.create(name=name)
        for number in numbers:
            ContactPoint.objects.create(client=client, kind="phone", value=phones.normalise(number))
        return client

    return make


@pytest.fixture
def compared() -> Callable[..., Decision]:
    """What the engine says of this one beside those."""

    def look(client: Client, *others: Client) -> Decision:
        return decide(record_of(client), [(other.pk, record_of(other)) for other in others])

    return look


def record_of(client: Client) -> Record:
    numbers = tuple(client.contact_points.filter(kind="phone").values_list("value", flat=True))
    return normalise(Given(names=(client.name,), phones=numbers))
