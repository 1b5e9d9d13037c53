"""What a formula is made of, what comes of it, and what may be wrong with it.

A formula is written by people of the office. It names what is known of a deal by what they see, `[Amount]`, and is kept
by codes, so that a field may be renamed. Nothing here knows a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

Value = Decimal | str | bool | date | datetime | tuple[str, ...]
Place = tuple[int, int]  # where it begins in the text, and where it ends

LONGEST = 2000
MOST_PIECES = 200
DEEPEST = 30  # of brackets and functions in each other


class Kind(StrEnum):
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    DATE = "date"
    MOMENT = "moment"
    YES = "yes"
    LIST = "list"  # codes of what is chosen, of one or several


NUMBERS = (Kind.NUMBER, Kind.MONEY)
DATED = (Kind.DATE, Kind.MOMENT)


class Wrong(Exception):
    """It is no formula: why, where, and what the words of that need (`name`, `near`, …)."""

    def __init__(self, code: str, place: Place, **given: Any) -> None:
        super().__init__(code)
        self.code, self.place, self.given = code, place, given


@dataclass(frozen=True)
class Trouble:
    """Nothing comes of it here: why, and by which piece. `name`: the code of what is not known."""

    code: str  # unknown, division, too_large, too_far
    place: Place
    name: str = ""


@dataclass(frozen=True)
class Named:
    """What a formula may name. `choices`: of a list, code → words."""

    code: str
    kind: Kind
    words: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True)
class Number(Node):
    value: Decimal


@dataclass(frozen=True)
class Text(Node):
    value: str


@dataclass(frozen=True)
class Yes(Node):
    value: bool


@dataclass(frozen=True)
class Name(Node):
    said: str  # as it is written in the marks; a code, once it is settled


@dataclass(frozen=True)
class Call(Node):
    function: str  # its code, as in functions.py
    given: tuple[Node, ...]


@dataclass(frozen=True)
class Sign(Node):
    """Before or behind its only piece: `-`, `not`, `%`."""

    sign: str
    of: Node


@dataclass(frozen=True)
class Pair(Node):
    """`+ - * /`, `= <> < <= > >=`, `and`, `or`."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Formula:
    root: Node


COMPARED = ("=", "<>", "<", "<=", ">", ">=")
COUNTED = ("+", "-", "*", "/")


def below(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Pair):
        return node.left, node.right
    if isinstance(node, Sign):
        return (node.of,)
    return node.given if isinstance(node, Call) else ()


def pieces(formula: Formula) -> Iterator[Node]:
    waiting = [formula.root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(below(node))


def names_in(formula: Formula) -> list[str]:
    """In the order in which they stand there, each once."""
    return list(dict.fromkeys(node.said for node in pieces(formula) if isinstance(node, Name)))


def is_by_time(formula: Formula) -> str:
    """`day` or `hour`: how soon it is another value though nothing has happened; empty: never."""
    called = {node.function for node in pieces(formula) if isinstance(node, Call)}
    return "hour" if "now" in called else "day" if "today" in called else ""
