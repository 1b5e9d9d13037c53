from __future__ import annotations

import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.engines.sheets.form import begun
from svyazka.engines.sheets.read import read
from svyazka.engines.sheets.test_check import GIVEN

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def changed(*path, to):
    form = deepcopy(GIVEN)
    place = form
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return form


OPENINGS = ("sections", 1)


@pytest.mark.parametrize(
    ("form", "path", "code"),
    [
        ({}, ("sections",), "no_sections"),
        ([], (), "keys_needed"),
        (changed("colour", to="red"), ("colour",), "unknown"),
        (changed(*OPENINGS, "fields", to=[]), (*OPENINGS, "fields"), "no_fields"),
        (changed(*OPENINGS, "code", to="site"), ("sections",), "twice"),
        (changed(*OPENINGS, "code", to="Проёмы"), (*OPENINGS, "code"), "code_needed"),
        (changed(*OPENINGS, "rows", "kinds", to=[]), (*OPENINGS, "rows", "kinds"), "no_kinds"),
        (changed(*OPENINGS, "rows", "most", to=0), (*OPENINGS, "rows", "most"), "number_of_rows"),
        (changed(*OPENINGS, "fields", 0, "code", to="floor"), ("sections",), "twice"),
        (changed(*OPENINGS, "fields", 0, "kind", to="colour"), (*OPENINGS, "fields", 0, "kind"), "unknown"),
        (changed(*OPENINGS, "fields", 0, "name", to={}), (*OPENINGS, "fields", 0, "name"), "words_needed"),
        (changed(*OPENINGS, "fields", 9, "unit", to="mm"), (*OPENINGS, "fields", 9, "unit"), "unit_of_nothing"),
        (changed(*OPENINGS, "fields", 8, "choices", to=None), (*OPENINGS, "fields", 8, "choices"), "no_choices"),
        (
            changed(*OPENINGS, "fields", 6, "shown_when", to=[{"field": "kind", "is": ["roof"]}]),
            (*OPENINGS, "fields", 6, "shown_when", 0, "is"),
            "no_such_value",
        ),
        (
            changed(*OPENINGS, "fields", 0, "shown_when", to=[{"field": "walls", "is": ["brick"]}]),
            (*OPENINGS, "fields", 0, "shown_when", 0, "field"),
            "not_above",
        ),
        (
            changed("sections", 0, "fields", 4, "shown_when", to=[{"field": "guarded", "is": [1]}]),
            ("sections", 0, "fields", 4, "shown_when", 0, "is"),
            "no_such_value",
        ),
        (
            changed(*OPENINGS, "checks", 2, "fields", to=["first"]),
            (*OPENINGS, "checks", 2, "fields"),
            "rule_fits_not",
        ),
        (
            changed(*OPENINGS, "checks", 2, "fields", to=["floor"]),
            (*OPENINGS, "checks", 2, "fields"),
            "no_such_field",
        ),
        (
            changed(*OPENINGS, "checks", 3, "fields", to=["widths"]),
            (*OPENINGS, "checks", 3, "fields"),
            "number_of_fields",
        ),
        (changed(*OPENINGS, "checks", 2, "most", to=None), (*OPENINGS, "checks", 2, "most"), "number_needed"),
        (changed(*OPENINGS, "checks", 1, "most", to=200), (*OPENINGS, "checks", 1, "most"), "range_is_empty"),
        (changed(*OPENINGS, "checks", 6, "value", to=5), (*OPENINGS, "checks", 6, "value"), "value_fits_not"),
        (changed(*OPENINGS, "checks", 6, "sign", to=None), (*OPENINGS, "checks", 6, "sign"), "sign_needed"),
        (changed(*OPENINGS, "checks", 7, "least", to=None), (*OPENINGS, "checks", 7, "least"), "number_needed"),
        (
            changed("sections", 0, "fields", 0, "default", to="3"),
            ("sections", 0, "fields", 0, "default"),
            "whole_needed",
        ),
        (
            changed(*OPENINGS, "fields", 0, "default", to=[1, 2, 3]),
            (*OPENINGS, "fields", 0, "default"),
            "default_of_nothing",
        ),
        (
            changed("sections", 0, "fields", 0, "default", to=3.0),
            ("sections", 0, "fields", 0, "default"),
            "default_fits_not",
        ),
    ],
)
def test_each_fault_is_found_where_it_is(form, path, code):
    assert (path, code) in [(fault.path, fault.code) for fault in read(form)[1]]


@given(ANYTHING)
def test_nonsense_is_refused_and_nothing_worse(nonsense):
    assert read(nonsense)[1]


def _places(value, path=()):
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        yield from _places(one, (*path, key))


@given(st.sampled_from([path for path in _places(GIVEN) if path]), ANYTHING)
def test_nonsense_in_one_place_is_refused_or_harmless(path, nonsense):
    """What is read without a fault can be written as JSON and read again."""
    form, faults = read(changed(*path, to=nonsense if nonsense is not None else "x"))
    assert faults or form.sections
    json.dumps([fault.code for fault in faults])


def test_what_stands_there_before_anybody_has_answered():
    form, faults = read(changed("sections", 0, "fields", 0, "default", to=3))
    assert faults == ()
    assert begun(form) == {"site": {form.sections[0].fields[0].code: 3}}
