"""An amount in words, as papers have it, in both languages: kopecks stay figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MOST = Decimal("1e12")


@dataclass(frozen=True)
class _Tongue:
    """`small`: 0 to 19; `ones`: where thousands count otherwise (a feminine noun); `ranks`: each in its forms."""

    small: Sequence[str]
    tens: Sequence[str]
    hundreds: Sequence[str]
    ranks: Sequence[Sequence[str]]
    roubles: Sequence[str]
    kopecks: Sequence[str]
    of_thousands: Sequence[str]
    hyphen: str = " "


_RU = _Tongue(
    small=[
        "ноль",
        "один",
        "два",
        "три",
        "четыре",
        "пять",
        "шесть",
        "семь",
        "восемь",
        "девять",
        "десять",
        "одиннадцать",
        "двенадцать",
        "тринадцать",
        "четырнадцать",
        "пятнадцать",
        "шестнадцать",
        "семнадцать",
        "восемнадцать",
        "девятнадцать",
    ],
    tens=["двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"],
    hundreds=["сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"],
    ranks=(
        ("тысяча", "тысячи", "тысяч"),
        ("миллион", "миллиона", "миллионов"),
        ("миллиард", "миллиарда", "миллиардов"),
    ),
    roubles=("рубль", "рубля", "рублей"),
    kopecks=("копейка", "копейки", "копеек"),
    of_thousands=("", "одна", "две"),
)
_EN = _Tongue(
    small=[
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ],
    tens=["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
    hundreds=[f"{one} hundred" for one in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]],
    ranks=(("thousand",) * 3, ("million",) * 3, ("billion",) * 3),
    roubles=("rouble", "roubles", "roubles"),
    kopecks=("kopeck", "kopecks", "kopecks"),
    of_thousands=(),
    hyphen="-",
)


def spelled(amount: Decimal, language: str) -> str:
    """Begins with a capital letter. An amount of a trillion or more is not spelled: ValueError."""
    if not 0 <= amount < MOST:
        raise ValueError(amount)
    tongue, is_russian = (_EN, False) if language == "en" else (_RU, True)
    whole, kopecks = divmod(int(amount * 100), 100)
    form = _form_ru if is_russian else _form_en
    said = f"{_number(whole, tongue)} {tongue.roubles[form(whole)]} {kopecks:02} {tongue.kopecks[form(kopecks)]}"
    return said[0].upper() + said[1:]


def _number(number: int, tongue: _Tongue) -> str:
    if not number:
        return tongue.small[0]
    number, group = divmod(number, 1000)
    said = [_below_thousand(group, tongue)] if group else []
    for rank, forms in enumerate(tongue.ranks):
        number, group = divmod(number, 1000)
        if group:
            ones = tongue.of_thousands if rank == 0 else ()
            said.append(f"{_below_thousand(group, tongue, ones)} {forms[_form_ru(group)]}")
    return " ".join(reversed(said))


def _below_thousand(number: int, tongue: _Tongue, ones: Sequence[str] = ()) -> str:
    hundreds, rest = divmod(number, 100)
    said = [tongue.hundreds[hundreds - 1]] if hundreds else []
    tens, last = divmod(rest, 10) if rest >= 20 else (0, rest)
    small = [tongue.tens[tens - 2]] if tens else []
    if last:
        small.append(ones[last] if last < len(ones) else tongue.small[last])
    return " ".join([*said, *([tongue.hyphen.join(small)] if small else [])])


def _form_ru(number: int) -> int:
    """Which form of a noun stands behind the number."""
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2


def _form_en(number: int) -> int:
    return 0 if number == 1 else 1
