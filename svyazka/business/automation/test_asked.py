"""What a rule's form asks: read as it is stored, refused at the input that is at fault."""

from __future__ import annotations

from typing import Any

import pytest

from svyazka.business.automation import asked, choices
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.models import Stage
from svyazka.kit.refusals import Refused

pytestmark = pytest.mark.django_db


def refused(form: list[Ask], typed: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Refused) as refusal:
        asked.read(form, typed)
    return {name: str(words) for name, words in refusal.value.fields.items()}


@pytest.mark.parametrize(
    ("ask", "typed", "stored"),
    [
        (Ask("it", "text", "It"), "  ring   him ", "ring him"),
        (Ask("it", "long", "It"), "one\r\ntwo\x00", "one\ntwo"),
        (Ask("it", "number", "It"), "1 000,50", "1000.5"),
        (Ask("it", "money", "It"), "1 250,5", "1250.50"),
        (Ask("it", "whole", "It"), "-3", -3),
        (Ask("it", "minutes", "It"), "90", 90),
        (Ask("it", "yes", "It"), "on", True),
        (Ask("it", "yes", "It"), "", False),
        (Ask("it", "minutes", "It"), "", None),
        (Ask("it", "text", "It", many=True), ["a", "a", ""], ["a"]),
        (Ask("it", "time", "It"), "9:00".zfill(5), "09:00"),
        (Ask("it", "url", "It"), "https://example.ru/x", "https://example.ru/x"),
        (Ask("it", "choice", "It", choices=(("up", "Up"),)), "up", "up"),
        (Ask("it", "person", "It", first=(("responsible", "Whoever it is"),)), "responsible", "responsible"),
    ],
)
def test_it_is_stored_as_its_kind_says(ask: Ask, typed: Any, stored: Any) -> None:
    assert asked.read([ask], {"it": typed}) == {"it": stored}


@pytest.mark.parametrize(
    ("ask", "typed"),
    [
        (Ask("it", "text", "It", required=True), "  "),
        (Ask("it", "text", "It"), "x" * 301),
        (Ask("it", "number", "It"), "NaN"),
        (Ask("it", "whole", "It"), "³"),
        (Ask("it", "whole", "It", least=1), "0"),
        (Ask("it", "minutes", "It"), "999999"),
        (Ask("it", "url", "It"), "javascript:alert(1)"),
        (Ask("it", "url", "It"), "https://[x"),
        (Ask("it", "day", "It"), "2026-02-30"),
        (Ask("it", "choice", "It", choices=(("up", "Up"),)), "down"),
        (Ask("it", "person", "It"), "7 or 1=1"),
    ],
)
def test_what_cannot_be_is_refused_at_its_input(ask: Ask, typed: str) -> None:
    assert list(refused([ask], {"it": typed})) == ["it"]


def test_all_faults_are_named_at_once() -> None:
    form = [Ask("a", "text", "A", required=True), Ask("b", "whole", "B"), Ask("c", "text", "C")]
    assert list(refused(form, {"b": "x", "c": "fine"})) == ["a", "b"]


def test_what_is_not_shown_is_neither_asked_nor_kept() -> None:
    form = [
        Ask("how", "choice", "How", choices=(("one", "One"), ("all", "All"))),
        Ask("whom", "text", "Whom", required=True, shown_when=("how", ("one",))),
    ]
    assert asked.read(form, {"how": "all", "whom": "x"}) == {"how": "all", "whom": ""}
    assert list(refused(form, {"how": "one"})) == ["whom"]


def test_a_stage_is_its_number(windows: object) -> None:
    stage = Stage.objects.order_by("pk")[0]
    form = [Ask("stage", "stage", "Stage", many=True)]
    assert asked.read(form, {"stage": [str(stage.pk)]}) == {"stage": [stage.pk]}


@pytest.mark.parametrize("kind", choices.LISTS)
def test_every_list_can_be_asked(kind: str, windows: object) -> None:
    found = choices.list_of(kind)
    assert [choices.find(kind, str(one.value)) for one in found] == [one.value for one in found]
    assert choices.find(kind, "no such thing") is None


def test_within_one_page_each_list_is_read_once(windows: object, django_assert_num_queries: Any) -> None:
    stage = Stage.objects.order_by("pk")[0]
    with django_assert_num_queries(1), choices.read_once():
        assert [choices.label("stage", stage.pk) for _time in range(3)] == [stage.name] * 3
    assert choices.label("stage", "no such thing") == ""
