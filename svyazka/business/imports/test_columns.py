from __future__ import annotations

import pytest
from django.db import IntegrityError, connection

from svyazka.business.imports import columns, upload
from svyazka.business.imports.models import Import
from svyazka.kit.refusals import Refused


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"0": columns.DEAL},
        {"1": "openings"},
        {"0": columns.DEAL, "1": columns.CONTACT, "2": "openings"},
        {"0": columns.DEAL, "1": "openings", "2": "openings"},
        {"0": columns.DEAL, "1": "nothing"},
        {"0": columns.DEAL, "7": "openings"},
        {"0": columns.DEAL, "x": "openings"},
        {"0": columns.CONTACT, "1": "openings"},
        {"0": columns.DEAL, "1": "own.client.note"},
    ],
)
def test_columns_that_make_no_sense_are_refused_before_anything_is_checked(deals, roza, chosen):
    made = upload.take_in("a.csv", b"a;b;c\n1;2;3\n", by=roza)
    with pytest.raises(Refused):
        columns.choose(made, chosen, overwrites=True, all_or_nothing=True, by=roza)
    assert Import.objects.get().state == "choosing"


@pytest.mark.parametrize(
    ("titles", "first", "columns_found"),
    [
        ("№;Клиент;Проёмов;Сумма", "1;Вера;3;10", {"0": "key.deal", "2": "openings", "3": "own.deal.amount"}),
        ("Openings;Deal number;Amount", "1;2;3", {"0": "openings", "1": "key.deal", "2": "own.deal.amount"}),
        ("contract_number;номер", "1;2", {"0": "contract_number", "1": "key.deal"}),
        ("Телефон;Номер клиента;ИНН", "1;2;3", {"0": "key.contact", "2": "tax"}),
        ("куда звонить;Tax number", "8 916 123-45-67;3", {"0": "key.contact", "1": "tax"}),
        ("кто;что", "Вера;3", {}),
    ],
)
def test_what_each_column_is_is_proposed(windows, tax, roza, titles, first, columns_found):
    made = upload.take_in("a.csv", f"{titles}\n{first}\n".encode(), by=roza)
    assert made.columns == columns_found


def test_columns_are_chosen_with_all_lines_or_not_at_all(deals, roza):
    """Else a worker could come between, find nothing to check and call the file checked."""
    made = upload.take_in("a.csv", f"№;Проёмов\n{deals[0].pk};4\n".encode(), by=roza)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table imports_importline add constraint odd check (state <> 'new') not valid")
    with pytest.raises(IntegrityError):
        columns.choose(made, made.columns, overwrites=True, all_or_nothing=True, by=roza)
    assert Import.objects.get().state == "choosing"
