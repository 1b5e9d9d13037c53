"""A formula out of a text."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches

from svyazka.engines.formulas.formula import (
    COMPARED,
    DEEPEST,
    MOST_PIECES,
    Call,
    Formula,
    Name,
    Node,
    Number,
    Pair,
    Place,
    Sign,
    Text,
    Wrong,
    Yes,
)
from svyazka.engines.formulas.functions import BARE, BY_WORD, SIGNS, TRUTHS
from svyazka.engines.formulas.pieces import Piece, cut

# What binds more closely has the larger number; `not` stands between `and` and what is compared.
_BINDS = {"or": 1, "and": 2, **dict.fromkeys(COMPARED, 4), "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _MINUS = 3, 7
MOST_DIGITS = (15, 9)  # before the point and behind it


def parse(text: str) -> Formula:
    """Raises Wrong."""
    reader = _Reader(cut(text))
    root = reader.expression(0)
    reader.insist_all()
    return Formula(root)


class _Reader:
    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces, self.at, self.deep, self.made = pieces, 0, 0, 0

    def expression(self, binds: int) -> Node:
        left = self._first()
        while (sign := self._pair_sign()) and _BINDS[sign] > binds:
            self._next()
            right = self.expression(_BINDS[sign])
            left = self._counted(Pair(_over(left, right), sign, left, right))
            if sign in COMPARED and self._pair_sign() in COMPARED:
                raise Wrong("compared_twice", self._here.place)
        return left

    def insist_all(self) -> None:
        here = self._here
        if here.kind == "end":
            return
        if here.said == ")":
            raise Wrong("bracket_too_many", here.place)
        raise Wrong("sign_missing", here.place, said=here.said)

    @property
    def _here(self) -> Piece:
        return self.pieces[self.at]

    def _next(self) -> Piece:
        piece = self._here
        self.at += piece.kind != "end"
        return piece

    def _pair_sign(self) -> str:
        here = self._here
        said = SIGNS.get(here.said.lower(), "") if here.kind == "word" else here.said if here.kind == "sign" else ""
        return said if said in _BINDS else ""

    def _first(self) -> Node:
        """With what stands before and behind it."""
        self.deep += 1
        if self.deep > DEEPEST:
            raise Wrong("too_deep", self._here.place)
        node = self._before() or self._one()
        while self._here.said == "%" and self._here.kind == "sign":
            node = self._counted(Sign((node.place[0], self._next().place[1]), "%", node))
        self.deep -= 1
        return node

    def _before(self) -> Node | None:
        here = self._here
        if here.kind == "sign" and here.said in "+-":
            self._next()
            of = self.expression(_MINUS)
            return of if here.said == "+" else self._counted(Sign((here.place[0], of.place[1]), "-", of))
        if here.kind == "word" and SIGNS.get(here.said.lower()) == "not":
            self._next()
            of = self.expression(_NOT)
            return self._counted(Sign((here.place[0], of.place[1]), "not", of))
        return None

    def _one(self) -> Node:
        piece = self._next()
        if piece.kind == "number":
            return self._counted(Number(piece.place, _number(piece)))
        if piece.kind == "text":
            return self._counted(Text(piece.place, piece.said))
        if piece.kind == "name":
            if not piece.said:
                raise Wrong("name_empty", piece.place)
            return self._counted(Name(piece.place, piece.said))
        if piece.kind == "word":
            return self._word(piece)
        if piece.said == "(" and piece.kind == "sign":
            return replace(self.expression(0), place=(piece.place[0], self._close(piece)))
        raise Wrong("value_missing", piece.place, said=piece.said)

    def _word(self, piece: Piece) -> Node:
        said = piece.said.lower()
        if said in TRUTHS:
            return self._counted(Yes(piece.place, TRUTHS[said]))
        function = BY_WORD.get(said)
        opens = self._here.said == "(" and self._here.kind == "sign"
        if function is None:
            near = get_close_matches(said, BY_WORD, n=1, cutoff=0.6)
            code = "no_such_function" if opens else "bare_name"
            raise Wrong(code, piece.place, name=piece.said, near=near[0] if near else "")
        if not opens:
            if function.code not in BARE:
                raise Wrong("brackets_missing", piece.place, name=piece.said)
            return self._counted(Call(piece.place, function.code, ()))
        given, end = self._given(self._next())
        place = (piece.place[0], end)
        if not function.least <= len(given) <= function.most:
            raise Wrong("how_many", place, name=piece.said, least=function.least, most=function.most, number=len(given))
        return self._counted(Call(place, function.code, tuple(given)))

    def _given(self, opened: Piece) -> tuple[list[Node], int]:
        given: list[Node] = []
        if self._here.said == ")":
            return given, self._next().place[1]
        given.append(self.expression(0))
        while self._here.said == ";" and self._here.kind == "sign":
            self._next()
            given.append(self.expression(0))
        return given, self._close(opened)

    def _close(self, opened: Piece) -> int:
        here = self._here
        if here.kind == "sign" and here.said == ")":
            return self._next().place[1]
        if here.kind == "end":
            raise Wrong("bracket_open", opened.place)
        raise Wrong("sign_missing", here.place, said=here.said)

    def _counted(self, node: Node) -> Node:
        self.made += 1
        if self.made > MOST_PIECES:
            raise Wrong("too_many", node.place, most=MOST_PIECES)
        return node


def _over(left: Node, right: Node) -> Place:
    return left.place[0], right.place[1]


def _number(piece: Piece) -> Decimal:
    plain = "".join(piece.said.split()).replace(",", ".")
    whole, _point, part = plain.partition(".")
    if len(whole.lstrip("0")) > MOST_DIGITS[0] or len(part) > MOST_DIGITS[1]:
        raise Wrong("number_long", piece.place, most=MOST_DIGITS[0])
    return Decimal(plain)
