"""The rules by which a phone notices that somebody came to an address or left it, as its browser computes them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
QUICKLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

HOME = {"visit": 1, "lat": 55.7781, "lon": 37.5893}
NEXT = {"visit": 2, "lat": 55.8, "lon": 37.62}
METRE = 1 / 111_195  # of latitude
MINUTE = 60_000
FOLLOW = """async ({ fixes, places, stays }) => {
    const { follow } = await import("/static/field/nearness.js");
    let known = null;
    const events = [];
    for (const fix of fixes) {
        const made = follow(known, fix, places, stays);
        known = JSON.parse(JSON.stringify(made.known)); // as the phone keeps it
        events.push(...made.events);
    }
    return events;
}"""


@pytest.fixture
def follow(open_page):
    page = open_page(path="/login/")

    def events(fixes, places=(HOME, NEXT), stays=MINUTE):
        given = [{"accuracy": 20, **fix} for fix in fixes]
        return page.evaluate(FOLLOW, {"fixes": given, "places": list(places), "stays": stays})

    return events


def at(metres, minute, **given):
    """So far north of Vera's house."""
    return {"lat": HOME["lat"] + metres * METRE, "lon": HOME["lon"], "at": int(minute * MINUTE), **given}


def said(events):
    return [(one["visit"], one["kind"], one["at"] / MINUTE) for one in events]


def test_coming_and_leaving(follow):
    way = [at(5000, 0), at(2500, 2), at(60, 4), at(40, 6), at(30, 60), at(400, 62), at(900, 64)]
    assert said(follow(way)) == [(1, "came", 4), (1, "left", 62)]


def test_who_only_drives_by_is_not_there(follow):
    assert follow([at(900, 0), at(50, 1), at(-900, 1.7), at(-3000, 4)]) == []


def test_who_smokes_in_the_yard_has_not_left(follow):
    stay = [at(20, 0), at(20, 2), at(130, 20), at(130, 22), at(20, 25), at(160, 30), at(20, 30.5), at(20, 40)]
    assert said(follow(stay)) == [(1, "came", 0)]


def test_what_is_not_exact_shows_itself_by_a_wider_circle(follow):
    """Within what it may be off he may be there; that he is away is only said where he surely is."""
    assert said(follow([at(200, 0, accuracy=150), at(200, 2, accuracy=150)])) == [(1, "came", 0)]
    begun = [at(20, 0), at(20, 2)]
    assert said(follow([*begun, at(280, 5, accuracy=150), at(280, 8, accuracy=150)])) == [(1, "came", 0)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"accuracy": 201},
        {"accuracy": 0},
        {"accuracy": None},
        {"lat": 0, "lon": 0},
        {"lat": 91},
        {"lon": None},
    ],
)
def test_a_bad_position_says_nothing(follow, wrong):
    begun = [at(20, 0), at(20, 2)]
    bad = [{**at(3000, minute), **wrong} for minute in (3, 6, 9)]
    assert said(follow([*begun, *bad])) == [(1, "came", 0)]


def test_a_jump_that_nobody_drives_is_passed_over(follow):
    begun = [at(20, 0), at(20, 2)]
    assert said(follow([*begun, at(90_000, 3), at(20, 4), at(20, 9)])) == [(1, "came", 0)]


def test_unless_the_first_was_the_wrong_one(follow):
    """The position of the morning was of another town; where two others agree, they are right."""
    assert said(follow([at(90_000, 0), at(20, 1), at(20, 2), at(20, 4)])) == [(1, "came", 2)]


GOOD = st.tuples(st.floats(-6000, 6000), st.floats(1, 200))
BAD = st.sampled_from([{"accuracy": 500}, {"lat": 0, "lon": 0}, {"accuracy": -1}])


@QUICKLY
@given(way=st.lists(GOOD, max_size=25))
def test_whatever_the_way_coming_and_leaving_take_turns(follow, way):
    fixes = [at(metres, 3 * number, accuracy=accuracy) for number, (metres, accuracy) in enumerate(way)]
    events = follow(fixes)
    of_home = [one for one in events if one["visit"] == 1]
    kinds = [one["kind"] for one in of_home]
    assert kinds == (["came", "left"] * len(kinds))[: len(kinds)]
    assert [one["at"] for one in of_home] == sorted({one["at"] for one in of_home})
    where = {fix["at"]: abs(fix["lat"] - HOME["lat"]) / METRE for fix in fixes}
    exact = {fix["at"]: fix["accuracy"] for fix in fixes}
    for one in of_home:
        metres, accuracy = where[one["at"]], exact[one["at"]]
        assert metres <= 76 + accuracy if one["kind"] == "came" else metres > 149 + accuracy


@QUICKLY
@given(way=st.lists(GOOD, max_size=15), bad=st.lists(st.tuples(st.integers(0, 15), BAD), max_size=5))
def test_bad_positions_in_between_change_nothing(follow, way, bad):
    fixes = [at(metres, 3 * number, accuracy=accuracy) for number, (metres, accuracy) in enumerate(way)]
    mixed = list(fixes)
    for place, wrong in bad:
        minute = 3 * min(place, len(way)) - 1
        mixed.append({**at(100, minute, accuracy=20), **wrong})
    mixed.sort(key=lambda fix: fix["at"])
    assert follow(mixed) == follow(fixes)
