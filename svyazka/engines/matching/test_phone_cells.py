from __future__ import annotations

import pytest

from svyazka.engines.matching.phone_cells import read

ONE, TWO, LANDLINE = "+79161234567", "+79161234568", "+74951234568"


@pytest.mark.parametrize(
    ("cell", "numbers", "reason"),
    [
        ("8 (916) 123-45-67", [ONE], "as people write it"),
        ("+7 916 123 45 67", [ONE], "as phones write it"),
        ("9161234567", [ONE], "without anything before it"),
        ("916-123-45-67", [ONE], "the same with dashes"),
        ("79161234567", [ONE], "messengers leave out the plus"),
        ("+89161234567", [ONE], "a plus before the eight"),
        ("789161234567", [ONE], "a seven before the eight"),
        ("00 7 916 1234567", [ONE], "from abroad"),
        ("8~10~7 916 123 45 67", [ONE], "from abroad, the old way"),
        ("8O161234567", ["+70161234567"][:0], "O is a zero, and no code begins with 0"),
        ("8916123456О", ["+79161234560"], "the Cyrillic О is a zero"),
        ("8916l234567", [ONE], "a small L is a one"),
        ("79161234567.0", [ONE], "a spreadsheet took it for a number"),
        ("'89161234567", [ONE], "an apostrophe that should have kept it a text"),
        ("тел. 8 916 123 45 67 Мария", [ONE], "words around it"),
        ("89161234567; 84951234568", [ONE, LANDLINE], "two in a cell"),
        ("8 916 123-45-67, 8 916 123-45-68", [ONE, TWO], "with a comma"),
        ("+7(916)1234567/+7(916)1234568", [ONE, TWO], "with a stroke"),
        ("8 916 123-45-67 или 8 916 123-45-68", [ONE, TWO], "with a word"),
        ("8916123456789161234568", [ONE, TWO], "run together"),
        ("89161234567\n89161234567", [ONE], "the same twice"),
        ("8 916 123 45 67 +7 495 123-45-68", [ONE, LANDLINE], "a plus begins another"),
        ("+375 29 123-45-67", ["+375291234567"], "of Belarus"),
        ("380501234567", ["+380501234567"], "of Ukraine without a plus"),
        ("8.922.586.05.00", ["+79225860500"], "points, and no spreadsheet"),
        ("8.9О3.98О.О9.33", ["+79039800933"], "several letters for noughts"),
        ("+7 916 123-45-67 после 18", [ONE], "when to ring"),
        ("8(495)1234568 9161234567", [LANDLINE, ONE], "nothing but a blank between them"),
        ("916 123 45 67, 8 495 123 45 68", [ONE, LANDLINE], "a comma before the eight"),
        ("8-800-555-35-35", ["+78005553535"], "free of charge"),
    ],
)
def test_a_number_is_read_however_it_is_written(cell, numbers, reason):
    assert list(read(cell).numbers) == numbers, reason


@pytest.mark.parametrize(
    ("cell", "extension"),
    [
        ("8 495 123-45-68 доб. 12", "12"),
        ("8 495 123-45-68 (доб. 1234)", "1234"),
        ("8 495 123-45-68 вн.305", "305"),
        ("+7 495 123-45-68 ext 7", "7"),
        ("+7 495 123-45-68#15", "15"),
        ("84951234568,12", "12"),
    ],
)
def test_an_extension_is_no_part_of_the_number(cell, extension):
    assert read(cell).numbers == (LANDLINE,)
    assert read(cell).extensions == ((LANDLINE, extension),)


@pytest.mark.parametrize(
    ("cell", "unread", "reason"),
    [
        ("7,91612E+10", "digits_lost", "a spreadsheet has rounded it: nobody can say what it was"),
        ("7.91612e10", "digits_lost", "the same with a point"),
        ("0000000000", "placeholder", "zeros"),
        ("+7 (999) 999-99-99", "placeholder", "nines"),
        ("1234567890", "placeholder", "in a row"),
        ("8 900 000-00-00", "placeholder", "seven zeros"),
        ("+7 999 123-45-67", "placeholder", "the example of many forms"),
        ("123-45-67", "no_town", "whose town is not said"),
        ("123", "no_number", "too short"),
        ("+7916123456", "no_number", "a digit is missing"),
    ],
)
def test_what_is_no_number_is_told_with_its_reason(cell, unread, reason):
    assert (read(cell).numbers, read(cell).unread) == ((), (unread,)), reason


def test_what_holds_no_digits_is_no_fault():
    assert read("нет").unread == read("").unread == ()


def test_a_fine_number_may_be_somebodys():
    assert read("8 916 777-77-77").numbers == ("+79167777777",)
