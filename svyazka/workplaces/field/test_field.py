from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from svyazka.business.deals import opening
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.visits import booking, carry_out, findings
from svyazka.business.visits.models import Visit, VisitPhoto
from svyazka.kit import clock

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def of_others(vera, measurement, of_ilya, hour, olga):
    """Vera is measured again, by Ilya."""
    return booking.book(opening.open_deal(vera, by=olga), measurement, of_ilya, hour(11), request_id=uuid4(), by=olga)


def picture():
    written = BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "JPEG")
    return SimpleUploadedFile("окно.jpg", written.getvalue(), content_type="image/jpeg")


def test_the_day_shows_ones_own_visits_in_order(
    enter, egor, visit, of_others, measurement, of_egor, hour, olga, monday
):
    first = booking.book(visit.deal, measurement, of_egor, hour(9), request_id=uuid4(), by=olga)
    said = enter(egor).get("/field/", {"day": monday.isoformat()}).content.decode()
    assert said.index(f"/field/visits/{first.pk}/") < said.index(f"/field/visits/{visit.pk}/")
    assert f"/field/visits/{of_others.pk}/" not in said
    assert 'href="tel:+79161234567"' in said
    assert "yandex.ru/maps/?text=" in said


def test_a_day_without_visits_says_so(enter, egor):
    assert "empty card" in enter(egor).get("/field/", {"day": "nonsense"}).content.decode()


def test_a_visit_shows_what_helps_on_site_and_no_amounts(enter, egor, visit, olga, deal):
    facts.change(deal, {"openings": "3", "amount": "54300", "prepaid": "20000"}, by=olga)
    said = enter(egor).get(f"/field/visits/{visit.pk}/").content.decode()
    assert "Проёмов" in said
    assert "54" not in said.split("facts")[1].split("</dl>")[0]
    assert "Предоплата" not in said


def test_nobody_gets_at_the_visits_of_others(enter, egor, of_others):
    own = f"/field/visits/{of_others.pk}/"
    photo = findings.add_photo(of_others, picture(), request_id=uuid4(), by=of_others.resource.person)
    came_in = enter(egor)
    assert came_in.get(own).status_code == 404
    assert came_in.post(own + "status/", {"status": "done"}).status_code == 404
    assert came_in.post(own + "report/", {"text": "чужое"}).status_code == 404
    assert came_in.post(own + "photos/", {"photo": picture()}).status_code == 404
    assert came_in.get(f"/field/photos/{photo.pk}/").status_code == 404
    assert Visit.objects.get(pk=of_others.pk).status == "planned"


def test_the_buttons_go_forward(enter, egor, visit):
    own = f"/field/visits/{visit.pk}/"
    for version, status in enumerate(("on_way", "started", "done"), start=1):
        given = {"status": status, "version": str(version)}
        assert enter(egor).post(own + "status/", given, headers={**HTMX, "HX-Target": "stop"}).status_code == 200
    assert Visit.objects.get().status == "done"
    assert enter(egor).post(own + "status/", {"status": "started"}).status_code == 422
    assert enter(egor).post(own + "status/", {"status": "cancelled"}).status_code == 422


def test_what_was_moved_meanwhile_is_said(enter, egor, visit, of_egor, hour, olga):
    booking.move(visit, hour(15), of_egor, reason="позже", by=olga)
    given = {"status": "on_way", "version": "1"}
    assert enter(egor).post(f"/field/visits/{visit.pk}/status/", given, headers=HTMX).status_code == 409


def test_a_note_and_a_photo(enter, egor, roza, konstantin, visit):
    own = f"/field/visits/{visit.pk}/"
    assert enter(egor).post(own + "report/", {"text": "Два окна"}, headers=HTMX).status_code == 200
    request_id = str(uuid4())
    for _twice in range(2):
        given = {"photo": picture(), "request_id": request_id}
        assert enter(egor).post(own + "photos/", given, headers=HTMX).status_code == 200
    photo = VisitPhoto.objects.get()
    assert Visit.objects.get().report == "Два окна"
    for person in (egor, roza, konstantin):
        shown = enter(person).get(f"/field/photos/{photo.pk}/")
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
        assert shown.getvalue()[:3] == b"\xff\xd8\xff"


def test_after_a_visit_was_called_off_one_sees_only_ones_own_photos(enter, egor, ilya, dina, visit):
    own = findings.add_photo(visit, picture(), request_id=uuid4(), by=egor)
    others = findings.add_photo(visit, picture(), request_id=uuid4(), by=ilya)
    came_in = enter(egor)
    assert [came_in.get(f"/field/photos/{one.pk}/").status_code for one in (own, others)] == [200, 200]
    booking.cancel(visit, reason="передумали", by=dina)
    assert [came_in.get(f"/field/photos/{one.pk}/").status_code for one in (own, others)] == [200, 404]


