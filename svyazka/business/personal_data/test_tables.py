from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Model

from svyazka.business.clients.models import Client, ClientKey, ClientRecord, SearchPosting
from svyazka.business.personal_data import steps, tables
from svyazka.business.personal_data.tables import ROOMS, TITLES, WORDS, every, family
from svyazka.kit.erased import Fate
from svyazka.kit.held import Held

# Rooms that hold nothing of a client: the staff, places of buildings, formulas; and what is asked for here.
WITHOUT = {"staff", "places", "calendars", "parameters", "personal_data"}
WORDED = {"CharField", "TextField", "JSONField", "ArrayField", "FileField", "BinaryField", "SlugField"}


def models_of_business() -> Iterator[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("svyazka.business."):
            yield model


def test_of_each_table_somebody_has_said_whether_it_holds_anything_of_a_client():
    held = {one.model._meta.label for one in every()}
    nothing = {f"{room.__name__.split('.')[2]}.{name}" for room in ROOMS for name in room.NOTHING}
    there = {model._meta.label for model in models_of_business() if model._meta.app_label not in WITHOUT}
    assert (there - held - nothing, (held | nothing) - there, held & nothing) == (set(), set(), set())


def test_of_each_column_with_words_in_it_somebody_has_said_whether_the_client_is_told():
    silent = {
        f"{one.model._meta.label}.{field.name}"
        for one in every()
        for field in one.model._meta.local_concrete_fields
        if field.get_internal_type() in WORDED and not field.choices and field.name not in {*one.said, *one.ours}
    }
    assert silent == set()


def test_what_he_is_told_has_words():
    assert {one.model.__name__ for one in every()} == set(TITLES)
    assert {key for one in every() for key in one.said} == set(WORDS)


@pytest.mark.parametrize("held", every(), ids=lambda one: one.model._meta.label)
def test_each_can_be_asked_for(db, held: Held):
    assert list(held.rows([1, 2]).values(*held.said, *held.ours)) == []


def test_nothing_is_told_that_is_a_secret():
    secrets = {"token", "fingerprint", "secret"}
    assert [key for one in tables.every() for key in one.said if key in secrets] == []


def test_those_who_were_merged_into_one_who_was_merged_are_his(vera):
    first = Client.objects.create(name="Вера П.", merged_into=vera)
    second = Client.objects.create(name="В. Павлова", merged_into=first)
    Client.objects.create(name="Пётр")
    assert family(vera.pk) == [vera.pk, first.pk, second.pk]


def test_of_each_table_that_holds_something_somebody_has_said_what_becomes_of_it():
    assert {one.model for one in every()} - {one.model for one in steps.TABLES} == set()


def test_of_each_column_with_words_in_it_somebody_has_said_what_becomes_of_it():
    said: dict[type[Model], set[str]] = defaultdict(set)
    for one in steps.TABLES:
        said[one.model] |= {*one.columns, *one.values, *one.stays}
    gone = {one.model for one in steps.TABLES if one.fate == Fate.REMOVED}
    silent = {
        f"{model._meta.label}.{field.name}"
        for model in set(said) - gone
        for field in model._meta.local_concrete_fields
        if field.get_internal_type() in WORDED and not field.choices and field.name not in said[model]
    }
    assert silent == set()


def test_each_step_has_words():
    assert [step.name for step in steps.ALL if not steps.title(step.name)] == []


def test_what_points_to_a_client_is_removed_emptied_or_known_to_hold_no_words():
    """Tables of which it was said that they hold nothing of a client, and which point to one all the same."""
    erased = {one.model for one in steps.TABLES} | {SearchPosting, ClientKey, ClientRecord}
    pointing = {
        model._meta.label
        for model in models_of_business()
        if model not in erased and {"client", "client_id"} & {field.attname for field in model._meta.local_fields}
    }
    assert pointing == {"clients.Comparison", "deals.CallingHold", "personal_data.Erasure"}
