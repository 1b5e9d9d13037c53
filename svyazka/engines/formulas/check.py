"""Whether a formula makes sense: of which kind each piece is, and of which kind is what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svyazka.engines.formulas.formula import (
    COMPARED,
    DATED,
    NUMBERS,
    Call,
    Formula,
    Kind,
    Name,
    Node,
    Number,
    Pair,
    Sign,
    Wrong,
    Yes,
)
from svyazka.engines.formulas.functions import BY_CODE, Function

MOST_PLACES = 6


def check(formula: Formula, names: Mapping[str, Kind]) -> Kind:
    """Raises Wrong."""
    kind = _kind(formula.root, names)
    if kind == Kind.LIST:
        raise Wrong("list_result", formula.root.place)
    return kind


def _kind(node: Node, names: Mapping[str, Kind]) -> Kind:
    if isinstance(node, Name):
        if node.said not in names:
            raise Wrong("no_such_name", node.place, name=node.said, near="")
        return Kind(names[node.said])
    if isinstance(node, Call):
        return _of_call(node, [_kind(one, names) for one in node.given])
    if isinstance(node, Sign):
        return _of_sign(node, _kind(node.of, names))
    if isinstance(node, Pair):
        return _of_pair(node, _kind(node.left, names), _kind(node.right, names))
    return Kind.NUMBER if isinstance(node, Number) else Kind.YES if isinstance(node, Yes) else Kind.TEXT


def _of_sign(node: Sign, kind: Kind) -> Kind:
    takes = {"-": NUMBERS, "%": (Kind.NUMBER,), "not": (Kind.YES,)}[node.sign]
    _insist(node.of, kind, takes, node.sign)
    return kind


def _of_pair(node: Pair, left: Kind, right: Kind) -> Kind:
    if node.sign in ("and", "or"):
        _insist(node.left, left, (Kind.YES,), node.sign)
        _insist(node.right, right, (Kind.YES,), node.sign)
        return Kind.YES
    if node.sign in COMPARED:
        if not _can_be_compared(left, right, node.sign):
            raise Wrong("compared", node.place, left=left, right=right, sign=node.sign)
        return Kind.YES
    if found := _counted(node.sign, left, right):
        return found
    code = "money_times_money" if (left, right) == (Kind.MONEY, Kind.MONEY) else "counted"
    raise Wrong(code, node.place, left=left, right=right, sign=node.sign)


def _counted(sign: str, left: Kind, right: Kind) -> Kind | None:
    if left in NUMBERS and right in NUMBERS:
        money = (left == Kind.MONEY) + (right == Kind.MONEY)
        if sign in "+-":
            return Kind.MONEY if money else Kind.NUMBER
        if sign == "*":
            return None if money == 2 else Kind.MONEY if money else Kind.NUMBER
        return Kind.MONEY if left == Kind.MONEY and right == Kind.NUMBER else Kind.NUMBER
    if sign in "+-" and left in DATED and right == Kind.NUMBER:
        return left
    if sign == "+" and left == Kind.NUMBER and right in DATED:
        return right
    return Kind.NUMBER if sign == "-" and left in DATED and right in DATED else None


def _can_be_compared(left: Kind, right: Kind, sign: str) -> bool:
    for alike in (NUMBERS, DATED):
        if left in alike and right in alike:
            return True
    if sign not in ("=", "<>"):
        return False
    return (left == right and left != Kind.LIST) or {left, right} == {Kind.LIST, Kind.TEXT}


def _of_call(node: Call, kinds: Sequence[Kind]) -> Kind:
    function = BY_CODE[node.function]
    for at, (one, kind) in enumerate(zip(node.given, kinds, strict=True)):
        _insist(one, kind, function.takes[min(at, len(function.takes) - 1)], function.code)
    if function.code == "round":
        _insist_places(node)
        return kinds[0]
    if function.code == "percent" and kinds[0] != kinds[1]:
        raise Wrong("kinds_differ", node.place, left=kinds[0], right=kinds[1])
    return function.gives or _joined(node, function, kinds)


def _joined(node: Call, function: Function, kinds: Sequence[Kind]) -> Kind:
    """Of the one or the other: they have to be alike."""
    asked = list(zip(node.given, kinds, strict=True))[function.code == "if" :]
    kind = asked[0][1]
    for one, other in asked[1:]:
        if kind in NUMBERS and other in NUMBERS:
            kind = Kind.MONEY if Kind.MONEY in (kind, other) else kind
        elif other != kind:
            raise Wrong("kinds_differ", one.place, left=kind, right=other)
    return kind


def _insist_places(node: Call) -> None:
    if len(node.given) < 2:
        return
    places = node.given[1]
    if not (isinstance(places, Number) and places.value == int(places.value) and places.value <= MOST_PLACES):
        raise Wrong("places", places.place, most=MOST_PLACES)


def _insist(node: Node, kind: Kind, takes: Sequence[Kind], by: str) -> None:
    if kind not in takes:
        raise Wrong("kind", node.place, kind=kind, takes=tuple(takes), by=by)