def test_no_photo_is_said_beside_the_button(enter, egor, visit):
    own = f"/field/visits/{visit.pk}/photos/"
    nonsense = SimpleUploadedFile("x.jpg", b"no photo", content_type="image/jpeg")
    page = enter(egor).post(own, {"photo": nonsense}, headers=HTMX)
    assert page.status_code == 422
    assert page.content.decode().lstrip().startswith('<section id="photos"')
    assert enter(egor).post(own, {}, headers=HTMX).status_code == 422


def test_a_picture_that_is_gone_from_the_disk_is_not_found(enter, egor, visit):
    photo = findings.add_photo(visit, picture(), request_id=uuid4(), by=egor)
    photo.file.storage.delete(photo.file.name)
    assert enter(egor).get(f"/field/photos/{photo.pk}/").status_code == 404


def test_the_office_has_no_day_out(enter, olga, egor, boris):
    assert enter(olga).get("/field/").status_code == 403
    assert enter(boris).get("/field/").status_code == 200


def test_a_day_with_many_visits_costs_as_many_queries_as_with_one(
    enter, egor, visit, measurement, of_egor, hour, olga, monday, django_assert_num_queries
):
    address = f"/field/?day={monday.isoformat()}"
    came_in = enter(egor)
    came_in.get(address)  # the geocoder's list has the place now
    # The session; visits, their phones, who and what goes there; what he has looked at; places; what was measured; the
    # tabs, who asks him, what is set beside, arrivals, money.
    with django_assert_num_queries(12):
        came_in.get(address)
    for at in (9, 11, 12, 14, 15, 16, 17, 18):
        booking.book(visit.deal, measurement, of_egor, hour(at), request_id=uuid4(), by=olga)
    with django_assert_num_queries(12):
        came_in.get(address)


def test_a_mistaken_done_is_taken_back(enter, egor, visit):
    own = f"/field/visits/{visit.pk}/"
    done = carry_out.set_status(visit, Visit.Status.DONE, by=egor)
    came_in = enter(egor)
    assert "Вернуть статус «начат»" in came_in.get(own).content.decode()
    given = {"version": str(done.version)}
    stop = came_in.post(own + "taking-back/", given, headers={**HTMX, "HX-Target": "stop"})
    assert 'value="done"' in stop.content.decode()
    assert Visit.objects.get().status == "started"
    assert came_in.post(own + "taking-back/", given, headers=HTMX).status_code == 409


def test_several_photos_at_a_time_and_the_one_that_is_none_is_named(enter, egor, visit):
    nonsense = SimpleUploadedFile("схема.pdf", b"no photo")
    given = {"photo": [picture(), nonsense, picture()], "request_id": str(uuid4())}
    page = enter(egor).post(f"/field/visits/{visit.pk}/photos/", given, headers=HTMX)
    assert (page.status_code, visit.photos.count()) == (422, 2)
    assert "схема.pdf: Такое фото не подходит" in page.content.decode()


def test_ones_own_photo_is_removed_and_no_other(enter, egor, ilya, visit, of_others):
    own = findings.add_photo(visit, picture(), request_id=uuid4(), by=egor)
    others = findings.add_photo(visit, picture(), request_id=uuid4(), by=ilya)
    elsewhere = findings.add_photo(of_others, picture(), request_id=uuid4(), by=ilya)
    came_in = enter(egor)
    said = came_in.get(f"/field/visits/{visit.pk}/").content.decode()
    assert (f"/photos/{own.pk}/removal/" in said, f"/photos/{others.pk}/removal/" in said) == (True, False)
    answers = [came_in.post(f"/field/photos/{one.pk}/removal/", headers=HTMX) for one in (own, others, elsewhere)]
    assert [answer.status_code for answer in answers] == [200, 422, 404]
    assert set(VisitPhoto.objects.all()) == {others, elsewhere}


def test_ones_own_tasks_stand_below_the_visits_of_today_and_are_ticked_off(enter, egor, olga):
    task = tasks.plan(None, "Сдать инструмент", due_at=clock.now() + timedelta(minutes=1), person=egor, by=olga)
    Task.objects.filter(pk=task.pk).update(due_at=clock.now() - timedelta(hours=1))
    page = enter(egor)
    assert [one["what"] for one in page.get("/field/").context["tasks"]] == ["Сдать инструмент"]
    page.post(f"/tasks/{task.pk}/completion/", headers=HTMX)
    assert page.get("/field/").context["tasks"] == []


def test_whoever_is_on_site_says_that_he_will_be_later(enter, egor, visit):
    page = enter(egor)
    assert "+40" in page.get(f"/field/visits/{visit.pk}/").content.decode()
    assert page.post(f"/field/visits/{visit.pk}/delay/", {"minutes": "40"}).status_code == 302
    visit.refresh_from_db()
    assert visit.late_minutes == 40
    assert page.post(f"/field/visits/{visit.pk}/delay/", {"minutes": "много"}).status_code == 422
    assert page.post(f"/field/visits/{visit.pk}/delay/", {"minutes": "9999"}).status_code == 422
