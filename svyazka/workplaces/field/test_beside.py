from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from svyazka.business.problems import sweep
from svyazka.business.problems.models import Problem
from svyazka.business.visits import booking
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site import in_hand, take
from svyazka.business.visits.on_site.sent import Sent
from svyazka.kit import clock


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


def picture():
    written = BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "JPEG")
    return written.getvalue()


@pytest.fixture
def left_open(visit, egor, dina):
    """Egor noted and photographed something without signal, and Dina has called the visit off meanwhile."""
    booking.cancel(visit, reason="Передумали", by=dina)
    made = {
        "person": egor.pk,
        "visit": visit.pk,
        "phone": uuid4(),
        "at": clock.now(),
        "seen": in_hand.seen(visit, egor),
    }
    note = Sent(id=uuid4(), kind="note", number=1, data={"text": "Замерил <b>"}, **made)
    take.take_all([note], by=egor, clock_of_phone=clock.now())
    photo = Sent(id=uuid4(), kind="photo", number=2, **made)
    take.take_all([photo], by=egor, clock_of_phone=clock.now(), pictures={str(photo.id): picture()})
    return visit


def test_the_engineer_sees_both_sides_and_leaves_it_to_the_office(enter, egor, left_open):
    page = enter(egor).get("/field/").content.decode()
    assert "Замерил &lt;b&gt;" in page
    assert "выезд отменили" in page
    assert "решит диспетчер" in page
    assert 'value="taken"' not in page
    own = f"/field/visits/{left_open.pk}/beside/{egor.pk}/"
    assert enter(egor).post(own, {"decision": "taken"}).status_code == 422
    assert enter(egor).post(own, {"decision": "x"}).status_code == 422
    assert enter(egor).post(own, {"decision": "left"}).status_code == 302
    assert set(Action.objects.values_list("decision", flat=True)) == {"left"}


def test_nobody_decides_for_another_engineer(enter, ilya, egor, left_open):
    answers = [
        enter(ilya).post(f"/field/visits/{left_open.pk}/beside/{one.pk}/", {"decision": "left"}) for one in (ilya, egor)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "Замерил" not in enter(ilya).get("/field/").content.decode()


def test_a_photo_set_beside_is_for_the_office_and_for_whoever_took_it(enter, egor, ilya, dina, left_open):
    address = f"/field/actions/{Action.objects.get(kind='photo').pk}/photo/"
    seen = [enter(person).get(address).status_code for person in (egor, dina, ilya)]
    assert seen == [200, 200, 404]


def test_the_office_sees_a_problem_and_decides_in_the_visit(enter, dina, left_open, egor):
    sweep.sweep_all()
    problem = Problem.objects.get(kind="visit_beside")
    assert (problem.subject_id, problem.why["who"]) == (left_open.pk, egor.full_name)
    page = enter(dina).get(f"/visits/{left_open.pk}/").content.decode()
    assert "Замерил &lt;b&gt;" in page
    address = f"/visits/{left_open.pk}/beside/{egor.pk}/"
    assert address in page
    for _twice in range(2):
        assert enter(dina).post(address, {"decision": "taken"}).status_code == 302
    assert Visit.objects.get().report == "Замерил <b>"
    sweep.sweep_all()
    assert not Problem.objects.filter(kind="visit_beside").exists()


def test_whoever_only_looks_decides_nothing(enter, konstantin, left_open, egor):
    came_in = enter(konstantin)
    page = came_in.get(f"/visits/{left_open.pk}/").content.decode()
    assert ("Замерил" in page, 'value="taken"' in page) == (True, False)
    assert came_in.post(f"/visits/{left_open.pk}/beside/{egor.pk}/", {"decision": "taken"}).status_code == 403
