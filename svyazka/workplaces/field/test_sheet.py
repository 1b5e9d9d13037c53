from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.deals.models import Deal
from svyazka.business.sheets import forms, sheets
from svyazka.business.sheets.conftest import SITE, WHOLE, added, put
from svyazka.business.sheets.models import FormKind, Sheet
from svyazka.business.visits import drawings
from svyazka.business.visits.models import VisitPhoto
from svyazka.engines.drawings.test_read import PEN, SIZE
from svyazka.kit import clock


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def form(windows):
    return FormKind.objects.get(code="measurement")


@pytest.fixture
def own(visit):
    return f"/field/visits/{visit.pk}/forms/measurement/"


@pytest.fixture
def save(visit, form, egor):
    return lambda *edits, by=egor: sheets.save(visit, sheets.Sent(form, 1, list(edits), uuid4()), by=by)


def test_the_page_brings_the_form_and_what_has_been_filled_in(enter, egor, own, save):
    said = enter(egor).get(own).content.decode()
    assert "<field-sheet>" in said
    given = json.loads(said.split('id="sheet-given" type="application/json">')[1].split("</script>")[0])
    assert (given["revision"], given["answers"], given["version"]) == (0, {}, 1)
    save(put("floor", None, 3))
    assert enter(egor).get(own + "state/").json()["answers"] == {"site": {"floor": 3}}


def test_two_answers_are_told_with_the_name_of_whoever_came_second(enter, egor, ilya, own, save):
    save(put("floor", None, 3))
    save(put("floor", None, 9), by=ilya)
    state = enter(egor).get(own + "state/").json()
    assert [(one["field"], one["value"], one["name"]) for one in state["beside"]] == [("floor", 9, "Илья Фомин")]


def test_of_a_form_that_is_not_for_this_visit_there_is_no_page(enter, egor, visit):
    base = f"/field/visits/{visit.pk}/forms/"
    assert enter(egor).get(base + "site_survey/").status_code == 404
    assert enter(egor).get(base + "nothing/").status_code == 404


def test_a_form_that_was_switched_off_can_be_finished(enter, egor, own, save, form, anna, visit):
    save(put("floor", None, 3))
    forms.switch(form, on=False, by=anna)
    assert enter(egor).get(own).status_code == 200
    Sheet.objects.all().delete()
    assert enter(egor).get(own).status_code == 404


def test_nobody_gets_at_the_forms_of_others(enter, ilya, own, visit):
    assert enter(ilya).get(own).status_code == 404
    assert enter(ilya).get(own + "state/").status_code == 404
    assert enter(ilya).post(own + "end/").status_code == 404
    assert enter(ilya).get(f"/field/visits/{visit.pk}/pictures/{uuid4()}/").status_code == 404
    assert not Sheet.objects.exists()


def test_a_photo_is_found_by_the_number_of_the_phone(enter, egor, visit):
    kept = VisitPhoto.objects.create(visit=visit, by=egor, at=clock.now(), request_id=uuid4(), file="visits/x.jpg")
    pictures = f"/field/visits/{visit.pk}/pictures/"
    assert enter(egor).get(f"{pictures}{kept.request_id}/").url == f"/field/photos/{kept.pk}/"
    assert enter(egor).get(f"{pictures}{uuid4()}/").status_code == 404


def test_the_end_waits_until_nothing_is_missing(enter, egor, own, save):
    assert enter(egor).post(own + "end/").status_code == 422
    save(put("floor", None, 1))
    assert enter(egor).post(own + "end/", {"revision": "1"}).status_code == 422
    save(added("row-1", **WHOLE), put("access", None, SITE["access"]), put("wall", None, SITE["wall"]))
    assert enter(egor).post(own + "end/", {"revision": "1"}).status_code == 409
    assert enter(egor).post(own + "end/", {"revision": "2"}).status_code == 302
    assert Sheet.objects.get().finished_by == egor
    assert Deal.objects.get().facts["openings"] == 1


def test_the_visit_says_how_its_forms_stand(enter, egor, own, save, visit):
    page = f"/field/visits/{visit.pk}/"
    assert "не начато" in enter(egor).get(page).content.decode()
    save(put("floor", None, 3))
    said = enter(egor).get(page).content.decode()
    assert f'href="{own}"' in said
    assert "не хватает" in said


def test_the_page_asks_the_same_for_one_and_for_thirty_openings(enter, egor, own, save):
    def asked():
        with CaptureQueriesContext(connection) as asking:
            enter(egor).get(own)
        return len(asking)

    save(added("row-1", **WHOLE))
    once = asked()
    save(*(added(f"row-{number}", **WHOLE) for number in range(2, 31)))
    assert asked() == once


def test_the_phone_keeps_the_forms_of_the_coming_days_ready(enter, egor, own, save, visit):
    def pages():
        with CaptureQueriesContext(connection) as asking:
            found = enter(egor).get("/field/ahead/").json()["pages"]
        return {page["url"]: page["mark"] for page in found}, len(asking)

    before, asked = pages()
    assert own in before
    save(put("floor", None, 3))
    after, again = pages()
    assert (after[own] != before[own], asked) == (True, again)


def test_the_page_brings_what_was_drawn_on_its_photos(enter, egor, visit, own):
    photo = VisitPhoto.objects.create(visit=visit, by=egor, at=clock.now(), request_id=uuid4(), file="visits/x.jpg")
    drawings.draw(photo, {**SIZE, "shapes": [PEN]}, by=egor)
    said = enter(egor).get(own).content.decode()
    given = json.loads(said.split('id="sheet-given" type="application/json">')[1].split("</script>")[0])
    assert given["drawings"] == {str(photo.request_id): {"number": 1, **SIZE, "shapes": [PEN]}}
    assert 'id="drawing-board"' in said
    page = enter(egor).get(f"/field/visits/{visit.pk}/").content.decode()
    assert f'data-shot="{photo.request_id}"' in page
