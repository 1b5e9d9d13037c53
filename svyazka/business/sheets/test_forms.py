from __future__ import annotations

from copy import deepcopy
from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.sheets import forms, sheets, wording
from svyazka.business.sheets.conftest import put
from svyazka.business.sheets.models import FormKind
from svyazka.engines.sheets.sound import faults
from svyazka.kit.refusals import ChangedMeanwhile, Refused

SMALL = {
    "sections": [
        {
            "code": "one",
            "name": {"ru": "Раздел"},
            "fields": [{"code": "height", "name": {"ru": "Высота"}, "kind": "whole", "unit": "mm"}],
            "checks": [{"rule": "range", "fields": ["height"], "least": 10}],
        }
    ]
}


def wish(measurement, definition=SMALL, name="Осмотр крыши"):
    return forms.Wish({"ru": name}, [measurement], definition)


def test_a_form_is_added_and_asked_for_during_its_visits(visit, measurement, anna):
    made = forms.add(wish(measurement), by=anna)
    assert made in forms.of_visit(visit)
    assert (made.code, forms.newest_of(made).definition) == ("osmotr_kryshi", SMALL)
    forms.switch(made, on=False, by=anna)
    assert made not in forms.of_visit(visit)
    assert [one.verb for one in Entry.objects.filter(kind="sheet_form").order_by("id")] == [
        "sheets.form_added",
        "sheets.form_changed",
    ]


def test_a_change_is_a_new_version_and_what_was_filled_in_keeps_its_own(save, form, measurement, anna):
    sheet = save(put("floor", None, 3))
    newer = deepcopy(sheet.written.definition)
    newer["sections"][0]["fields"].append({"code": "roof", "name": {"ru": "Крыша"}, "kind": "yes_no"})
    forms.change(form, wish(measurement, newer, "Лист замера"), by=anna, seen=1)
    assert [one.version.number for one in forms.list_versions(form)] == [2, 1]
    assert [one.is_used for one in forms.list_versions(form)] == [False, True]
    assert save(put("wall", None, "brick")).written.number == 1
    with pytest.raises(ChangedMeanwhile):
        forms.change(form, wish(measurement, newer, "Лист замера"), by=anna, seen=1)
    forms.restore(form, 1, by=anna)
    assert forms.newest_of(form).definition == sheet.written.definition
    assert forms.newest_of(form).number == 3


def test_the_same_once_more_is_no_version(form, anna):
    same = forms.Wish(form.words, list(form.visit_kinds.all()), forms.newest_of(form).definition)
    forms.change(form, same, by=anna)
    assert form.versions.count() == 1
    assert not Entry.objects.filter(verb="sheets.form_changed").exists()


def test_all_that_is_wrong_is_said_in_words(measurement, anna):
    wrong = deepcopy(SMALL)
    wrong["sections"][0]["fields"].append({"code": "height", "name": {"ru": "Ещё"}, "kind": "colour"})
    wrong["sections"][0]["checks"][0]["least"] = "ten"
    with pytest.raises(forms.Unsound) as refusal:
        forms.add(wish(measurement, wrong), by=anna)
    assert refusal.value.reasons == [
        "Раздел → Ещё: «colour» здесь неизвестно.",
        "Раздел → проверка 1: Здесь нужно число.",
    ]
    assert not FormKind.objects.filter(words__ru="Осмотр крыши").exists()


def test_rows_are_counted_into_a_field_that_is_a_number(measurement, anna):
    rows = {"name": {"ru": "Ряд"}, "kinds": [{"code": "a", "name": {"ru": "А"}}], "counts": "contract_number"}
    wrong = {"sections": [{**SMALL["sections"][0], "rows": rows}]}
    with pytest.raises(forms.Unsound, match="Раздел"):
        forms.add(wish(measurement, wrong), by=anna)


def test_what_is_wrong_has_its_place(measurement):
    wrong = deepcopy(SMALL)
    wrong["sections"][0]["fields"][0]["name"] = {}
    wrong["sections"][0]["rows"] = {"name": {"ru": "Ряд"}, "kinds": [{"code": "a", "name": {"ru": "А"}}], "counts": "x"}
    _form, told = forms.judged(wrong)
    assert [(one.path, one.words) for one in told] == [(("sections", 0, "fields", 0, "name"), "Здесь нужно название.")]
    wrong["sections"][0]["fields"][0]["name"] = {"ru": "Высота"}
    assert [one.path for one in forms.judged(wrong)[1]] == [("sections", 0, "rows", "counts")]


