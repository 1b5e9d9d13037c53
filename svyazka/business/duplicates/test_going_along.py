from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Field, Model

from svyazka.business.clients.models import Client
from svyazka.business.duplicates.merging import ROOMS
from svyazka.kit.going_along import Fate

# Of rooms above this one: what a problem is about belongs to a deal, and is never a client; who was moved over is
# followed to whom he was merged into, where the room reads it; a run of a rule tells of whom it was then; a file with
# the data of a client stays what it was asked for, and so does an erasure; what a formula lacks is counted anew.
ABOVE = {
    ("problems_problem", "subject_id"),
    ("personal_data_datafile", "client_id"),
    ("personal_data_erasure", "client_id"),
    ("automation_run", "client_id"),
    ("parameters_stuck", "object_id"),
    ("moving_in_movedin", "object_id"),
    ("moving_in_moveinrow", "client_id"),
}
_OBJECTS = {"object_id", "subject_id"}


def test_each_column_that_points_to_a_client_has_somebody_who_says_what_becomes_of_it():
    said = {pair for room in ROOMS for pair in room.columns}
    assert named(set(pointing()) - said) - ABOVE == set()
    assert named(said - set(pointing())) == set()


def test_what_moves_is_found_by_an_index():
    without = [
        (model._meta.db_table, column)
        for room in ROOMS
        for (model, column), fate in room.columns.items()
        if fate == Fate.MOVES and column not in set(led_by(model))
    ]
    assert without == []


def named(pairs: set[tuple[type[Model], str]]) -> set[tuple[str, str]]:
    return {(model._meta.db_table, column) for model, column in pairs}


def pointing() -> Iterator[tuple[type[Model], str]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if _points(field):
                yield model, field.column


def _points(field: Field) -> bool:
    if field.remote_field:
        return field.remote_field.model is Client
    is_number = field.get_internal_type() in {"BigIntegerField", "IntegerField", "PositiveBigIntegerField"}
    return is_number and ("client" in field.name or field.name in _OBJECTS)


def led_by(model: type[Model]) -> Iterator[str]:
    """Columns with which an index begins."""
    for field in model._meta.local_concrete_fields:
        if field.db_index or field.unique:
            yield field.column
    for kept in (*model._meta.indexes, *model._meta.constraints):
        if fields := getattr(kept, "fields", ()):
            yield model._meta.get_field(fields[0].lstrip("-")).column
