from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.business.offers.sums import KOPECK, Item, Off, TooMuchOff, count, spread

D = Decimal
PERCENTS = st.decimals(0, 100, places=2)
RATES = st.sampled_from([None, D(0), D(5), D(7), D(10), D(20), D(22), D("16.67")])


@st.composite
def items(draw):
    quantity = draw(st.decimals(D("0.001"), 1000, places=3))
    price = draw(st.decimals(0, 100_000, places=2))
    gross = (quantity * price).quantize(KOPECK)
    off = draw(st.one_of(st.builds(Off, percent=PERCENTS), st.builds(Off, amount=st.decimals(0, gross, places=2))))
    return Item(quantity, price, off, draw(RATES))


LISTS = st.lists(items(), max_size=30)


def whole_of(lines, percent, on_top):
    return count(lines, off=Off(percent=percent), vat_on_top=on_top)


@settings(max_examples=150, deadline=None)
@given(LISTS, PERCENTS, st.booleans())
def test_the_parts_add_up_to_the_whole(lines, percent, on_top):
    whole = whole_of(lines, percent, on_top)
    for name, total in (("sum", whole.total), ("vat", whole.vat), ("net", whole.net), ("discount", whole.discount)):
        assert sum((getattr(one, name) for one in whole.parts), D(0)) == total
    assert sum(whole.vat_by_rate.values(), D(0)) == whole.vat
    assert whole.gross - whole.discount == (whole.net if on_top else whole.total)
    for one in whole.parts:
        assert min(one.sum, one.vat, one.net, one.discount) >= 0
        assert one.discount <= one.gross
        assert one.sum == one.sum.quantize(KOPECK)


@settings(max_examples=150, deadline=None)
@given(LISTS, PERCENTS, st.booleans(), st.randoms())
def test_the_order_does_not_matter(lines, percent, on_top, chance):
    other = list(lines)
    chance.shuffle(other)
    one, two = whole_of(lines, percent, on_top), whole_of(other, percent, on_top)
    assert (one.total, one.vat, one.discount, one.vat_by_rate) == (two.total, two.vat, two.discount, two.vat_by_rate)
    key = lambda pair: repr(pair)  # noqa: E731
    assert sorted(zip(lines, one.parts, strict=True), key=key) == sorted(zip(other, two.parts, strict=True), key=key)


@settings(max_examples=150, deadline=None)
@given(LISTS, PERCENTS, st.booleans())
def test_nothing_is_further_than_a_kopeck_from_what_is_exact(lines, percent, on_top):
    whole = whole_of(lines, percent, on_top)
    left = [one.gross - _own(item, one.gross) for item, one in zip(lines, whole.parts, strict=True)]
    less = whole.discount - sum((_own(item, one.gross) for item, one in zip(lines, whole.parts, strict=True)), D(0))
    for item, one, rest in zip(lines, whole.parts, left, strict=True):
        share = one.discount - _own(item, one.gross)
        exact = Fraction(less) * Fraction(rest) / Fraction(sum(left)) if sum(left) else 0
        assert abs(Fraction(share) - exact) < Fraction(1, 100)
        rate, base = Fraction(item.vat_rate or 0), Fraction(rest - share)
        assert abs(Fraction(one.vat) - base * rate / (100 if on_top else 100 + rate)) <= Fraction(1, 100) + Fraction(
            1, 200
        )


def _own(item, gross):
    return item.off.of(gross)


@settings(max_examples=100, deadline=None)
@given(st.decimals(0, 10_000, places=2), st.lists(st.decimals(0, 10_000, places=2), min_size=1, max_size=20))
def test_a_sum_is_spread_whole(amount, weights):
    shares = spread(amount, weights, ties=[(one,) for one in weights])
    assert sum(shares) == (amount if sum(weights) else 0)
    assert all(not share for share, weight in zip(shares, weights, strict=True) if not weight)


def test_a_hundred_roubles_over_three():
    whole = count([Item(D(1), D(100))] * 3, off=Off(amount=D(100)))
    assert sorted(one.discount for one in whole.parts) == [D("33.33"), D("33.33"), D("33.34")]
    assert whole.total == 200


def test_vat_within_and_on_top():
    within = count([Item(D(1), D(122), vat_rate=D(22)), Item(D(2), D(55), vat_rate=D(10)), Item(D(1), D(7))])
    assert (within.total, within.vat, within.vat_by_rate) == (239, 32, {None: 0, D(10): 10, D(22): 22})
    on_top = count([Item(D(1), D(100), vat_rate=D(22))], vat_on_top=True)
    assert (on_top.net, on_top.vat, on_top.total) == (100, 22, 122)


def test_no_line_costs_less_than_nothing():
    with pytest.raises(TooMuchOff) as refused:
        count([Item(D(1), D(5)), Item(D(1), D(5), Off(amount=D("5.01")))])
    assert refused.value.line == 1
    with pytest.raises(TooMuchOff) as refused:
        count([Item(D(1), D(5))], off=Off(amount=D(6)))
    assert refused.value.line is None
    assert count([]).total == 0
