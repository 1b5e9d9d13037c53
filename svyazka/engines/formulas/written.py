"""A formula as a text again: to be kept, in English with codes; to be read, in the language of the page."""

from __future__ import annotations

from svyazka.engines.formulas.formula import Call, Formula, Name, Node, Number, Pair, Sign, Text, Yes
from svyazka.engines.formulas.functions import BARE, RUSSIAN

_BINDS = {"or": 1, "and": 2, "=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _MINUS, _PERCENT, _ONE = 3, 7, 8, 9


def written(formula: Formula, *, russian: bool = False) -> str:
    return _Writer(russian).node(formula.root)


class _Writer:
    def __init__(self, russian: bool) -> None:
        self.russian = russian

    def node(self, node: Node) -> str:
        if isinstance(node, Number):
            said = format(node.value, "f")
            return said.replace(".", ",") if self.russian else said
        if isinstance(node, Text):
            return _quoted(node.value)
        if isinstance(node, Yes):
            return self._word("yes" if node.value else "no")
        if isinstance(node, Name):
            return "{" + node.said + "}" if set(node.said) & set("[]") else f"[{node.said}]"
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Sign):
            return self._sign(node)
        assert isinstance(node, Pair)
        binds = _BINDS[node.sign]
        # What is compared is not compared again, not even in brackets that one would not see.
        left = self._within(node.left, binds + (binds == _BINDS["="]))
        return f"{left} {self._word(node.sign)} {self._within(node.right, binds + 1)}"

    def _call(self, node: Call) -> str:
        word = self._word(node.function)
        return word if node.function in BARE else f"{word}({'; '.join(self.node(one) for one in node.given)})"

    def _sign(self, node: Sign) -> str:
        if node.sign == "%":
            return f"{self._within(node.of, _PERCENT)}%"
        if node.sign == "-":
            return f"-{self._within(node.of, _PERCENT)}"
        return f"{self._word('not')} {self._within(node.of, _BINDS['='])}"

    def _within(self, node: Node, binds: int) -> str:
        said = self.node(node)
        return said if _binds(node) >= binds else f"({said})"

    def _word(self, sign: str) -> str:
        return RUSSIAN.get(sign, sign) if self.russian else sign


def _binds(node: Node) -> int:
    if isinstance(node, Pair):
        return _BINDS[node.sign]
    if isinstance(node, Sign):
        return {"%": _PERCENT, "-": _MINUS, "not": _NOT}[node.sign]
    return _ONE


def _quoted(said: str) -> str:
    for left, right in (('"', '"'), ("«", "»"), ("“", "”"), ("'", "'")):
        if right not in said:
            return f"{left}{said}{right}"
    return '"' + said.replace('"', "'") + '"'  # none has all four
