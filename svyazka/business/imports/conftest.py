from __future__ import annotations

import pytest

from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal


@pytest.fixture
def tax(windows):
    return Field.objects.create(code="tax", of="client", kind="number", words={"ru": "ИНН", "en": "Tax number"})


@pytest.fixture
def deals(windows, vera, olga) -> list[Deal]:
    return [open_deal(vera, facts=known, by=olga) for known in ({}, {"openings": 3}, {"openings": 5})]
