from __future__ import annotations

import time as clock
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from svyazka.engines.formulas.check import check
from svyazka.engines.formulas.conftest import formulas
from svyazka.engines.formulas.evaluate import at, evaluate, prepared
from svyazka.engines.formulas.formula import Call, Formula, Kind, Name, Node, Number, Pair, Sign, Text, Trouble, Yes
from svyazka.engines.formulas.made_up import NAMES, NOON, values
from svyazka.engines.formulas.parse import parse

KINDS = st.sampled_from([kind for kind in Kind if kind != Kind.LIST])
MOSCOW = timezone(timedelta(hours=3))
NOW = NOON.astimezone(MOSCOW)


class Stuck(Exception):
    pass


def slowly(node: Node, known: dict[str, Any]) -> Any:
    """Numbers as fractions; nothing in common with the evaluator but the tree."""
    match node:
        case Number(value=value):
            return Fraction(value)
        case Text(value=value) | Yes(value=value):
            return value
        case Name(said=said):
            value = known[said]
            if value is None or value in ("", ()):
                raise Stuck("unknown")
            return Fraction(value) if isinstance(value, Decimal) else value
        case Sign(sign=sign, of=of):
            value = slowly(of, known)
            return not value if sign == "not" else -value if sign == "-" else value / 100
        case Pair(sign=sign, left=left, right=right):
            return _pair_slowly(sign, left, right, known)
        case Call(function=function, given=given):
            return _call_slowly(function, given, known)
    raise AssertionError(node)


def _pair_slowly(sign: str, left: Node, right: Node, known: dict[str, Any]) -> Any:
    one = slowly(left, known)
    if sign in ("and", "or"):
        return slowly(right, known) if one == (sign == "and") else one
    other = slowly(right, known)
    if sign in ("=", "<>") and isinstance(one, tuple):
        return (other in one) == (sign == "=")
    if sign in ("<", "<=", "=", "<>", ">=", ">"):
        if isinstance(one, date) and isinstance(one, datetime) != isinstance(other, datetime):
            one, other = _day(one), _day(other)
        if isinstance(one, Fraction):
            assume(one == other or abs(one - other) > Fraction(1, 10**12))
        return {
            "<": lambda: one < other, "<=": lambda: one <= other, "=": lambda: one == other,
            "<>": lambda: one != other, ">=": lambda: one >= other, ">": lambda: one > other,
        }[sign]()  # fmt: skip
    if isinstance(one, Fraction):
        if sign == "/" and other == 0:
            raise Stuck("division")
        found = {"+": lambda: one + other, "-": lambda: one - other, "*": lambda: one * other, "/": lambda: one / other}
        return _within(found[sign]())
    if isinstance(other, Fraction):
        return _moved(one, other if sign == "+" else -other)
    return _days_between(other, one)


def _within(value: Fraction) -> Fraction:
    # So large that rounding to 34 digits decides, or none is left: another test.
    assume(value == 0 or Fraction(1, 10**9) < abs(value) < 10**14)
    return value


