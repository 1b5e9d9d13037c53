from __future__ import annotations

from uuid import uuid4

import pytest


@pytest.fixture
def deal(vera, mikhail):
    from svyazka.business.deals import opening

    return opening.open_deal(vera, responsible=mikhail, by=mikhail)


@pytest.fixture
def visit(deal, olga):
    """Vera is measured in the first window."""
    from svyazka.business.visits import booking
    from svyazka.business.visits.models import VisitKind

    kind = VisitKind.objects.get(code="measurement")
    window = booking.others(deal, kind).windows[-1]
    return booking.book(deal, kind, window.resource, window.starts_at, request_id=uuid4(), by=olga)
