from __future__ import annotations

from decimal import Decimal

import pytest

from svyazka.kit.spelled import spelled


@pytest.mark.parametrize(
    ("amount", "russian", "english"),
    [
        ("0", "Ноль рублей 00 копеек", "Zero roubles 00 kopecks"),
        ("1", "Один рубль 00 копеек", "One rouble 00 kopecks"),
        ("2.01", "Два рубля 01 копейка", "Two roubles 01 kopeck"),
        ("5.02", "Пять рублей 02 копейки", "Five roubles 02 kopecks"),
        ("11.11", "Одиннадцать рублей 11 копеек", "Eleven roubles 11 kopecks"),
        ("21.21", "Двадцать один рубль 21 копейка", "Twenty-one roubles 21 kopecks"),
        ("111", "Сто одиннадцать рублей 00 копеек", "One hundred eleven roubles 00 kopecks"),
        ("1000", "Одна тысяча рублей 00 копеек", "One thousand roubles 00 kopecks"),
        ("2001.50", "Две тысячи один рубль 50 копеек", "Two thousand one roubles 50 kopecks"),
        ("11000", "Одиннадцать тысяч рублей 00 копеек", "Eleven thousand roubles 00 kopecks"),
        (
            "21022043.99",
            "Двадцать один миллион двадцать две тысячи сорок три рубля 99 копеек",
            "Twenty-one million twenty-two thousand forty-three roubles 99 kopecks",
        ),
        ("1000000", "Один миллион рублей 00 копеек", "One million roubles 00 kopecks"),
        ("5000000000", "Пять миллиардов рублей 00 копеек", "Five billion roubles 00 kopecks"),
    ],
)
def test_amounts_are_said_as_accountants_write_them(amount, russian, english):
    assert (spelled(Decimal(amount), "ru"), spelled(Decimal(amount), "en")) == (russian, english)


@pytest.mark.parametrize("amount", ["-1", "1000000000000"])
def test_what_no_paper_says_is_refused(amount):
    with pytest.raises(ValueError, match=amount):
        spelled(Decimal(amount), "ru")