def test_codes_are_made_out_of_names(measurement, anna):
    given = deepcopy(SMALL)
    given["sections"].append(
        {
            "code": "new_abcd",
            "name": {"ru": "1-й этаж"},
            "fields": [{"code": "new_efgh", "name": {"ru": "Высота", "en": "Height"}, "kind": "whole"}],
            "checks": [{"rule": "required", "fields": ["new_efgh"]}],
        }
    )
    (_first, second) = forms.settled(given)["sections"]
    assert (second["code"], second["fields"][0]["code"]) == ("n_1_y_etazh", "height_2")
    assert second["checks"] == [{"rule": "required", "fields": ["height_2"]}]
    assert forms.add(wish(measurement, forms.settled(given)), by=anna)


def test_the_list_asks_as_often_for_one_form_as_for_many(measurement, anna, save, django_assert_num_queries):
    save(put("floor", None, 3))
    for number in range(10):
        forms.add(wish(measurement, name=f"Форма {number}"), by=anna)
    with django_assert_num_queries(3):
        rows = forms.list_all()
        assert [[one.name for one in row.form.visit_kinds.all()] for row in rows if row.form.code == "measurement"]
    assert {row.form.code: (row.edition, row.sheets) for row in rows}["measurement"] == (1, 1)


def test_what_changed_between_two_editions_is_said_in_words(form, measurement, anna):
    newer = deepcopy(forms.newest_of(form).definition)
    fields = newer["sections"][0]["fields"]
    fields[0]["unit"] = "m"
    fields[0]["name"] = {"ru": "Который этаж", "en": "Floor"}
    fields.append(
        {"code": "pets", "name": {"ru": "Собака"}, "kind": "yes_no", "shown_when": [{"field": "floor", "most": 2}]}
    )
    newer["sections"][1]["checks"][4]["most"] = 12
    forms.change(form, wish(measurement, newer, "Лист замера"), by=anna, seen=1)
    newest, first = forms.list_versions(form)
    assert newest.changes == [
        "Объект → Который этаж, название: Этаж / Floor → Который этаж / Floor",
        "Объект → Который этаж, единица: — → м",
        "Объект → Собака: новое поле",
        "Проёмы: проверки больше нет: три замера близки друг к другу (Ширина: верх, середина, низ, "
        "Высота: слева, середина, справа; ≤ 10), предупреждает",
        "Проёмы: новая проверка: три замера близки друг к другу (Ширина: верх, середина, низ, "
        "Высота: слева, середина, справа; ≤ 12), предупреждает",
    ]
    assert first.changes == []


def test_a_sheet_begins_with_what_is_filled_in_beforehand(visit, measurement, egor, anna):
    given = deepcopy(SMALL)
    given["sections"][0]["fields"][0]["default"] = 2700
    made = forms.add(wish(measurement, given), by=anna)
    other = {"code": "note", "name": {"ru": "Примечание"}, "kind": "note"}
    given["sections"][0]["fields"].append(other)
    forms.change(made, wish(measurement, given), by=anna)
    edit = {"do": "set", "section": "one", "row": None, "field": "note", "was": None, "is": "скос"}
    sheet = sheets.save(visit, sheets.Sent(made, 2, [edit], uuid4()), by=egor)
    assert (sheet.answers, sheet.beside) == ({"one": {"height": 2700, "note": "скос"}}, [])


def test_no_version_that_there_is_not(form, anna):
    with pytest.raises(Refused):
        forms.restore(form, 9, by=anna)


def test_every_fault_and_every_finding_has_its_words():
    """Whatever the engine says by a code."""
    import inspect
    import re

    from svyazka.engines.sheets import answers, edits, read, sound

    said = "".join(inspect.getsource(one) for one in (read, sound, answers, edits))
    codes = set(re.findall(r'(?:wrong\([^"]*|Unfit\(|, |path\), )"([a-z]+(?:_[a-z]+)+)"', said))
    assert codes & wording.FAULTS.keys()
    for code in wording.FAULTS:
        assert f'"{code}"' in said, code
    assert set(wording.KINDS) == set(read.Kind)
    assert faults