def _moved(day: date, number: Fraction) -> date:
    if abs(number) > 120_000:
        raise Stuck("too_far")
    if isinstance(day, datetime):
        assume((number * 86_400_000_000).denominator == 1)
        found: date = day + timedelta(microseconds=int(number * 86_400_000_000))
    else:
        found = date.fromordinal(day.toordinal() + number.numerator // number.denominator)
    if not 1900 <= found.year <= 2200:
        raise Stuck("too_far")
    return found


def _call_slowly(function: str, given: tuple[Node, ...], known: dict[str, Any]) -> Any:
    if function == "if":
        return slowly(given[1] if slowly(given[0], known) else given[2], known)
    if function in ("coalesce", "count", "empty"):
        found = [_or_nothing(one, known) for one in (given[:1] if function != "count" else given)]
        if function == "coalesce":
            return found[0] if found[0] is not None else slowly(given[1], known)
        if function == "empty":
            return found[0] is None
        listed = len(given) == 1 and isinstance(found[0], tuple)
        return Fraction(len(found[0]) if listed else len([one for one in found if one is not None]))
    done = [slowly(one, known) for one in given]
    if function in ("min", "max"):
        for one in done:
            for other in done:
                if isinstance(one, Fraction):
                    assume(one == other or abs(one - other) > Fraction(1, 10**12))
        return (min if function == "min" else max)(done)
    first = done[0] if done else None
    if function == "percent" and done[1] == 0:
        raise Stuck("division")
    return {
        "sum": lambda: _within(sum(done, Fraction(0))),
        "abs": lambda: abs(first),
        "round": lambda: _half_up(first),
        "percent": lambda: _within(first / done[1] * 100),
        "days": lambda: Fraction((_day(done[1]) - _day(first)).days),
        "hours": lambda: _days_between(first, done[1], in_hours=True),
        "workdays": lambda: _working(_day(first), _day(done[1])),
        "today": lambda: NOW.date(),
        "now": lambda: NOW,
        "year": lambda: Fraction(_day(first).year),
        "month": lambda: Fraction(_day(first).month),
        "day": lambda: Fraction(_day(first).day),
        "weekday": lambda: Fraction(_day(first).weekday() + 1),
        "hour": lambda: Fraction(first.astimezone(MOSCOW).hour),
        "contains": lambda: done[1] in first,
    }[function]()


def _or_nothing(node: Node, known: dict[str, Any]) -> Any:
    try:
        return slowly(node, known)
    except Stuck as stuck:
        if str(stuck) == "unknown":
            return None
        raise


def _or_stuck(node: Node, known: dict[str, Any]) -> Any:
    try:
        return slowly(node, known)
    except Stuck as stuck:
        return stuck


def _half_up(value: Fraction) -> Fraction:
    hundredths = abs(value) * 100
    assume(abs(hundredths % 1 - Fraction(1, 2)) > Fraction(1, 10**12) or hundredths % 1 == Fraction(1, 2))
    whole = int(hundredths + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 100)


def _day(value: date) -> date:
    return value.astimezone(MOSCOW).date() if isinstance(value, datetime) else value


def _days_between(since: date, until: date, *, in_hours: bool = False) -> Fraction:
    moments = [
        one if isinstance(one, datetime) else datetime(one.year, one.month, one.day, tzinfo=MOSCOW)
        for one in (since, until)
    ]
    delta = moments[1] - moments[0]
    seconds = Fraction(delta.days * 86_400 + delta.seconds) + Fraction(delta.microseconds, 10**6)
    return seconds / (3600 if in_hours else 86_400)


def _working(since: date, until: date) -> Fraction:
    step = 1 if until >= since else -1
    low, high = min(since, until), max(since, until)
    assume((high - low).days < 5000)
    days = [low + timedelta(days=at) for at in range(1, (high - low).days + 1)]
    return Fraction(step * len([day for day in days if day.weekday() < 5]))


@settings(max_examples=400, deadline=None)
@given(KINDS.flatmap(formulas), st.integers(0, 10**6))
def test_it_agrees_with_somebody_who_counts_slowly(root: Node, seed: int) -> None:
    known = values(Random(seed))
    found = evaluate(Formula(root), known, now=NOW)
    expected = _or_stuck(root, known)
    if isinstance(expected, Stuck):
        assert isinstance(found, Trouble)
        assert found.code == str(expected)
    elif isinstance(expected, Fraction):
        assert isinstance(found, Decimal)
        assert abs(Fraction(found) - expected) <= Fraction(1, 10**12) + abs(expected) / 10**20
    else:
        assert found == expected


@settings(max_examples=200, deadline=None)
@given(KINDS.flatmap(lambda kind: formulas(kind, 4)), st.integers(0, 10**6), st.integers(0, 11))
def test_there_is_always_a_value_or_a_trouble(root: Node, seed: int, figures: int) -> None:
    known = {
        code: value * 10**figures if isinstance(value, Decimal) else value
        for code, value in values(Random(seed)).items()
    }
    found = evaluate(Formula(root), known, now=NOW)
    if isinstance(found, Trouble):
        assert found.code in ("unknown", "division", "too_large", "too_far")
    elif isinstance(found, Decimal):
        assert found.is_finite()


def _of(text: str, **known: Any) -> Any:
    formula = parse(text)
    check(formula, NAMES)
    return evaluate(formula, known, now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0,1 + 0,2 = 0,3", True),
        ("1 / 3 * 3 = 1", True),
        ("округлить(2,675; 2)", Decimal("2.68")),
        ("округлить(-2,5)", Decimal(-3)),
        ("200 * 15%", Decimal(30)),
        ("-2 + 3 * 4", Decimal(10)),
        ("10 - 4 - 3", Decimal(3)),
        ("не да или да", True),
        ("дней(сегодня - 3; сейчас)", Decimal(3)),
        ("рабочих_дней(сегодня; сегодня + 7)", Decimal(5)),
        ("если(1 > 2; «A»; «B»)", "B"),
        ("сумма(1; 2; 3,5)", Decimal("6.5")),
        ("процент(1; 8)", Decimal("12.5")),
    ],
)
def test_what_comes_of_it(text: str, expected: Any) -> None:
    assert _of(text) == expected


def test_a_trouble_says_why_and_where() -> None:
    assert _of("1 + [calls] / 2") == Trouble("unknown", (4, 11), "calls")
    assert _of("5 / ([calls] - 2)", calls=Decimal(2)) == Trouble("division", (0, 17))
    assert _of("[share] * [share]", share=Decimal(10**11)) == Trouble("too_large", (0, 17))
    assert _of("сегодня + 999999") == Trouble("too_far", (0, 16))


def test_only_what_is_not_known_is_passed_over() -> None:
    assert _of("первое([calls]; 7)") == Decimal(7)
    assert _of("первое(1 / 0; 7)") == Trouble("division", (7, 12))
    assert (_of("пусто([note])", note=""), _of("сколько([calls]; [note]; 5)")) == (True, Decimal(1))
    assert _of("если(да; 1; [calls])") == Decimal(1)


def test_days_are_those_of_the_company() -> None:
    late = datetime(2026, 11, 26, 22, 30, tzinfo=NOON.tzinfo)  # half past one in Moscow, the day after
    assert _of("день([opened])", opened=late) == Decimal(27)
    assert _of("[opened] = сегодня", opened=late) is True
    assert _of("дней([opened]; сегодня)", opened=late) == Decimal(0)


def test_a_hundred_thousand_deals_are_counted_within_three_seconds() -> None:
    formula = parse("если([amount] > 0; округлить(процент([amount] - [costs]; [amount]); 2); 0) + [calls] * 2")
    run, when, random = prepared(formula), at(NOW), Random(1)
    rows = [values(random) for _ in range(1000)]
    began = clock.process_time()
    for _ in range(20):
        for row in rows:
            run(row, when)
    assert (clock.process_time() - began) * 5 < 3
