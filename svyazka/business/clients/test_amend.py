from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients import amend, history
from svyazka.business.clients.models import Interaction
from svyazka.business.journal.models import LiveEvent
from svyazka.kit import clock


@pytest.fixture
def line(vera, olga):
    return history.add(vera.pk, kind=Interaction.Kind.NOTE, text="как было", data={"n": 1}, at=clock.now(), by=olga)


def as_it_is(line):
    return Interaction.objects.values_list("data", "text").get(pk=line.pk)


def test_a_line_says_what_is_known_now_and_pages_hear_of_it(line):
    before = LiveEvent.objects.count()
    amend.amend(line.pk, near=line.at, data={"n": 2}, text="как стало")
    assert as_it_is(line) == ({"n": 2}, "как стало")
    assert LiveEvent.objects.count() == before + 1


def test_what_stands_there_already_is_told_to_nobody(line):
    before = LiveEvent.objects.count()
    amend.amend(line.pk, near=line.at, data={"n": 1})
    assert LiveEvent.objects.count() == before


def test_a_line_that_is_not_there_is_not_made_and_nobody_is_told(line):
    """Whoever amends has found it in the same moment, or knows it of a call whose month is cleared away by now: there
    is nothing to keep, and nobody to ask."""
    before = LiveEvent.objects.count()
    amend.amend(line.pk + 1_000, near=line.at, data={"n": 2}, text="нет такой")
    amend.amend(line.pk, near=line.at + timedelta(days=9), data={"n": 2}, text="не тогда")
    assert as_it_is(line) == ({"n": 1}, "как было")
    assert (Interaction.objects.filter(text="нет такой").exists(), LiveEvent.objects.count()) == (False, before)
