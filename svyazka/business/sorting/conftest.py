from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.sorting.models import Category
from svyazka.kit import clock


@pytest.fixture
def says(vera):
    """Vera writes something: its line in the history."""

    def line(text, *, kind=Interaction.Kind.MESSAGE, minutes_ago=0, by=vera, channel="telegram/main", **more):
        from svyazka.business.journal.record import Automaton

        return history.add(
            by.pk,
            kind=kind,
            direction=more.pop("direction", "in"),
            channel=channel,
            text=text,
            at=clock.now() - timedelta(minutes=minutes_ago),
            waiting=more.pop("waiting", True),
            by=Automaton("telegram/main"),
            **more,
        )

    return line


@pytest.fixture
def category(windows):
    return {one.code: one for one in Category.objects.all()}
