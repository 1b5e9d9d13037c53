from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.formulas.check import check
from svyazka.engines.formulas.conftest import formulas
from svyazka.engines.formulas.formula import (
    DEEPEST,
    LONGEST,
    Formula,
    Kind,
    Named,
    Node,
    Place,
    Wrong,
    is_by_time,
    names_in,
)
from svyazka.engines.formulas.made_up import NAMES
from svyazka.engines.formulas.parse import parse
from svyazka.engines.formulas.settle import in_words, settle
from svyazka.engines.formulas.written import written

KINDS = st.sampled_from([kind for kind in Kind if kind != Kind.LIST])
SEEN = {
    "amount": Named("amount", Kind.MONEY, "Сумма сделки"),
    "costs": Named("costs", Kind.MONEY, "Себестоимость"),
    "stage": Named("stage", Kind.LIST, "Этап", {"7": "Замер", "9": "Монтаж окон"}),
}


@settings(max_examples=300, deadline=None)
@given(KINDS.flatmap(formulas), st.booleans())
def test_what_is_written_is_read_as_the_same(root: Node, russian: bool) -> None:
    formula = Formula(root)
    assert parse(written(formula, russian=russian)) == formula


@settings(max_examples=100, deadline=None)
@given(KINDS.flatmap(lambda kind: st.tuples(st.just(kind), formulas(kind))))
def test_a_sound_formula_is_of_its_kind(made: tuple[Kind, Node]) -> None:
    kind, root = made
    assert check(Formula(root), NAMES) == kind


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text("()[]{};,.+-*/%=<>\"'« 019аи не if(если", max_size=60), st.binary()))
def test_nonsense_is_wrong_and_nothing_else(said: str | bytes) -> None:
    text = said.decode("latin-1") if isinstance(said, bytes) else said
    start, end = _place_of_what_is_wrong(text)
    assert 0 <= start <= end <= len(text)


def _place_of_what_is_wrong(text: str) -> Place:
    try:
        check(parse(text), NAMES)
    except Wrong as wrong:
        return wrong.place
    return 0, len(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("[Сумма сделки] - [себестоимость]", "[amount] - [costs]"),
        ("если([Этап] = «замер»; 1; 0,5)", 'if([stage] = "7"; 1; 0.5)'),
        ("процент({Себестоимость}; [Сумма сделки])", "percent([costs]; [amount])"),
        ("1 000 000,50 + 2*3", "1000000.50 + 2 * 3"),
        ("НЕ ([Сумма сделки] >= 10 ИЛИ пусто([Этап]))", "not ([amount] >= 10 or empty([stage]))"),
        ("min([Сумма сделки], 5)", "min([amount]; 5)"),
        ("сегодня + 3", "today + 3"),
    ],
)
def test_people_see_words_and_codes_are_kept(typed: str, kept: str) -> None:
    settled = settle(parse(typed), SEEN)
    assert written(settled) == kept
    assert settle(parse(written(in_words(settled, SEEN), russian=True)), SEEN) == settled


def test_what_is_renamed_goes_on_and_what_is_gone_stays_by_its_code() -> None:
    kept = settle(parse('если([Этап] = "Замер"; [Сумма сделки]; 0)'), SEEN)
    renamed = {"stage": Named("stage", Kind.LIST, "Стадия", {"7": "Замер окна"})}
    assert written(in_words(kept, renamed), russian=True) == 'если([Стадия] = "Замер окна"; [amount]; 0)'


def _wrong(text: str) -> tuple[str, Place]:
    with pytest.raises(Wrong) as caught:
        check(settle(parse(text), SEEN), {code: one.kind for code, one in SEEN.items()})
    return caught.value.code, caught.value.place


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "value_missing", (0, 0)),
        ("2 +", "value_missing", (3, 3)),
        ("(2 + 3", "bracket_open", (0, 1)),
        ("2 + 3)", "bracket_too_many", (5, 6)),
        ("2 3", "sign_missing", (2, 3)),
        ("1 < 2 < 3", "compared_twice", (6, 7)),
        ("[Сума сделки]", "no_such_name", (0, 13)),
        ("сума(1; 2)", "no_such_function", (0, 4)),
        ("Сумма_сделки + 1", "bare_name", (0, 12)),
        ("сумма + 1", "brackets_missing", (0, 5)),
        ("если(1 > 2; 3)", "how_many", (0, 14)),
        ("мин(1,2)", "how_many", (0, 8)),
        ("[]", "name_empty", (0, 2)),
        ("[Сумма", "name_open", (0, 6)),
        ('"Замер', "text_open", (0, 6)),
        ("2 ? 3", "strange", (2, 3)),
        ("9**9", "value_missing", (2, 3)),
        ("[Сумма сделки] * [Себестоимость]", "money_times_money", (0, 32)),
        ("[Сумма сделки] + сегодня", "counted", (0, 24)),
        ("[Сумма сделки] > «много»", "compared", (0, 24)),
        ("не 5", "kind", (3, 4)),
        ("если(да; 1; «два»)", "kinds_differ", (12, 17)),
        ("[Этап]", "list_result", (0, 6)),
        ("[Этап] = «Замр»", "no_such_choice", (9, 15)),
        ("округлить(1; 9)", "places", (13, 14)),
        ("1" * 16, "number_long", (0, 16)),
        ("(" * (DEEPEST + 1), "too_deep", (DEEPEST, DEEPEST + 1)),
        ("1" + "+1" * 150, "too_many", (0, 201)),
        ("1" * (LONGEST + 1), "too_long", (LONGEST, LONGEST + 1)),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, code: str, place: Place) -> None:
    assert _wrong(text) == (code, place)


def test_the_nearest_name_is_proposed() -> None:
    for text, near in (("[Сума сделки]", "Сумма сделки"), ("[Этап] = «Замр»", "Замер"), ("окургли(1)", "округл")):
        with pytest.raises(Wrong) as caught:
            settle(parse(text), SEEN)
        assert caught.value.given["near"] == near


def test_what_it_names_and_how_soon_it_is_another_value() -> None:
    formula = parse("дней([opened]; сегодня) + [share] * [share]")
    assert (names_in(formula), is_by_time(formula)) == (["opened", "share"], "day")
    assert [is_by_time(parse(text)) for text in ("часов([opened]; сейчас)", "[share]")] == ["hour", ""]
