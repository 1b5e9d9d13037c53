from __future__ import annotations

from copy import deepcopy

from svyazka.engines.sheets.editions import differences
from svyazka.engines.sheets.read import read
from svyazka.engines.sheets.test_check import GIVEN


def between(before, after):
    forms = []
    for given in (before, after):
        form, faults = read(given)
        assert faults == ()
        forms.append(form)
    return differences(*forms)


def told(before, after):
    return [
        (one.what, one.of, one.field.code if one.field else one.section.code, one.aspect)
        for one in between(before, after)
    ]


def test_the_same_is_no_difference():
    assert told(GIVEN, deepcopy(GIVEN)) == []


def plain(*codes):
    fields = [{"code": code, "name": {"ru": code}, "kind": "text"} for code in codes]
    return {"sections": [{"code": "one", "name": {"ru": "Раздел"}, "fields": fields}]}


def test_fields_come_and_go_and_as_few_as_can_be_have_moved():
    assert told(plain("a", "b", "c", "d"), plain("b", "c", "x", "a")) == [
        ("added", "field", "x", ""),
        ("moved", "field", "a", ""),
        ("removed", "field", "d", ""),
    ]


def test_what_of_a_field_is_another():
    after = plain("a")
    after["sections"][0]["fields"][0] |= {"name": {"ru": "б"}, "kind": "whole", "unit": "mm", "default": 5}
    assert [(one.aspect, one.before, one.after) for one in between(plain("a"), after)] == [
        ("name", {"ru": "a"}, {"ru": "б"}),
        ("kind", "text", "whole"),
        ("unit", "", "mm"),
        ("default", None, 5),
    ]


def test_a_check_that_is_another_went_and_came():
    after = deepcopy(GIVEN)
    checks = after["sections"][1]["checks"]
    place = next(at for at, one in enumerate(checks) if one["rule"] == "spread")
    checks[place] = {**checks[place], "most": 99}
    found = between(GIVEN, after)
    assert [(one.what, one.of) for one in found] == [("removed", "check"), ("added", "check")]
    assert (found[0].before.most, found[1].after.most) == (5, 99)


def test_sections_come_and_go():
    extra = {
        "code": "end",
        "name": {"ru": "Итог"},
        "fields": [{"code": "agreed", "name": {"ru": "Да"}, "kind": "yes_no"}],
    }
    more = {"sections": [*deepcopy(GIVEN)["sections"], extra]}
    assert told(GIVEN, more) == [("added", "section", "end", "")]
    assert told(more, GIVEN) == [("removed", "section", "end", "")]
