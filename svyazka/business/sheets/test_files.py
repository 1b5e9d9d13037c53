from __future__ import annotations

import json

import pytest

from svyazka.business.sheets import files, forms
from svyazka.business.sheets.models import FormKind


def test_every_form_of_the_house_goes_into_a_file_and_out_of_it(windows):
    for form in FormKind.objects.all():
        version = forms.newest_of(form)
        found = files.read(files.written(form, version).encode())
        assert found == files.Read(form.words, version.definition, ())


def test_json_is_read_as_well(windows):
    form = FormKind.objects.first()
    version = forms.newest_of(form)
    text = json.dumps({"name": form.words, **version.definition}, ensure_ascii=False)
    assert files.read(text.encode()).definition == version.definition


@pytest.mark.parametrize(
    ("given", "line", "said"),
    [
        (b"", 0, "Файл пуст."),
        (b"\xff\xfe", 1, "UTF-8"),
        (b"name: [", 2, "не закрыта скобка"),
        (b"name: {ru: A}\n", 1, "sections"),
        (b"name: {ru: A}\nsections: []\n", 2, "В форме нужен хотя бы один раздел."),
        (b"name: {ru: A}\nsections:\n  - code: one\n    name: {ru: B}\n    fields: 5\n", 5, "список"),
        (b"name: {ru: A}\ncolour: red\nsections: []\n", 2, "colour"),
        (b"a: &a [*a]", 1, ""),
        (b"x" * 300_001, 0, "300"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(given, line, said):
    faults = files.read(given).faults
    assert any(said in one.text and one.line == line for one in faults), faults
