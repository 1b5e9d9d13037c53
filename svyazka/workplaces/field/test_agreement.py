from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.agreements import agreeing, content
from svyazka.business.agreements.conftest import DRAWN
from svyazka.business.agreements.models import Agreement
from svyazka.business.sheets.conftest import WHOLE, added, put
from svyazka.business.visits import drawings
from svyazka.business.visits.models import Action, VisitPhoto
from svyazka.business.visits.on_site import beside, in_hand
from svyazka.engines.drawings.test_read import PEN, SIZE
from svyazka.kit import clock


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def own(visit):
    return f"/field/visits/{visit.pk}/forms/measurement/agreement/"


def send(client, visit, person, data, **more):
    row = {"id": str(uuid4()), "kind": "agreement", "person": person.pk, "visit": visit.pk, "phone": str(uuid4())}
    row |= {"number": 1, "at": clock.now().isoformat(), "data": data, "seen": in_hand.seen(visit, person), **more}
    body = json.dumps({"clock": clock.now().isoformat(), "actions": [row]})
    return client.post("/field/sync/", body, content_type="application/json").json()["outcomes"][0]


def given_in(page):
    return json.loads(page.split('id="agreement-given" type="application/json">')[1].split("</script>")[0])


def test_the_page_brings_all_that_the_client_reads_in_both_languages(enter, egor, own, whole, visit):
    page = enter(egor).get(own).content.decode()
    brought = given_in(page)
    assert "<field-agreement" in page
    assert set(brought["languages"]) == {"ru", "en"}
    assert brought["languages"]["en"]["content"]["work"] == "Measurement"
    assert brought["languages"]["ru"]["content"]["address"] == visit.address
    assert brought["answers"]["site"]["floor"] == 1


def test_before_anything_was_filled_in_it_is_there_too(enter, egor, own, visit):
    """The phone may have no signal for all of the visit."""
    assert enter(egor).get(own).status_code == 200


def test_nobody_else_opens_it(enter, ilya, own, visit):
    assert enter(ilya).get(own).status_code == 404
    assert enter(ilya).get(f"/field/visits/{visit.pk}/agreed/").status_code == 404


def test_signed_on_the_phone(enter, egor, visit, given):
    told = send(enter(egor), visit, egor, given())
    made = Agreement.objects.get()
    assert (told["outcome"], told["answer"]["number"]) == ("done", made.title)
    page = enter(egor).get(f"/field/visits/{visit.pk}/").content.decode()
    assert f"№ {made.title}" in page


@pytest.mark.parametrize("outcome", ["offered", "thinks"])
def test_not_signed_is_an_outcome_too(enter, egor, visit, given, outcome):
    assert send(enter(egor), visit, egor, given(outcome))["outcome"] == "done"
    assert Agreement.objects.get().outcome == outcome


@pytest.mark.parametrize(
    "bad", [{"outcome": "maybe"}, {"outcome": None}, {"form": "no"}, {"form": 7}, {"form": "\u0001"}]
)
def test_nonsense_is_refused_in_words(enter, egor, visit, given, bad):
    told = send(enter(egor), visit, egor, given(**bad))
    assert (told["outcome"], bool(told["words"])) == ("refused", True)


def test_changed_meanwhile_both_sides_hear_of_it_and_nothing_is_lost(enter, egor, ilya, anna, visit, given, save):
    data = given()
    save(put("floor", 1, 9), by=ilya)
    assert send(enter(egor), visit, egor, data)["outcome"] == "beside"
    assert not Agreement.objects.exists()
    page = enter(egor).get(f"/field/visits/{visit.pk}/").content.decode()
    assert "Этаж: 1 → 9" in page
    assert Action.objects.get().data["strokes"] == DRAWN
    beside.take(visit, egor, by=anna)
    made = Agreement.objects.get()
    assert made.content["answers"]["site"]["floor"] == 1
    shown = enter(egor).get(f"/field/visits/{visit.pk}/agreed/").content.decode()
    assert "Этаж: 1 → 9" in shown


