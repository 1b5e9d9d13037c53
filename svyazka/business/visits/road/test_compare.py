from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.visits.road.compare import Changed, Now, compare

TEN = datetime(2026, 11, 30, 7, tzinfo=UTC)
EGOR, ILYA, BORIS = 1, 2, 3


def now(**given):
    usual = {
        "person": EGOR,
        "starts_at": TEN,
        "address": "Москва, Лесная, 5",
        "is_off": False,
        "is_confirmed": False,
        "people": {EGOR},
        "names": {ILYA: "Илья", BORIS: "Борис"},
    }
    return Now(**{**usual, **given})


def was(**given):
    return {"goes": True, "at": TEN.isoformat(), "team": [EGOR], **given}


def test_what_is_as_he_knows_it_is_no_news():
    assert compare(was(), now()) is None
    assert compare(was(goes=False), now(people={ILYA})) is None
    assert compare(was(confirmed=False, address="Москва, Лесная, 5"), now()) is None


def test_new_called_off_and_given_away():
    assert compare(was(goes=False, team=[]), now()) == Changed("new")
    assert compare(was(), now(is_off=True)) == Changed("off")
    assert compare(was(), now(people={ILYA})) == Changed("given")
    assert compare(was(goes=False), now(is_off=True)) is None


def test_several_changes_are_one():
    later = TEN + timedelta(minutes=90)
    found = compare(
        was(address="Москва, Тверская, 1", phone=True, confirmed=True),
        now(starts_at=later, people={EGOR, ILYA}, by_client=True),
    )
    assert found == Changed(
        "changed",
        (
            ("moved", TEN.isoformat(), later.isoformat()),
            ("asked",),
            ("address",),
            ("phone",),
            ("unconfirmed",),
            ("came", "Илья"),
        ),
    )


def test_a_colleague_does_not_come_along():
    assert compare(was(team=[EGOR, BORIS]), now()) == Changed("changed", (("left", "Борис"),))


@given(hours=st.lists(st.integers(0, 48), min_size=1, max_size=6), goes=st.booleans())
def test_only_the_first_and_the_last_count(hours, goes):
    """However often it was moved in between."""
    last = TEN + timedelta(hours=hours[-1])
    found = compare(was(goes=goes), now(starts_at=last))
    if not goes:
        assert found == Changed("new")
    elif hours[-1] == 0:
        assert found is None
    else:
        assert found == Changed("changed", (("moved", TEN.isoformat(), last.isoformat()),))
