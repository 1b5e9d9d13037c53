from __future__ import annotations

import pytest

from svyazka.business.duplicates.choosing import BOTH, GONE, KEPT, LONGEST_NOTE, Known, choice, choose, outcome


@pytest.mark.parametrize(
    ("code", "ours", "theirs", "is_newer", "stays"),
    [
        ("name", "Вера", "", True, KEPT),  # known rather than not
        ("name", "", "Вера", False, GONE),
        ("name", "Вера", "Вера", True, KEPT),
        ("name", "Вера", "Павлова Вера", False, GONE),  # fuller
        ("name", "Павлова Вера Сергеевна", "вера павлова", True, KEPT),
        ("name", "Вера Петрова", "Вера Павлова", True, GONE),  # newer
        ("name", "Вера Петрова", "Вера Павлова", False, KEPT),
        ("address", "Лесная, 5", "Москва, ул. Лесная, 5", False, GONE),
        ("kind", "person", "company", False, GONE),  # somebody has said so
        ("kind", "company", "person", True, KEPT),
        ("note", "Просила скидку", "Собака во дворе", True, BOTH),
        ("note", "Просила скидку", "Просила скидку!", True, KEPT),
        ("note", "Скидка", "Просила: скидка", False, GONE),
        ("facts/openings", 0, None, True, KEPT),  # nothing is something
        ("facts/openings", None, False, False, GONE),
        ("facts/rooms", ["kitchen"], ["kitchen", "hall"], False, GONE),
        ("facts/rooms", ["kitchen"], ["hall"], True, GONE),
        ("facts/rooms", ["kitchen"], [], True, KEPT),
        ("facts/kind", "person", "company", False, KEPT),  # a field that is called so is no column
    ],
)
def test_whose_value_stays(code, ours, theirs, is_newer, stays):
    assert choice(code, ours, theirs, theirs_is_newer=is_newer) == stays


def test_what_somebody_has_chosen_counts_and_nothing_else_that_he_names():
    ours, theirs = Known({"name": "Вера"}, {"nick": "v"}), Known({"name": "Вера Павлова"}, {"nick": "", "tone": "du"})
    given = {"name": KEPT, "facts/nick": GONE, "version": GONE}
    assert choose(ours, theirs, given) == {"name": KEPT, "facts/nick": GONE, "facts/tone": GONE}


def test_both_notes_within_what_a_note_holds():
    assert outcome("note", BOTH, "Раз", "Два") == "Раз\n\nДва"
    assert len(outcome("note", BOTH, "а" * LONGEST_NOTE, "б" * LONGEST_NOTE)) == LONGEST_NOTE
    assert outcome("name", BOTH, "Раз", "Два") == "Раз"
