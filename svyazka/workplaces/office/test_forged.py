"""Pipelines as no browser would send them: each is answered in words, and nothing of it is stored."""

from __future__ import annotations

import pytest

from svyazka.business.deals.models import Pipeline
from svyazka.business.deals.paths.content import content_of
from svyazka.workplaces.office.test_pipelines import PAGE, typed_in


@pytest.fixture
def send(enter, anna):
    """What the editor would send, with something else in it: the answers of the preview and of saving."""
    browser = enter(anna)
    browser.raise_request_exception = False
    typed = typed_in(browser.get(PAGE).content.decode())

    def go(changed: dict[str, list[str]]) -> list[int]:
        before = content_of(Pipeline.objects.get(code="windows"))
        answers = [browser.post(page, {**typed, **changed}) for page in (f"{PAGE}preview/", PAGE)]
        assert content_of(Pipeline.objects.get(code="windows")) == before
        return [answer.status_code for answer in answers]

    go.stages = typed["stage"]  # type: ignore[attr-defined]
    return go


@pytest.mark.parametrize("key", ["<script>", "х" * 100, "a/b", "\x00", "", "a.b", "x y"])
def test_a_stage_of_a_code_that_is_none(send, key):
    stages = [*send.stages[:2], key, *send.stages[2:]]
    assert send({"stage": stages, f"{key}.name_ru": ["Чужой"]}) == [200, 422]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("department", "\x00-"),
        ("contacted.kind", "no"),
        ("contacted.required", "no\x00"),
        ("contacted.when", "x=\x00"),
        ("contacted.when", "openings=1"),
        ("contacted.colour", "pink"),
        ("contacted.step_kind", "no"),
        ("contacted.limit", "1.5"),
        ("contacted.limit", "-1"),
        ("contacted.limit", "9" * 19),
        ("contacted.instruction_ru", "х" * 1001),
    ],
)
def test_a_value_that_cannot_be(send, name, value):
    assert send({name: [value]}) == [200, 422]


@pytest.mark.parametrize(
    "rule",
    [
        {"lead.0.source": "no"},
        {"lead.0.how": "no"},
        {"lead.0.role": "no"},
        {"lead.0.take": "soon"},
        {"lead.0.people": "nobody"},
        {"lead.0.department": "no"},
        {"lead.0.when": "no=no"},
    ],
)
def test_a_rule_of_distribution_that_cannot_be(send, rule):
    assert send({"lead": ["0"], **{name: [value] for name, value in rule.items()}}) == [200, 422]


@pytest.mark.parametrize(
    "rule",
    [{"to": "no"}, {"to": "windows"}, {"to": "windows", "accept": "soon"}, {"to": "windows", "carried": "no"}],
)
def test_a_hand_off_that_cannot_be(send, rule):
    given = {f"contacted.way.0.{name}": [value] for name, value in rule.items()}
    assert send({"contacted.way": ["0"], **given}) == [200, 422]


@pytest.mark.parametrize("version", ["", "-1", "\x00", "999"])
def test_whoever_has_not_seen_what_he_changes(send, version):
    assert send({"version": [version], "contacted.limit": ["47"]}) == [200, 409]


def test_hours_for_accepting_that_are_no_number(projects, enter):
    browser = enter(projects["anna"])
    page = "/office/pipelines/sales/"
    typed = typed_in(browser.get(page).content.decode())
    (name,) = (name for name in typed if name.endswith(".accept"))
    answer = browser.post(page, {**typed, name: ["soon"]})
    assert (answer.status_code, "срок приёмки" in answer.content.decode()) == (422, True)
