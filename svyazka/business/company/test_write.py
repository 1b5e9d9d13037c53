"""A company written out, begun elsewhere and written out again is the same, byte for byte."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.business.company import start
from svyazka.business.company.blueprint import SECTIONS, company, of_house, sound
from svyazka.business.company.write import written

# What PostgreSQL and YAML can hold: no surrogates, no NUL.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40).filter(
    lambda text: text.strip()
)


@pytest.fixture
def put():
    """Begins a company from what is written, and takes it away again."""

    def begin(text: str) -> str:
        with transaction.atomic():
            start.start(sound(text.encode()))
            again = written(company())
            transaction.set_rollback(True)
        return again

    return begin


@pytest.mark.parametrize("code", ["windows", "projects"])
def test_the_same_bytes_after_a_way_through_another_house(db, put, code):
    with transaction.atomic():
        start.start(of_house(code))
        first = written(company())
        transaction.set_rollback(True)
    assert put(first) == first


def test_a_company_as_it_was_begun_is_what_stands_in_the_blueprint(db):
    start.start(of_house("projects"))
    lean = {section.code: section.shape.lean(of_house("projects").content[section.code]) for section in SECTIONS}
    assert {section.code: section.shape.lean(company()[section.code]) for section in SECTIONS} == lean


def test_what_is_written_reads_like_the_blueprints_of_the_house(projects):
    text = written(company())
    assert '  - {code: sales, name: {ru: "Отдел продаж", en: "Sales"}}\n' in text
    assert "          - {to: execution, department: execution, role: manager, accept_hours: 8}\n" in text
    assert '  - {code: acts_signed, kind: "yes", name: ' in text
    assert "Ринат" not in text
    assert max(len(line) for line in text.splitlines()) < 260


@given(TEXTS, TEXTS, st.sampled_from(["yes", "No", "null", "17", "a-b", "x" * 50]))
@settings(max_examples=200, deadline=None)
def test_any_text_and_any_code_come_back_as_they_were(russian, english, code):
    content = deepcopy(of_house("windows").content)
    content["sources"].append({"code": code, "name": {"ru": russian, "en": english}})
    content["forms"].append({"code": "site", "name": english, "source": code, "origins": []})
    content["pipelines"][0]["stages"][0] |= {"instruction": {"en": english, "kk": russian}, "limit_hours": 7}
    text = written(content)
    assert sound(text.encode()).content == content
    assert written(sound(text.encode()).content) == text


@pytest.mark.parametrize(
    "letter",
    [
        "# Условия\n\n- да: 5 %\n- нет",
        "a\n  b\n\n\n c",
        "a\n---\n...\n# b",
        " a\nb\nc",
        "a\nb\nc\n",
        "a \nb\nc",
        "a\n\tb\nc",
    ],
)
def test_a_letter_is_written_line_by_line_and_comes_back_as_it_was(letter):
    content = deepcopy(of_house("windows").content)
    content["offer_templates"][0] |= {"letter": {"ru": letter, "en": "Good day!"}}
    text = written(content)
    assert sound(text.encode()).content == content
    assert written(sound(text.encode()).content) == text


def test_what_a_screen_left_empty_is_not_written(windows):
    from svyazka.business.clients.models import Source

    Source.objects.filter(code="telegram").update(words={"en": "", "ru": "Телеграм"})
    assert '  - {code: telegram, name: {ru: "Телеграм"}}\n' in written(company())
