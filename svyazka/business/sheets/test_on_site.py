from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.sheets.conftest import SITE, WHOLE, added, put
from svyazka.business.sheets.models import Sheet, SheetSave
from svyazka.business.visits.models import Action
from svyazka.business.visits.on_site import beside
from svyazka.business.visits.on_site.conftest import Phone, files, picture  # noqa: F401


@pytest.fixture
def phone(visit, egor):
    return Phone(egor, visit)


def sheet(*edits, form="measurement", version=1):
    return {"form": form, "version": version, "edits": list(edits)}


def test_edits_come_in_the_order_of_the_phone(phone, egor):
    phone.put("sheet", sheet(put("floor", None, 3), added("row-1", **WHOLE)))
    phone.put("sheet", sheet(put("floor", 3, 4)))
    told = phone.send()
    assert [one["outcome"] for one in told] == ["done", "done"]
    kept = Sheet.objects.get()
    assert told[-1]["answer"] == {"sheet": kept.pk, "revision": 2, "beside": 0}
    assert (kept.answers["site"], kept.by) == ({"floor": 4}, egor)


def test_a_photo_is_the_one_that_the_form_names(phone, visit):
    number = phone.put("photo", file=picture())
    phone.put("sheet", sheet(added("row-1", photos=[str(number)])))
    while phone.queue:
        phone.send()
    assert Sheet.objects.get().answers["openings"][0]["answers"]["photos"] == [str(number)]
    assert visit.photos.get().request_id == number


@pytest.mark.parametrize(
    "data",
    [
        {},
        sheet(form="nothing"),
        sheet(version="1"),
        sheet(version=True),
        sheet(version=0),
        sheet({"do": "burn"}),
        sheet(put("floor", None, "five")),
        {**sheet(), "edits": None},
    ],
)
def test_nonsense_is_refused_in_words_and_nothing_is_stored(phone, data):
    phone.put("sheet", data)
    (told,) = phone.send()
    assert told["outcome"] in ("refused", "beside")
    assert told["words"]
    assert not Sheet.objects.exists()


# Each number is a floor that is typed; after each it is said whether the answer gets lost.
TYPED = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=8)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TYPED)
def test_whatever_answers_get_lost_the_last_word_stands_once(visit, egor, typed):
    SheetSave.objects.all().delete()
    Sheet.objects.all().delete()
    Action.objects.all().delete()
    phone, floor = Phone(egor, visit), None
    for number, hears in typed:
        phone.put("sheet", sheet(put("floor", floor, number)))
        floor = number
        phone.send(hears=hears)
    while phone.queue:
        phone.send()
    kept = Sheet.objects.get()
    assert (kept.answers["site"], kept.beside) == ({"floor": floor}, [])
    assert SheetSave.objects.count() == len(typed)


def end(revision, form="measurement"):
    return {"form": form, "revision": revision}


WRITTEN = sheet(added("row-1", **WHOLE), *(put(code, None, value) for code, value in SITE.items()))


def test_the_end_comes_behind_the_last_edit(phone, egor):
    phone.put("sheet", sheet(added("row-1", **WHOLE)))
    phone.put("sheet", sheet(*(put(code, None, value) for code, value in SITE.items())))
    phone.put("sheet_end", end(0))
    assert [one["outcome"] for one in phone.send()] == ["done"] * 3
    kept = Sheet.objects.get()
    assert (kept.finished_by, kept.finished_at, kept.versions.first().is_kept) == (
        egor,
        Action.objects.get(kind="sheet_end").happened_at,
        True,
    )


def test_what_is_missing_keeps_it_open_in_words(phone):
    phone.put("sheet", sheet(put("floor", None, 3)))
    phone.put("sheet_end", end(0))
    assert [one["outcome"] for one in phone.send()] == ["done", "refused"]
    assert Sheet.objects.get().finished_at is None


def test_what_a_colleague_wrote_meanwhile_is_seen_before_it_is_complete(phone, visit, egor):
    phone.put("sheet", WRITTEN)
    phone.send()
    other = Phone(egor, visit)
    other.put("sheet", sheet(put("wall", SITE["wall"], "panel")))
    other.send()
    phone.put("sheet_end", end(1))
    assert [one["outcome"] for one in phone.send()] == ["beside"]
    assert Sheet.objects.get().finished_at is None
    beside.take(visit, egor, by=egor)
    assert Sheet.objects.get().finished_at


@pytest.mark.parametrize(
    "data", [{}, end(-1), end(True), end("1"), end(10**12), end(0, form="nothing"), end(0, form=5)]
)
def test_an_end_that_says_nothing_is_refused(phone, data):
    phone.put("sheet", WRITTEN)
    phone.put("sheet_end", data)
    told = phone.send()[1]
    assert (told["outcome"], bool(told["words"]), Sheet.objects.get().finished_at) == ("refused", True, None)
