from __future__ import annotations

import pytest

from svyazka.business.deals.known import values
from svyazka.business.deals.models import Field
from svyazka.business.imports.cells import Cells, typed
from svyazka.kit.refusals import Refused

CHOICES = [
    {"code": "flat", "words": {"ru": "Квартира", "en": "Flat"}},
    {"code": "both", "words": {"ru": "Окна, двери"}},
    {"code": "doors", "words": {"ru": "двери"}},
]


def field(kind: str) -> Field:
    return Field(code="x", kind=kind, choices=CHOICES if "choice" in kind else [])


@pytest.mark.parametrize(
    ("kind", "cell", "stored"),
    [
        ("date", "01.12.2026", "2026-12-01"),
        ("date", "1.12.26", "2026-12-01"),
        ("date", "2026-12-01", "2026-12-01"),
        ("date", "01.12.2026 00:00:00", "2026-12-01"),
        ("moment", "01.12.2026 9:30", "2026-12-01T09:30:00+03:00"),
        ("moment", "01.12.2026, 09:30", "2026-12-01T09:30:00+03:00"),
        ("moment", "2026-12-01 09:30:00", "2026-12-01T09:30:00+03:00"),
        ("moment", "2026-12-01T09:30", "2026-12-01T09:30:00+03:00"),
        ("money", "54 300,50", "54300.50"),
        ("money", "54\u00a0300,5 ₽", "54300.50"),
        ("money", "54300.5 руб.", "54300.50"),
        ("money", "100 р.", "100.00"),
        ("number", "1 200", 1200),
        ("number", "3,0", 3),
        ("decimal", "2,5", "2.5"),
        ("yes", "Да", True),
        ("yes", "ИСТИНА", True),
        ("yes", "yes", True),
        ("yes", "+", True),
        ("yes", "Нет", False),
        ("yes", "No", False),
        ("yes", "ЛОЖЬ", False),
        ("choice", "квартира", "flat"),
        ("choice", "FLAT", "flat"),
        ("choices", "Квартира, двери", ["flat", "doors"]),
        ("choices", "Окна, двери", ["both"]),
        ("choices", "Квартира; Окна, двери", ["flat", "both"]),
        ("phone", "8 (916) 123-45-67", "+79161234567"),
        ("phone", "79161234567", "+79161234567"),
        ("email", "Vera@Example.RU", "vera@example.ru"),
        ("text", "как есть", "как есть"),
    ],
)
def test_what_people_write_in_a_spreadsheet_is_understood(kind, cell, stored):
    read = Cells().read(field(kind), cell)
    assert read == stored
    assert values.plain(values.read(field(kind), typed(read))) == stored, "and is taken again as it is stored"


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("date", "31.02.2026"),
        ("date", "скоро"),
        ("moment", "01.12.2026 25:00"),
        ("money", "54,300"),
        ("money", "-5"),
        ("number", "много"),
        ("number", "1,5"),
        ("yes", "может быть"),
        ("choice", "Дача"),
        ("choices", "Квартира, дача"),
        ("phone", "123"),
    ],
)
def test_what_cannot_be_is_refused(kind, cell):
    with pytest.raises(Refused):
        Cells().read(field(kind), cell)


def test_people_go_by_name_or_log_in(mikhail, egor):
    cells, expert = Cells(), field("person")
    first, last = mikhail.full_name.split(" ")
    for said in (mikhail.full_name, mikhail.full_name.upper(), f"{last} {first}", "Mikhail"):
        assert cells.read(expert, said) == mikhail.pk
    type(egor).objects.filter(pk=egor.pk).update(full_name=mikhail.full_name)
    with pytest.raises(Refused):
        Cells().read(expert, mikhail.full_name)
    assert Cells().read(expert, "egor") == egor.pk
    with pytest.raises(Refused):
        cells.read(expert, "Никто Никакой")
