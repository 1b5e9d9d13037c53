from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.sheets.conftest import WHOLE, added, put
from svyazka.business.sheets.models import Sheet, SheetSave
from svyazka.business.visits.models import Action
from svyazka.business.visits.on_site.test_take import Phone, files, picture  # noqa: F401


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
