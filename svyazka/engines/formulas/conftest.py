from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from hypothesis import strategies as st

from svyazka.engines.formulas.formula import Call, Kind, Name, Node, Number, Pair, Sign, Text, Yes
from svyazka.engines.formulas.made_up import NAMES

HERE = (0, 0)
MEASURED, DAYS = (Kind.NUMBER, Kind.MONEY), (Kind.DATE, Kind.MOMENT)


@lru_cache
def formulas(kind: Kind, deep: int = 3) -> st.SearchStrategy[Node]:
    """Sound formulas of this kind."""
    leaves = _leaves(kind)
    if deep == 0 or kind == Kind.LIST:
        return leaves
    return st.deferred(lambda: st.one_of(leaves, *_branches(kind, deep - 1)))


def _leaves(kind: Kind) -> st.SearchStrategy[Node]:
    named = st.sampled_from([code for code, one in NAMES.items() if one == kind]).map(lambda code: Name(HERE, code))
    if kind == Kind.NUMBER:
        numbers = st.decimals(0, 5000, places=2).map(lambda value: Number(HERE, value))
        return named | numbers | st.sampled_from([Number(HERE, Decimal(0)), Number(HERE, Decimal(3))])
    if kind == Kind.TEXT:
        return named | st.text("абв \"'«»xyz[];", max_size=5).filter(_can_be_quoted).map(lambda said: Text(HERE, said))
    if kind == Kind.YES:
        return named | st.booleans().map(lambda value: Yes(HERE, value))
    if kind in DAYS:
        return named | st.just(Call(HERE, "today" if kind == Kind.DATE else "now", ()))
    return named


def _can_be_quoted(said: str) -> bool:
    return any(right not in said for right in ('"', "»", "”", "'"))


def _branches(kind: Kind, deep: int) -> list[st.SearchStrategy[Node]]:
    def of(*kinds: Kind) -> st.SearchStrategy[tuple[Node, ...]]:
        return st.tuples(*(formulas(one, deep) for one in kinds))

    def call(function: str, *kinds: Kind) -> st.SearchStrategy[Node]:
        return of(*kinds).map(lambda given: Call(HERE, function, given))

    def pair(sign: str, left: Kind, right: Kind) -> st.SearchStrategy[Node]:
        return of(left, right).map(lambda given: Pair(HERE, sign, *given))

    made = [call("if", Kind.YES, kind, kind), call("coalesce", kind, kind)]
    if kind in MEASURED:
        made += [pair(sign, kind, kind) for sign in "+-"] + [pair(sign, kind, Kind.NUMBER) for sign in "*/"]
        made += [call(function, kind, kind, kind) for function in ("min", "max", "sum")] + [call("abs", kind)]
        made += [formulas(kind, deep).map(lambda node: Sign(HERE, "-", node))]
        made += [formulas(kind, deep).map(lambda node: Call(HERE, "round", (node, Number(HERE, Decimal(2)))))]
    if kind == Kind.NUMBER:
        made += [call(one, *days) for one in ("days", "hours", "workdays") for days in (DAYS, DAYS[::-1])]
        made += [call(one, Kind.DATE) for one in ("year", "month", "day", "weekday")] + [call("hour", Kind.MOMENT)]
        made += [call("percent", Kind.MONEY, Kind.MONEY), pair("/", Kind.MONEY, Kind.MONEY)]
        made += [call("count", Kind.LIST), call("count", Kind.TEXT, Kind.DATE), pair("-", *DAYS)]
        made += [formulas(kind, deep).map(lambda node: Sign(HERE, "%", node))]
    if kind in DAYS:
        made += [pair(sign, kind, Kind.NUMBER) for sign in "+-"] + [call("max", kind, kind)]
    if kind == Kind.YES:
        made += [pair(sign, *both) for sign in ("<", "<=", "=", "<>", ">=", ">") for both in (MEASURED, DAYS)]
        made += [pair("=", Kind.LIST, Kind.TEXT), pair("<>", Kind.TEXT, Kind.TEXT), call("empty", Kind.MONEY)]
        made += [pair(sign, Kind.YES, Kind.YES) for sign in ("and", "or")]
        made += [formulas(kind, deep).map(lambda node: Sign(HERE, "not", node)), call("contains", Kind.LIST, Kind.TEXT)]
    return made
