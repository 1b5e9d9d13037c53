from __future__ import annotations

import json
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from svyazka.business.deals.models import Deal
from svyazka.business.sheets import forms, sheets
from svyazka.business.sheets.conftest import SITE, WHOLE, added, put
from svyazka.business.sheets.models import FormKind, Sheet, SheetSave
from svyazka.business.visits.models import VisitPhoto

HTMX = {"HX-Request": "true"}


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
def send(enter, egor, own):
    def go(*edits, revision=0, request_id=None, version=1, person=egor):
        given = {
            "version": version,
            "revision": revision,
            "edits": list(edits),
            "request_id": str(request_id or uuid4()),
        }
        return enter(person).post(own + "edits/", json.dumps(given), content_type="application/json", headers=HTMX)

    return go


def test_the_page_brings_the_form_and_what_has_been_filled_in(enter, egor, own, send):
    said = enter(egor).get(own).content.decode()
    assert "<field-sheet>" in said
    given = json.loads(said.split('id="sheet-given" type="application/json">')[1].split("</script>")[0])
    assert (given["revision"], given["answers"], given["version"]) == (0, {}, 1)
    send(put("floor", None, 3))
    assert enter(egor).get(own + "state/").json()["answers"] == {"site": {"floor": 3}}


def test_answers_go_back_only_where_somebody_else_was_there(send, ilya, visit, form):
    first = send(put("floor", None, 3)).json()
    assert ("answers" in first, first["revision"]) == (False, 1)
    sheets.save(visit, sheets.Sent(form, 1, [put("wall", None, "brick")], uuid4()), by=ilya)
    second = send(put("access", None, "door"), revision=1).json()
    assert second["answers"] == {"site": {"floor": 3, "wall": "brick", "access": "door"}}
    third = send(put("floor", 2, 9), revision=3).json()
    assert [(one["field"], one["value"], one["name"]) for one in third["beside"]] == [("floor", 9, "Егор Кузнецов")]


def test_sent_twice_it_counts_once(send):
    request_id = uuid4()
    first = send(put("floor", None, 3), request_id=request_id).json()
    again = send(put("floor", None, 3), request_id=request_id).json()
    assert first == again
    assert SheetSave.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"version": 1, "edits": [], "request_id": "no"}',
        b'{"version": "1", "edits": [], "request_id": "00000000-0000-4000-8000-000000000001"}',
        b'{"version": 99999999999, "edits": [], "request_id": "00000000-0000-4000-8000-000000000001"}',
        b'{"version": 1, "edits": {"a": 1}, "request_id": "00000000-0000-4000-8000-000000000001"}',
        b'{"version": 1, "edits": [{"do": "set", "section": "site", "field": "floor", "is": NaN}],'
        b' "request_id": "00000000-0000-4000-8000-000000000001"}',
        b"[" * 100_000,
        b'{"version": 1, "edits": "' + b"x" * 1_000_001 + b'"}',
    ],
)
def test_nonsense_is_refused_in_words_and_nothing_is_stored(enter, egor, own, body):
    answer = enter(egor).post(own + "edits/", body, content_type="application/json", headers=HTMX)
    assert answer.status_code == 422
    assert not Sheet.objects.exists()


def test_of_a_form_that_is_not_for_this_visit_there_is_no_page(enter, egor, visit):
    base = f"/field/visits/{visit.pk}/forms/"
    assert enter(egor).get(base + "site_survey/").status_code == 404
    assert enter(egor).get(base + "nothing/").status_code == 404


def test_a_form_that_was_switched_off_can_be_finished(enter, egor, own, send, form, anna, visit):
    send(put("floor", None, 3))
    forms.switch(form, on=False, by=anna)
    assert enter(egor).get(own).status_code == 200
    Sheet.objects.all().delete()
    assert enter(egor).get(own).status_code == 404


def test_nobody_gets_at_the_forms_of_others(enter, ilya, own, send, visit):
    assert enter(ilya).get(own).status_code == 404
    assert enter(ilya).get(own + "state/").status_code == 404
    assert send(put("floor", None, 3), person=ilya).status_code == 404
    assert enter(ilya).post(own + "end/").status_code == 404
    pictures = f"/field/visits/{visit.pk}/pictures/"
    assert enter(ilya).post(pictures, {"photo": picture(), "request_id": str(uuid4())}).status_code == 404
    assert not Sheet.objects.exists()


def picture():
    written = BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "JPEG")
    return SimpleUploadedFile("x.jpg", written.getvalue(), content_type="image/jpeg")


def test_a_photo_is_kept_once_by_the_number_of_the_phone(enter, egor, visit):
    pictures, number = f"/field/visits/{visit.pk}/pictures/", uuid4()
    for _twice in range(2):
        answer = enter(egor).post(pictures, {"photo": picture(), "request_id": str(number)})
        assert answer.json() == {"id": str(number)}
    kept = VisitPhoto.objects.get(request_id=number)
    assert enter(egor).get(f"{pictures}{number}/").url == f"/field/photos/{kept.pk}/"
    assert enter(egor).get(f"{pictures}{uuid4()}/").status_code == 404
    assert enter(egor).post(pictures, {"request_id": str(number)}).status_code == 422
    assert enter(egor).post(pictures, {"photo": picture(), "request_id": "x"}).status_code == 422


def test_the_end_waits_until_nothing_is_missing(enter, egor, own, send):
    assert enter(egor).post(own + "end/").status_code == 422
    send(put("floor", None, 1))
    assert enter(egor).post(own + "end/", {"revision": "1"}).status_code == 422
    send(added("row-1", **WHOLE), put("access", None, SITE["access"]), put("wall", None, SITE["wall"]), revision=1)
    assert enter(egor).post(own + "end/", {"revision": "1"}).status_code == 409
    assert enter(egor).post(own + "end/", {"revision": "2"}).status_code == 302
    assert Sheet.objects.get().finished_by == egor
    assert Deal.objects.get().facts["openings"] == 1


def test_the_visit_says_how_its_forms_stand(enter, egor, own, send, visit):
    page = f"/field/visits/{visit.pk}/"
    assert "не начато" in enter(egor).get(page).content.decode()
    send(put("floor", None, 3))
    said = enter(egor).get(page).content.decode()
    assert f'href="{own}"' in said
    assert "не хватает" in said


def test_the_page_asks_the_same_for_one_and_for_thirty_openings(enter, egor, own, send):
    def asked():
        with CaptureQueriesContext(connection) as asking:
            enter(egor).get(own)
        return len(asking)

    send(added("row-1", **WHOLE))
    once = asked()
    send(*(added(f"row-{number}", **WHOLE) for number in range(2, 31)), revision=1)
    assert asked() == once
