from __future__ import annotations

import re
from pathlib import Path

from svyazka.business.company.blueprint import company, of_house, read
from svyazka.business.company.write import written
from svyazka.business.sheets import forms
from svyazka.engines.sheets.read import read as read_form


def test_the_forms_of_the_house_go_into_a_blueprint_and_out_of_it(windows):
    of_windows = of_house("windows").content["sheet_forms"]
    assert company()["sheet_forms"] == of_windows
    again = read(written(company()).encode())
    assert again.faults == ()
    assert again.content["sheet_forms"] == of_windows
    assert all(read_form({"sections": one["sections"]})[1] == () for one in of_windows)


def test_a_fault_of_a_form_in_a_file_has_its_line():
    text = written(of_house("windows").content).replace("kind: triple", "kind: quadruple", 1)
    found = read(text.encode()).faults
    assert [one.text for one in found] == [
        "Проёмы → Ширина: верх, середина, низ: «quadruple» здесь неизвестно.",
    ]
    assert "quadruple" in text.splitlines()[found[0].line - 1]


def test_the_form_of_the_how_to_is_sound():
    text = (Path(__file__).parents[3] / "docs/how-to/add-a-form.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    given = written(of_house("windows").content).replace("sheet_forms:\n", example, 1)
    assert read(given.encode()).faults == ()


def test_the_call_centre_has_a_form_to_begin_from():
    (one,) = of_house("projects").content["sheet_forms"]
    assert forms.judged({"sections": one["sections"]})[1] == []
