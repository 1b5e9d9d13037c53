from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from svyazka.engines.sheets import made_up
from svyazka.engines.sheets.answers import clean
from svyazka.engines.sheets.check import check
from svyazka.engines.sheets.read import read
from svyazka.engines.sheets.shown import shown

SAMPLES = Path(__file__).parent / "samples"
GIVEN = json.loads((SAMPLES / "form.json").read_text())
CASES = json.loads((SAMPLES / "cases.json").read_text())
FORM, FAULTS = read(GIVEN)


def plainly(findings):
    return [[one.section, one.row, one.field, one.rule, one.severity, one.found, one.allowed] for one in findings]


def test_the_sample_is_sound():
    assert FAULTS == ()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases(case):
    assert plainly(check(FORM, case["answers"])) == case["findings"]


@pytest.mark.parametrize("seed", range(50))
def test_whatever_is_answered_only_what_is_asked_is_found_wrong(seed):
    answers = made_up.answers(FORM, Random(seed))
    for finding in (one for one in check(FORM, answers) if one.rule != "rows"):
        section = FORM.section(finding.section)
        row = next((one for one in answers.get("openings", []) if one["id"] == finding.row), None)
        asked = [field.code for field in shown(FORM, section, answers, row)]
        assert finding.field in asked
        assert row is None or "removed" not in row


@pytest.mark.parametrize("seed", range(50))
def test_tidy_answers_stay_as_they_are_and_are_judged_alike(seed):
    tidy, refused = clean(FORM, made_up.answers(FORM, Random(seed)))
    assert refused == ()
    assert clean(FORM, tidy) == (tidy, ())
