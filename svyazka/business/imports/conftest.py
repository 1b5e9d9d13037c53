from __future__ import annotations

from typing import Any

import pytest

from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.imports import columns, going_on, storing, upload
from svyazka.business.imports.models import Import


@pytest.fixture
def tax(windows):
    return Field.objects.create(code="tax", of="client", kind="number", words={"ru": "ИНН", "en": "Tax number"})


@pytest.fixture
def deals(windows, vera, olga) -> list[Deal]:
    return [open_deal(vera, facts=known, by=olga) for known in ({}, {"openings": 3}, {"openings": 5})]


def work() -> None:
    while going_on.go_on():
        pass


def checked(text: str, by: Any, **wishes: bool) -> Import:
    made = upload.take_in("файл.csv", text.encode(), by=by)
    chosen = {"overwrites": True, "all_or_nothing": False, **wishes}
    columns.choose(made, made.columns, **chosen, by=by)
    work()
    made.refresh_from_db()
    return made


def stored(text: str, by: Any, **wishes: bool) -> Import:
    made = checked(text, by, **wishes)
    storing.store(made, by=by)
    work()
    made.refresh_from_db()
    return made


def undone(made: Import, by: Any) -> Import:
    storing.undo(made, by=by)
    work()
    made.refresh_from_db()
    return made


def states(made: Import) -> list[str]:
    return list(made.lines.order_by("number").values_list("state", flat=True))


def openings(deals: list[Deal]) -> list[Any]:
    return [Deal.objects.get(pk=deal.pk).facts.get("openings") for deal in deals]