def test_the_installer_sees_exactly_what_was_agreed(enter, egor, visit, agree, save):
    photo = VisitPhoto.objects.create(
        visit=visit, by=egor, at=clock.now(), request_id=WHOLE["photos"][0], file="visits/x.jpg"
    )
    made = agree()
    page = enter(egor).get(f"/field/visits/{visit.pk}/agreed/").content.decode()
    assert page.count('class="sketch"') == 1
    assert f"/field/photos/{photo.pk}/" in page
    assert '<photo-drawing data-given=""' in page
    assert made.code in page
    assert "Не согласовано" not in page
    save(put("widths", WHOLE["widths"], [1300, 1300, 1300], row="row-1"))
    page = enter(egor).get(f"/field/visits/{visit.pk}/agreed/").content.decode()
    assert "Не согласовано" in page
    assert "1200 / 1202 / 1201" in page


def test_the_installers_see_what_was_drawn_on_the_photos(enter, egor, visit, agree):
    def mark():
        return {one["url"]: one["mark"] for one in enter(egor).get("/field/ahead/").json()["pages"]}[address]

    address = f"/field/visits/{visit.pk}/agreed/"
    given = {"by": egor, "at": clock.now(), "request_id": WHOLE["photos"][0], "file": "visits/x.jpg"}
    photo = VisitPhoto.objects.create(visit=visit, **given)
    agree()
    before = mark()
    drawings.draw(photo, {**SIZE, "shapes": [PEN]}, by=egor)
    assert mark() != before
    assert '<photo-drawing data-given="{&quot;number&quot;: 1' in enter(egor).get(address).content.decode()


def test_what_was_drawn_after_the_signature_stands_beside_it_as_not_agreed(enter, egor, visit, agree, monkeypatch):
    at, now = f"/field/visits/{visit.pk}/agreed/", clock.now()
    given = {"by": egor, "at": now, "request_id": WHOLE["photos"][0], "file": "visits/x.jpg"}
    photo = VisitPhoto.objects.create(visit=visit, **given)
    drawings.draw(photo, {**SIZE, "shapes": [PEN]}, by=egor, at=now - timedelta(minutes=5))
    agree()
    page = enter(egor).get(at).content.decode()
    assert (page.count("<photo-drawing"), page.count("Нарисовано позже")) == (1, 0)
    later = {**PEN, "thick": 3}
    drawings.draw(photo, {**SIZE, "shapes": [later]}, by=egor, at=clock.now() + timedelta(minutes=1))
    page = enter(egor).get(at).content.decode()
    drawn, not_agreed = page.split("Нарисовано позже: не согласовано")
    assert ("&quot;number&quot;: 1" in drawn, "&quot;number&quot;: 2" in drawn) == (True, False)
    assert "&quot;number&quot;: 2" in not_agreed


def test_what_somebody_typed_is_no_markup(enter, egor, visit, given):
    send(enter(egor), visit, egor, given(besides="<script>x</script>", name="<b>Вера</b>"))
    page = enter(egor).get(f"/field/visits/{visit.pk}/agreed/").content.decode()
    assert "<script>x" not in page
    assert "<b>Вера" not in page


def test_the_phone_keeps_the_pages_ready_with_as_many_questions(enter, egor, own, visit, agree, save):
    def pages():
        with CaptureQueriesContext(connection) as asking:
            found = enter(egor).get("/field/ahead/").json()["pages"]
        return {page["url"]: page["mark"] for page in found}, len(asking)

    before, asked = pages()
    assert own in before
    agree()
    after, again = pages()
    agreed = f"/field/visits/{visit.pk}/agreed/"
    assert (agreed in before, agreed in after, again) == (False, True, asked)
    save(put("floor", 1, 2))
    later, _asked = pages()
    assert later[agreed] != after[agreed]
    assert later[own] != after[own]


def test_the_page_asks_the_same_for_one_and_for_thirty_openings(enter, egor, own, visit, agree, save):
    def asked(address):
        with CaptureQueriesContext(connection) as asking:
            assert enter(egor).get(address).status_code == 200
        return len(asking)

    agree()
    addresses = (own, f"/field/visits/{visit.pk}/agreed/")
    once = [asked(one) for one in addresses]
    save(*(added(f"row-{number}", **WHOLE) for number in range(2, 31)))
    agree()
    assert [asked(one) for one in addresses] == once


def test_what_was_sealed_is_opened_again(visit, form, whole):
    sealed = content.sealed(content.of_visit(visit, form, "ru"), visit, whole.written)
    number, shown = content.opened(sealed, visit, form)
    assert (number, shown["client"]) == (1, visit.client.name)
    assert agreeing.in_short([str(one) for one in range(9)]).count(";") == 5
