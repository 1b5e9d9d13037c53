"""What comes of a formula: a value, or the trouble because of which there is none. Never a guess, never an exception.

A formula is made into steps once, and goes over a hundred thousand deals. Numbers are decimals of 34 digits; where a
division has to round, two numbers are the same if they differ by less than a trillionth of a thousandth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from svyazka.engines.formulas.formula import (
    Call,
    Formula,
    Name,
    Node,
    Number,
    Pair,
    Place,
    Sign,
    Text,
    Trouble,
    Value,
    Yes,
)

Values = Mapping[str, Value | None]
Step = Callable[[Values, "At"], Any]

MOST_FIGURES = 18  # before the point
SAME = -15  # what differs by less is the same
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_DAYS = 120_000
_EXACT = Context(prec=34, rounding=ROUND_HALF_EVEN, traps=[])
_HUNDRED, _DAY = Decimal(100), Decimal(86_400)


@dataclass(frozen=True)
class At:
    """When it is counted; days are those of this zone."""

    now: datetime
    today: date
    zone: tzinfo


def at(now: datetime) -> At:
    return At(now, now.date(), now.tzinfo or UTC)


class _Stuck(Exception):
    def __init__(self, code: str, place: Place, name: str = "") -> None:
        self.trouble = Trouble(code, place, name)


def evaluate(formula: Formula, values: Values, *, now: datetime) -> Value | Trouble:
    """Of one. For many: `prepared` once, and then that for each."""
    return prepared(formula)(values, at(now))


def prepared(formula: Formula) -> Callable[[Values, At], Value | Trouble]:
    """The formula is one that `check` has let through."""
    step = _step(formula.root)

    def run(values: Values, when: At) -> Value | Trouble:
        try:
            found: Value = step(values, when)
        except _Stuck as stuck:
            return stuck.trouble
        return found

    return run


def _step(node: Node) -> Step:
    if isinstance(node, Number | Text | Yes):
        value = node.value
        return lambda _values, _when: value
    if isinstance(node, Name):
        return _name(node)
    if isinstance(node, Sign):
        return _SIGNS[node.sign](_step(node.of))
    if isinstance(node, Pair):
        return _pair(node, _step(node.left), _step(node.right))
    assert isinstance(node, Call)
    return _CALLS[node.function](node, [_step(one) for one in node.given])


def _name(node: Name) -> Step:
    said, place = node.said, node.place

    def step(values: Values, _when: At) -> Value:
        value = values.get(said)
        if value is None or (isinstance(value, str | tuple) and not value):
            raise _Stuck("unknown", place, said)
        return value

    return step


_SIGNS: dict[str, Callable[[Step], Step]] = {
    "-": lambda of: lambda values, when: _EXACT.minus(of(values, when)),
    "%": lambda of: lambda values, when: _EXACT.divide(of(values, when), _HUNDRED),
    "not": lambda of: lambda values, when: not of(values, when),
}


def _pair(node: Pair, left: Step, right: Step) -> Step:
    if node.sign == "and":
        return lambda values, when: left(values, when) and right(values, when)
    if node.sign == "or":
        return lambda values, when: left(values, when) or right(values, when)
    if node.sign in _COMPARISONS:
        return _compared(_COMPARISONS[node.sign], left, right)
    return _counted(node, left, right)


def _counted(node: Pair, left: Step, right: Step) -> Step:
    how, place, by_days = _COUNTING[node.sign], node.place, _BY_DAYS.get(node.sign)

    def step(values: Values, when: At) -> Value:
        one, other = left(values, when), right(values, when)
        if one.__class__ is not Decimal or other.__class__ is not Decimal:
            assert by_days
            return by_days(one, other, when, place)
        found = how(one, other, place)
        if found.adjusted() >= MOST_FIGURES:
            raise _Stuck("too_large", place)
        return found

    return step


def _divide(one: Decimal, other: Decimal, place: Place) -> Decimal:
    if not other:
        raise _Stuck("division", place)
    return _EXACT.divide(one, other)


_COUNTING: dict[str, Callable[[Decimal, Decimal, Place], Decimal]] = {
    "+": lambda one, other, _place: _EXACT.add(one, other),
    "-": lambda one, other, _place: _EXACT.subtract(one, other),
    "*": lambda one, other, _place: _EXACT.multiply(one, other),
    "/": _divide,
}


def _later(one: Any, other: Any, when: At, place: Place) -> Value:
    day, number = (other, one) if isinstance(one, Decimal) else (one, other)
    return _moved(day, number, when, place)


def _earlier(one: Any, other: Any, when: At, place: Place) -> Value:
    if isinstance(other, Decimal):
        return _moved(one, -other, when, place)
    if isinstance(one, datetime) or isinstance(other, datetime):
        return _EXACT.divide(_seconds(one, other, when), _DAY)
    return Decimal((one - other).days)


_BY_DAYS: dict[str, Callable[[Any, Any, At, Place], Value]] = {"+": _later, "-": _earlier}


def _moved(day: date, number: Decimal, when: At, place: Place) -> Value:
    if abs(number) > MOST_DAYS:
        raise _Stuck("too_far", place)
    if not isinstance(day, datetime):
        number = number.to_integral_value(ROUND_FLOOR)
    try:
        found = day + timedelta(microseconds=int(number * 86_400_000_000))
    except OverflowError as too_far:
        raise _Stuck("too_far", place) from too_far
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _Stuck("too_far", place)
    return found


def _compared(holds: Callable[[int], bool], left: Step, right: Step) -> Step:
    def step(values: Values, when: At) -> bool:
        return holds(_order(left(values, when), right(values, when), when))

    return step


_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def _order(one: Any, other: Any, when: At) -> int:
    """-1, 0 or 1; of what has no order, 0 where it is the same."""
    if one.__class__ is Decimal:
        by = _EXACT.subtract(one, other)
        return 0 if not by or by.adjusted() < SAME else (1 if by > 0 else -1)
    if isinstance(one, tuple) or isinstance(other, tuple):
        listed, said = (one, other) if isinstance(one, tuple) else (other, one)
        return int(said not in listed)
    if isinstance(one, bool | str):
        return int(one != other)
    if not (isinstance(one, datetime) and isinstance(other, datetime)):
        one, other = _day(one, when), _day(other, when)  # a day holds all its hours
    return int(one > other) - int(one < other)


def _day(value: date, when: At) -> date:
    return value.astimezone(when.zone).date() if isinstance(value, datetime) else value


def _seconds(one: date, other: date, when: At) -> Decimal:
    return Decimal((_moment(one, when) - _moment(other, when)) // timedelta(microseconds=1)) / 1_000_000


def _moment(value: date, when: At) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), when.zone)


def _if(_node: Call, given: Sequence[Step]) -> Step:
    asked, then, otherwise = given
    return lambda values, when: then(values, when) if asked(values, when) else otherwise(values, when)


def _chosen(sign: int) -> Callable[[Call, Sequence[Step]], Step]:
    """The smallest, or the largest."""

    def make(_node: Call, given: Sequence[Step]) -> Step:
        def step(values: Values, when: At) -> Value:
            found = given[0](values, when)
            for one in given[1:]:
                other = one(values, when)
                found = other if sign * _order(other, found, when) > 0 else found
            return found  # type: ignore[no-any-return]

        return step

    return make


def _sum(node: Call, given: Sequence[Step]) -> Step:
    place = node.place

    def step(values: Values, when: At) -> Decimal:
        found = Decimal(0)
        for one in given:
            found = _EXACT.add(found, one(values, when))
        if found.adjusted() >= MOST_FIGURES:
            raise _Stuck("too_large", place)
        return found

    return step


def _round(node: Call, given: Sequence[Step]) -> Step:
    places = node.given[1] if len(node.given) > 1 else None
    number = int(places.value) if isinstance(places, Number) else 0
    return lambda values, when: rounded(given[0](values, when), number)


def rounded(value: Decimal, places: int) -> Decimal:
    """As people round: half a kopeck up. What a division has left behind the 15th place does not decide it."""
    exact = value.quantize(Decimal(1).scaleb(SAME), ROUND_HALF_EVEN, _EXACT)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)


def _percent(node: Call, given: Sequence[Step]) -> Step:
    place = node.place

    def step(values: Values, when: At) -> Decimal:
        found = _EXACT.multiply(_divide(given[0](values, when), given[1](values, when), place), _HUNDRED)
        if found.adjusted() >= MOST_FIGURES:
            raise _Stuck("too_large", place)
        return found

    return step


def _of_two_days(how: Callable[[Any, Any, At], Decimal]) -> Callable[[Call, Sequence[Step]], Step]:
    return lambda _node, given: lambda values, when: how(given[0](values, when), given[1](values, when), when)


def _days(since: date, until: date, when: At) -> Decimal:
    return Decimal((_day(until, when) - _day(since, when)).days)


def _workdays(since: date, until: date, when: At) -> Decimal:
    """From Monday to Friday: those after the first day, up to the second."""
    return Decimal(_working_until(_day(until, when)) - _working_until(_day(since, when)))


def _working_until(day: date) -> int:
    weeks, days = divmod(day.toordinal(), 7)
    return weeks * 5 + min(days, 5)


def _hours(since: date, until: date, when: At) -> Decimal:
    return _EXACT.divide(_seconds(until, since, when), Decimal(3600))


def _of_day(how: Callable[[date], int]) -> Callable[[Call, Sequence[Step]], Step]:
    return lambda _node, given: lambda values, when: Decimal(how(_day(given[0](values, when), when)))


def _hour(_node: Call, given: Sequence[Step]) -> Step:
    return lambda values, when: Decimal(given[0](values, when).astimezone(when.zone).hour)


def _date(_node: Call, given: Sequence[Step]) -> Step:
    return lambda values, when: _day(given[0](values, when), when)


def _empty(_node: Call, given: Sequence[Step]) -> Step:
    return lambda values, when: _known(given[0], values, when) is None


def _coalesce(_node: Call, given: Sequence[Step]) -> Step:
    def step(values: Values, when: At) -> Value:
        for one in given[:-1]:
            if (found := _known(one, values, when)) is not None:
                return found
        return given[-1](values, when)  # type: ignore[no-any-return]

    return step


def _count(_node: Call, given: Sequence[Step]) -> Step:
    """How many are chosen of a list; of several pieces, how many are known."""

    def step(values: Values, when: At) -> Decimal:
        known = [_known(one, values, when) for one in given]
        if len(known) == 1 and isinstance(known[0], tuple):
            return Decimal(len(known[0]))
        return Decimal(sum(one is not None for one in known))

    return step


def _known(step: Step, values: Values, when: At) -> Value | None:
    """Only what is not known may be passed over: a division by zero stays one."""
    try:
        return step(values, when)  # type: ignore[no-any-return]
    except _Stuck as stuck:
        if stuck.trouble.code != "unknown":
            raise
        return None


def _contains(_node: Call, given: Sequence[Step]) -> Step:
    def step(values: Values, when: At) -> bool:
        held, said = given[0](values, when), given[1](values, when)
        return said in held if isinstance(held, tuple) else said.lower() in held.lower()

    return step


_CALLS: dict[str, Callable[[Call, Sequence[Step]], Step]] = {
    "if": _if,
    "min": _chosen(-1),
    "max": _chosen(1),
    "sum": _sum,
    "round": _round,
    "abs": lambda _node, given: lambda values, when: _EXACT.abs(given[0](values, when)),
    "percent": _percent,
    "days": _of_two_days(_days),
    "workdays": _of_two_days(_workdays),
    "hours": _of_two_days(_hours),
    "today": lambda _node, _given: lambda _values, when: when.today,
    "now": lambda _node, _given: lambda _values, when: when.now,
    "date": _date,
    "year": _of_day(lambda day: day.year),
    "month": _of_day(lambda day: day.month),
    "day": _of_day(lambda day: day.day),
    "weekday": _of_day(lambda day: day.isoweekday()),
    "hour": _hour,
    "empty": _empty,
    "coalesce": _coalesce,
    "count": _count,
    "contains": _contains,
}
