from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.engines.sheets import edits, made_up
from svyazka.engines.sheets.answers import clean
from svyazka.engines.sheets.changes import changes
from svyazka.engines.sheets.test_check import FORM

SITE, OPENINGS = FORM.sections


def done(answers, *given_edits):
    read, refused = edits.read(FORM, list(given_edits))
    assert refused == []
    return edits.apply(FORM, answers, read)


def set_(field, was, becomes, row=None, section="openings"):
    return {"do": "set", "section": section if row else "site", "row": row, "field": field, "was": was, "is": becomes}


def added(row, kind="window", **answers):
    return {"do": "add", "section": "openings", "row": row, "kind": kind, "answers": answers}


START = {"site": {"floor": 3}, "openings": [{"id": "row-1", "kind": "window", "answers": {"first": 1844}}]}


def test_a_field_is_set_emptied_and_a_row_is_added_behind_another():
    new = {**added("row-2", "door", second=7), "behind": "row-1"}
    after = done(START, set_("floor", 3, 4), set_("first", 1844, None, "row-1"), added("row-3"), new).answers
    assert after["site"] == {"floor": 4}
    assert [row["id"] for row in after["openings"]] == ["row-1", "row-2", "row-3"]
    assert after["openings"][0]["answers"] == {}
    assert START["site"] == {"floor": 3}


def test_who_comes_second_finds_both_answers():
    once = done(START, set_("first", 1844, 1850, "row-1"))
    twice = done(once.answers, set_("first", 1844, 1860, "row-1"))
    assert twice.answers["openings"][0]["answers"]["first"] == 1850
    assert twice.beside == (edits.Beside("openings", "row-1", "first", 1860),)
    choice = {**set_("first", None, 1860, "row-1"), "do": "settle"}
    settled = done(twice.answers, choice)
    assert settled.answers["openings"][0]["answers"]["first"] == 1860
    assert settled.settled == (("openings", "row-1", "first"),)


def test_the_same_answer_of_two_people_is_no_conflict():
    once = done(START, set_("floor", 3, 5))
    assert done(once.answers, set_("floor", 3, 5)).beside == ()


def test_a_row_that_somebody_worked_on_is_not_removed():
    as_seen = {"kind": "window", "answers": {"first": 1844}}
    removal = {"do": "remove", "section": "openings", "row": "row-1", "was": as_seen}
    worked = done(START, set_("first", 1844, 1850, "row-1"))
    kept = done(worked.answers, removal)
    assert "removed" not in kept.answers["openings"][0]
    assert kept.beside == (edits.Beside("openings", "row-1", "", None),)
    gone = done(START, removal)
    assert gone.answers["openings"][0]["removed"] is True
    back = done(gone.answers, set_("first", 1844, 1850, "row-1"))
    assert back.answers["openings"][0] == {"id": "row-1", "kind": "window", "answers": {"first": 1850}}


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        {},
        "x",
        [1],
        [{"do": "set", "section": "nowhere"}],
        [{"do": "set", "section": "site", "field": "nothing", "is": 1}],
        [{"do": "set", "section": "site", "field": "floor", "is": "five"}],
        [{"do": "set", "section": "site", "field": "floor", "is": 10**9}],
        [{"do": "set", "section": "site", "row": "row-1", "field": "floor", "is": 1}],
        [{"do": "set", "section": "openings", "field": "first", "is": 1}],
        [{"do": "set", "section": "openings", "row": "row-1", "field": "kind", "is": "roof"}],
        [{"do": "add", "section": "openings", "row": "row-1", "kind": "roof"}],
        [{"do": "add", "section": "site", "row": None, "kind": "window"}],
        [{"do": "burn", "section": "openings", "row": "row-1"}],
    ],
)
def test_nonsense_is_refused(nonsense):
    assert edits.read(FORM, nonsense)[1]


def test_what_was_removed_can_be_brought_back():
    gone = {"openings": [{**START["openings"][0], "removed": True}]}
    back = done(gone, {"do": "settle", "section": "openings", "row": "row-1", "field": "", "is": True})
    assert back.answers["openings"] == START["openings"]
    assert back.beside == ()


# What two people do in whatever order, each on top of what he saw.
WORK = st.lists(
    st.tuples(
        st.sampled_from(["row-1", "row-2"]),
        st.sampled_from(["first", "second", "left", "remove"]),
        st.integers(1, 3),
        st.booleans(),
    ),
    max_size=12,
)


@given(WORK, WORK)
def test_nobodys_last_word_is_lost(of_one, of_other):
    """Each answer that a person gave last stands, or is kept beside the one that does."""
    rows = [{"id": name, "kind": "window", "answers": {}} for name in ("row-1", "row-2")]
    start = {"openings": rows}
    first = edits.apply(FORM, start, _edits_of(start, of_one))
    second = edits.apply(FORM, first.answers, _edits_of(start, of_other))
    beside = {(one.row, one.field): one.value for one in second.beside}
    last = {(row, field): number for row, field, number, _see in of_other if field != "remove"}
    stands = {(row["id"], field): row["answers"].get(field) for row in second.answers["openings"] for _, field in last}
    # What one person set to the value that it had at the beginning of his own next edit is his own affair.
    for place, number in last.items():
        assert number in (stands[place], beside.get(place)), (place, number)


def _edits_of(start, work):
    """As a phone writes them: each says what this person saw before it."""
    seen, made = start, []
    for row, what, number, _see in work:
        own = next(one for one in seen["openings"] if one["id"] == row)
        if what == "remove":
            content = {"kind": own["kind"], "answers": own["answers"]}
            raw = {"do": "remove", "section": "openings", "row": row, "was": content}
        else:
            raw = set_(what, own["answers"].get(what), number, row)
        read, refused = edits.read(FORM, [raw])
        assert refused == []
        made += read
        seen = edits.apply(FORM, seen, read).answers
    return made


@given(st.integers(0, 10_000), WORK)
def test_what_changed_can_be_told_and_sent_twice_changes_nothing_more(seed, work):
    rows = [{"id": name, "kind": "window", "answers": {}} for name in ("row-1", "row-2")]
    site, _refused = clean(FORM, {"site": made_up.answers(FORM, Random(seed))["site"]})
    start = {**site, "openings": rows}
    made = _edits_of(start, work)
    after = edits.apply(FORM, start, made)
    told = changes(FORM, start, after.answers)
    assert (told == []) == (_standing(start) == _standing(after.answers))
    assert changes(FORM, after.answers, after.answers) == []


def _standing(answers):
    return [row for row in answers["openings"] if not row.get("removed")]
