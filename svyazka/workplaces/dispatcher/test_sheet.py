from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.sheets import sheets
from svyazka.business.sheets.conftest import WHOLE, added, put
from svyazka.business.sheets.models import FormKind
from svyazka.business.visits import carry_out
from svyazka.business.visits.models import Visit, VisitPhoto
from svyazka.kit import clock

NUMBER = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def save(visit, egor):
    form = FormKind.objects.get(code="measurement")
    return lambda *edits, by=egor: sheets.save(visit, sheets.Sent(form, 1, list(edits), uuid4()), by=by)


def test_the_office_reads_what_was_measured_and_what_is_wrong(enter, roza, save, visit, egor):
    photo = VisitPhoto.objects.create(visit=visit, by=egor, request_id=NUMBER, file="visits/x.jpg", at=clock.now())
    sheet = save(put("floor", None, 3), added("row-1", **{**WHOLE, "widths": [1200, 1200, 1250]}))
    said = enter(roza).get(f"/sheets/{sheet.pk}/").content.decode()
    assert "1. Окно" in said
    assert "1200 / 1200 / 1250 мм" in said
    assert "замеры расходятся на 50 мм, допустимо 10: перемерьте" in said
    assert f"/field/photos/{photo.pk}/" in said
    assert "data-given=" in said
    assert "Угол поворота" not in said


def test_what_changed_between_two_versions(enter, roza, save, ilya):
    save(put("floor", None, 3))
    sheet = save(put("floor", 3, 4), by=ilya)
    page = f"/sheets/{sheet.pk}/"
    assert "Этаж: 3 → 4" in enter(roza).get(page).content.decode()
    earlier = enter(roza).get(page, {"version": "1"}).content.decode()
    assert "предыдущая версия: 1" in earlier
    assert "Этаж: 3 → 4" not in earlier
    assert enter(roza).get(page, {"version": "nonsense"}).status_code == 200


def test_two_answers_are_shown_to_the_office_too(enter, roza, save, ilya):
    save(put("floor", None, 3))
    sheet = save(put("floor", None, 5), by=ilya)
    assert "<li>Этаж: 5</li>" in enter(roza).get(f"/sheets/{sheet.pk}/").content.decode()


def test_the_deal_and_the_visit_lead_to_it(enter, roza, save, visit):
    sheet = save(put("floor", None, 3))
    for page in (f"/deals/{visit.deal_id}/", f"/visits/{visit.pk}/"):
        said = enter(roza).get(page).content.decode()
        assert f'href="/sheets/{sheet.pk}/"' in said
        assert "не хватает: 4" in said


def test_whoever_installs_sees_what_was_measured_and_others_do_not(enter, boris, ilya, olga, save, visit, installation):
    sheet = save(put("floor", None, 3))
    page = f"/sheets/{sheet.pk}/"
    assert enter(boris).get(page).status_code == 404
    assert enter(ilya).get(page).status_code == 404
    carry_out.set_status(visit, Visit.Status.DONE, by=olga)
    Visit.objects.create(
        kind=installation,
        deal=visit.deal,
        client=visit.client,
        resource=boris.resource,
        address=visit.address,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        request_id=uuid4(),
    )
    assert enter(boris).get(page).status_code == 200
    assert enter(ilya).get(page).status_code == 404


def test_as_many_questions_for_thirty_openings_as_for_one(enter, roza, save):
    sheet = save(added("row-1", **WHOLE))

    def asked():
        with CaptureQueriesContext(connection) as asking:
            enter(roza).get(f"/sheets/{sheet.pk}/")
        return len(asking)

    once = asked()
    save(*(added(f"row-{number}", **WHOLE) for number in range(2, 31)))
    assert asked() == once
