"""Every kind of a field: what is typed, what is stored, what is refused."""

from __future__ import annotations

import pytest

from svyazka.business.deals.known import facts, values
from svyazka.business.deals.models import Field
from svyazka.business.deals.opening import open_deal
from svyazka.kit.refusals import Refused

CHOICES = [
    {"code": "inbound", "words": {"ru": "Входящая линия", "en": "Inbound line"}},
    {"code": "survey", "words": {"ru": "Опрос", "en": "Survey"}},
]
GOOD = [
    ("text", " Лесная, 5 ", "Лесная, 5"),
    ("long_text", "раз\nдва", "раз\nдва"),
    ("number", "3", 3),
    ("decimal", "2,5", "2.5"),
    ("money", "54 300,50 ₽", "54300.50"),
    ("date", "2026-12-01", "2026-12-01"),
    ("moment", "2026-12-01T09:30", "2026-12-01T09:30:00+03:00"),
    ("yes", "да", True),
    ("yes", "no", False),
    ("choice", "survey", "survey"),
    ("choice", "входящая линия", "inbound"),
    ("choices", "опрос, inbound, survey", ["survey", "inbound"]),
    ("phone", "8 (916) 123-45-67", "+79161234567"),
    ("email", "Vera@Example.ru", "vera@example.ru"),
    ("link", "example.ru/a", "https://example.ru/a"),
    ("choice", "", None),
]
BAD = [
    ("text", "я" * 301),
    ("number", "-3"),
    ("decimal", "NaN"),
    ("decimal", "два"),
    ("money", "54,300"),
    ("date", "0202-12-01"),
    ("moment", "завтра"),
    ("choice", "внутренняя"),
    ("choices", "опрос, внутренняя"),
    ("choices", "опрос," * 40_000),
    ("phone", "12"),
    ("email", "vera"),
    ("link", "javascript:alert(1)"),
    ("link", "http://[x"),
]


@pytest.mark.parametrize(("kind", "typed", "stored"), GOOD)
def test_what_is_typed_is_stored_as_one_thing(kind, typed, stored):
    assert values.plain(values.read(Field(kind=kind, choices=CHOICES), typed)) == stored


@pytest.mark.parametrize(("kind", "typed"), BAD)
def test_what_it_cannot_be_is_refused(kind, typed):
    with pytest.raises(Refused):
        values.read(Field(kind=kind, choices=CHOICES), typed)


def test_every_kind_has_a_reader():
    assert set(values._READERS) == set(Field.Kind)


def test_one_of_the_staff_and_a_choice_are_stored_in_a_deal(projects, vera_there, timur):
    deal = open_deal(vera_there, by=timur)
    Field.objects.create(code="expert", kind="person", words={"ru": "Эксперт"})
    changed = facts.change(deal, {"project_kind": "survey", "expert": str(timur.pk)}, by=timur)
    assert changed.facts == {"project_kind": "survey", "expert": timur.pk}
    with pytest.raises(Refused) as refusal:
        facts.change(deal, {"project_kind": "x", "expert": "999999999"}, by=timur)
    assert set(refusal.value.fields) == {"project_kind", "expert"}


@pytest.fixture
def timur(projects):
    return projects["timur"]


@pytest.fixture
def vera_there(projects):
    from svyazka.business.clients.models import Client

    return Client.objects.create(name="Вера Павлова")
