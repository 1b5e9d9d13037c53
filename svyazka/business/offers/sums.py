"""How the lines of a deal are counted: exact to the kopeck, the parts add up to the whole, and their order does not
matter. Pure: numbers in, numbers out.

What is taken off all lines together, and the VAT of each rate, is counted on the whole and then spread by the largest
remainder. Where two remainders are equal, what the lines are decides and not where they stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

KOPECK = Decimal("0.01")
_NONE = Decimal("0.00")
_HUNDRED = Decimal(100)


class TooMuchOff(ValueError):
    """More is taken off than it costs. `line`: its place; None: off all of them together."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True)
class Off:
    """What is taken off: so many percent, or so much."""

    percent: Decimal = _NONE
    amount: Decimal = _NONE

    def of(self, whole: Decimal) -> Decimal:
        return rounded(whole * self.percent / _HUNDRED) + self.amount


NOTHING_OFF = Off()


@dataclass(frozen=True)
class Item:
    quantity: Decimal
    price: Decimal
    off: Off = NOTHING_OFF
    vat_rate: Decimal | None = None  # percent; None: without VAT


@dataclass(frozen=True)
class Part:
    """One line, counted. `sum`: what the client pays for it, VAT and all."""

    gross: Decimal  # quantity × price
    discount: Decimal  # its own, and its share of what is taken off all of them
    vat: Decimal
    sum: Decimal

    @property
    def net(self) -> Decimal:
        return self.sum - self.vat


@dataclass(frozen=True)
class Whole:
    parts: tuple[Part, ...]
    gross: Decimal
    discount: Decimal
    vat: Decimal
    total: Decimal
    vat_by_rate: Mapping[Decimal | None, Decimal]

    @property
    def net(self) -> Decimal:
        return self.total - self.vat


def count(items: Sequence[Item], *, off: Off = NOTHING_OFF, vat_on_top: bool = False) -> Whole:
    """`off`: off all of them together. `vat_on_top`: prices are without VAT, which is added."""
    gross = [rounded(one.quantity * one.price) for one in items]
    own = [_own_discount(place, one, gross[place]) for place, one in enumerate(items)]
    left = [whole - less for whole, less in zip(gross, own, strict=True)]
    shares = _share(items, left, off)
    bases = [whole - share for whole, share in zip(left, shares, strict=True)]
    vats, by_rate = _vats(items, bases, vat_on_top=vat_on_top)
    sums = [base + vat if vat_on_top else base for base, vat in zip(bases, vats, strict=True)]
    parts = tuple(
        Part(gross[place], own[place] + shares[place], vats[place], sums[place]) for place in range(len(items))
    )
    return Whole(
        parts,
        gross=sum(gross, _NONE),
        discount=sum((one.discount for one in parts), _NONE),
        vat=sum(vats, _NONE),
        total=sum(sums, _NONE),
        vat_by_rate=by_rate,
    )


def spread(amount: Decimal, weights: Sequence[Decimal], *, ties: Sequence[tuple[Decimal, ...]]) -> list[Decimal]:
    """An amount over lines by their weights, to the kopeck: each gets its whole kopecks, those that are left go where
    the remainders are largest. `ties`: what decides between equal ones."""
    whole = sum(weights, _NONE)
    if not whole:
        return [_NONE for _weight in weights]
    exact = [amount * weight / whole for weight in weights]
    given = [one.quantize(KOPECK, ROUND_DOWN) for one in exact]
    order = sorted(range(len(weights)), key=lambda place: (given[place] - exact[place], ties[place], weights[place]))
    left = int((amount - sum(given, _NONE)) / KOPECK)
    for place in order[:left]:
        given[place] += KOPECK
    return given


def rounded(amount: Decimal) -> Decimal:
    """Half a kopeck is one."""
    return amount.quantize(KOPECK, ROUND_HALF_UP)


def _own_discount(place: int, item: Item, gross: Decimal) -> Decimal:
    less = item.off.of(gross)
    if less > gross:
        raise TooMuchOff(place)
    return less


def _share(items: Sequence[Item], left: Sequence[Decimal], off: Off) -> list[Decimal]:
    whole = sum(left, _NONE)
    less = off.of(whole)
    if less > whole:
        raise TooMuchOff
    return spread(less, left, ties=[_tie(one) for one in items])


def _vats(
    items: Sequence[Item], bases: Sequence[Decimal], *, vat_on_top: bool
) -> tuple[list[Decimal], dict[Decimal | None, Decimal]]:
    vats, by_rate = [_NONE] * len(items), dict[Decimal | None, Decimal]()
    for rate in sorted({one.vat_rate for one in items}, key=_rank):
        places = [place for place, one in enumerate(items) if one.vat_rate == rate]
        base = sum((bases[place] for place in places), _NONE)
        within = _HUNDRED if vat_on_top else _HUNDRED + (rate or 0)
        by_rate[rate] = rounded(base * (rate or 0) / within)
        ties = [_tie(items[place]) for place in places]
        for place, vat in zip(places, spread(by_rate[rate], [bases[one] for one in places], ties=ties), strict=True):
            vats[place] = vat
    return vats, by_rate


def _tie(item: Item) -> tuple[Decimal, ...]:
    return (_rank(item.vat_rate), item.price, item.quantity, item.off.percent, item.off.amount)


def _rank(rate: Decimal | None) -> Decimal:
    return Decimal(-1) if rate is None else rate
