"""Where the values of names stand: one question for each source, and only for what a formula names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from svyazka.engines.formulas.formula import Kind

NUMBER, MONEY, MOMENT, DATE, YES, LIST = Kind.NUMBER, Kind.MONEY, Kind.MOMENT, Kind.DATE, Kind.YES, Kind.LIST


@dataclass(frozen=True)
class Known:
    """What a formula may name, and the SQL behind it. `by_time`: it is another value with time alone."""

    code: str
    kind: Kind
    words: Any  # lazy
    sql: str
    by_time: str = ""
    choices: str = ""  # of a list: which one (names.py)
    nought: bool = True  # a number or an amount: nought where there is nothing to count


@dataclass(frozen=True)
class Source:
    """`question`: with {columns} after the id; `ids`, `now`, `today`, `month` and `last_month` are known in it.
    `hears`: of which topics it is news; none: of all that are about the deal or the client."""

    group: Any  # lazy: under which heading its names are offered
    question: str
    names: Collection[Known]
    hears: Collection[str] = ()
