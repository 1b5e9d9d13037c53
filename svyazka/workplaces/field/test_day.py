"""The day of whoever goes out: ways, what to bring, what is different, the week, and what was before."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import history
from svyazka.business.deals import opening
from svyazka.business.deals.work import tasks
from svyazka.business.places.models import Place
from svyazka.business.sheets import sheets
from svyazka.business.sheets.conftest import WHOLE, added
from svyazka.business.sheets.models import FormKind
from svyazka.business.visits import booking, carry_out, change, checklist, drawings, findings, not_done
from svyazka.business.visits.models import Look, NotDoneReason, VisitKind
from svyazka.engines.drawings.test_read import PEN, SIZE
from svyazka.kit import addresses, clock
from svyazka.workplaces.field.test_field import picture

FAR = "Москва, Лесная, 90"


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def phone(enter, egor):
    return enter(egor)


def page(phone, address, **given):
    """As somebody reads it."""
    said = phone.get(address, given)
    assert said.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", said.content.decode().partition("<main")[2])).split())


def own(visit):
    return f"/field/visits/{visit.pk}/"


def looks(phone, *rows):
    return phone.post("/field/looks/", json.dumps({"looks": list(rows)}), content_type="application/json")


def shown_on(phone, visit):
    return phone.get(own(visit)).context["stop"].told.shown


def opened(phone, visit):
    row = {"visit": visit.pk, "shown": json.loads(shown_on(phone, visit)), "at": clock.now().isoformat()}
    assert looks(phone, row).json() == {"taken": 1}


def on_the_map(address, lat):
    given = {"address": address, "lat": lat, "lon": 37.6, "precision": "house", "source": "hand", "ask_at": None}
    Place.objects.update_or_create(key=addresses.key(address), defaults=given)


def test_the_way_from_home_and_when_to_leave(phone, visit, of_egor, monday):
    on_the_map(visit.address, 55.80)
    of_egor.lat, of_egor.lon = 55.73, 37.6
    of_egor.save()
    said = page(phone, "/field/", day=monday.isoformat())
    assert re.search(r"Из дома \d+ мин, 11 км выехать до 09:[0-5][05]", said)
    carry_out.set_status(visit, "done", by=of_egor.person)
    assert "Из дома" not in page(phone, "/field/", day=monday.isoformat())


def test_what_to_bring_for_the_day_and_for_the_visit(phone, visit, measurement, olga, monday):
    VisitKind.objects.filter(pk=measurement.pk).update(bring=["Рулетка", "Уровень"])
    change.change(visit, address=visit.address, wishes="", brief="Ключ у консьержа", by=olga)
    for said in (page(phone, "/field/", day=monday.isoformat()), page(phone, own(visit))):
        assert "Рулетка Уровень" in said
        assert "Ключ у консьержа" in said
    assert "Взять с собой на день" not in page(phone, "/field/")


def test_whoever_installs_sees_what_was_measured(enter, boris, visit, deal, installation, hour, egor, olga):
    form = FormKind.objects.get(code="measurement")
    sheets.save(visit, sheets.Sent(form, 1, [added("row-1", **WHOLE), added("row-2", **WHOLE)], uuid4()), by=egor)
    made = booking.book(deal, installation, boris.resource, hour(8, days=14), request_id=uuid4(), by=olga)
    crew = enter(boris)
    day = clock.local(made.starts_at).date().isoformat()
    for said in (page(crew, "/field/", day=day), page(crew, own(made))):
        assert "Проёмы: 2 замер не завершён 1. Окно: 1200 × 1400 мм" in said
        assert "Сергей Зайцев" in said


def test_new_until_opened_and_marked_when_it_changes(phone, visit, of_egor, olga, hour, monday):
    day = {"day": monday.isoformat()}
    assert "новый" in page(phone, "/field/", **day)
    opened(phone, visit)
    assert "новый" not in page(phone, "/field/", **day)
    booking.move(visit, hour(14), of_egor, reason="позже", by=olga)
    assert _marks(phone, day) == ["Время"]
    assert "14:00–15:" in page(phone, own(visit)).partition("Изменилось с прошлого просмотра")[2]
    opened(phone, visit)
    assert _marks(phone, day) == []
    assert "Изменилось с прошлого просмотра" in page(phone, own(visit)), "he may be reading it still"


def _marks(phone, day):
    (stop,) = phone.get("/field/", day).context["stops"]
    return list(stop.told.marks)


def test_what_is_gone_is_said_until_he_has_seen_it(phone, visit, olga, monday):
    opened(phone, visit)
    booking.cancel(visit, reason="передумали", by=olga)
    said = page(phone, "/field/", day=monday.isoformat())
    assert "отменён: передумали" in said
    assert phone.post(own(visit) + "look/", {"shown": "{}"}).status_code == 302
    assert "отменён" not in page(phone, "/field/", day=monday.isoformat())
    assert not Look.objects.exists()


def test_nobody_looks_at_visits_that_were_never_his(enter, ilya, visit):
    row = {"visit": visit.pk, "shown": {}, "at": clock.now().isoformat()}
    assert looks(enter(ilya), row).json() == {"taken": 0}
    assert enter(ilya).post(own(visit) + "look/", {"shown": "{}"}).status_code == 404


@pytest.mark.parametrize(
    "row",
    [
        {"visit": "x"},
        {},
        {"visit": 10**30},
        {"visit": -1, "shown": {}, "at": "now"},
        [],
        "text",
    ],
)
def test_one_that_says_nothing_does_not_keep_the_others(phone, visit, row):
    good = {"visit": visit.pk, "shown": json.loads(shown_on(phone, visit)), "at": clock.now().isoformat()}
    assert looks(phone, row, {**good, "at": "yesterday"}, {**good, "shown": 7}, good).json() == {"taken": 1}


@pytest.mark.parametrize("body", ["", "{", "[]", '{"looks": 5}', json.dumps({"looks": [{}] * 201}), "[" * 9999])
def test_nonsense_is_answered_in_words(phone, body):
    answer = phone.post("/field/looks/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["words"]


def test_an_unreadable_form_is_said(phone, visit):
    assert phone.post(own(visit) + "look/", {"shown": "{"}).status_code == 400
    assert phone.post(own(visit) + "look/", {"shown": '{"address": 5}'}).status_code == 400


def test_the_week_has_all_days(phone, visit, of_egor, measurement, hour, olga, monday):
    today = clock.today()
    said = phone.get("/field/week/")
    assert [one.day for one in said.context["days"]] == [today + timedelta(days=number) for number in range(7)]
    within = [one for one in said.context["days"] if one.day == monday]
    assert [len(one.lines) for one in within] == ([1] if within else [])


def test_many_visits_cost_as_many_questions_as_one(phone, visit, measurement, of_egor, hour, olga, monday, new_deal):
    of_egor.lat, of_egor.lon = 55.73, 37.6
    of_egor.save()
    on_the_map(visit.address, 55.80)
    on_the_map(FAR, 55.95)
    with_one = {address: _asked(phone, address) for address in _pages(visit, monday)}
    for at in (9, 12, 14, 15, 16, 17):
        other = booking.book(
            new_deal(f"{at}"), measurement, of_egor, hour(at), request_id=uuid4(), by=olga, address=FAR
        )
        history.note(other.client_id, "Заметка", deal_id=other.deal_id, by=olga)
    assert {address: _asked(phone, address) for address in _pages(visit, monday)} == with_one


def _pages(visit, monday):
    return (f"/field/?day={monday.isoformat()}", "/field/week/", own(visit), "/field/ahead/")


def _asked(phone, address):
    with CaptureQueriesContext(connection) as found:
        assert phone.get(address).status_code == 200
    return len(found)


def test_a_page_is_as_old_as_the_first_question_that_it_asked(phone, visit):
    """What a phone sends while it is being drawn may be missing in it."""
    asked = []
    with connection.execute_wrapper(lambda run, *given: (asked.append(clock.now()), run(*given))[1]):
        page = phone.get(f"/field/visits/{visit.pk}/").content.decode()
    assert datetime.fromisoformat(re.search(r'data-drawn="([^"]+)"', page)[1]) <= asked[0]


def test_what_was_before(phone, visit, of_egor, of_ilya, measurement, hour, olga, egor, ilya, mikhail, deal):
    history.note(visit.client_id, "Клиентка просила звонить после шести", deal_id=deal.pk, by=olga)
    tasks.plan(deal, "Прислать расчёт", due_at=clock.now() + timedelta(days=1), person=mikhail, by=olga)
    later = booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    findings.report(visit, "Откосы сырые", by=egor)
    findings.add_photo(visit, picture(), request_id=uuid4(), by=egor)
    carry_out.set_status(visit, "done", by=egor)
    said = page(phone, own(later))
    before = said.partition("Что было раньше")[2]
    assert "Откосы сырые" in before
    assert "Клиентка просила звонить после шести" in before
    assert "Прислать расчёт" in before
    assert "между" not in before
    assert re.search(r"Клиенту обещано с 14:00 до 16:00", before)
    assert phone.get(own(later)).context["before"].visits[0].photos


def test_whoever_comes_later_sees_what_was_drawn_on_the_photos(
    phone, visit, of_egor, measurement, hour, olga, egor, deal
):
    def asked():
        with CaptureQueriesContext(connection) as asking:
            earlier = phone.get(own(later)).context["before"].visits[0]
        return [json.loads(one.drawing) if one.drawing else None for one in earlier.photos], len(asking)

    def kept():
        pages = phone.get("/field/ahead/").json()["pages"]
        return {one["url"]: one["mark"] for one in pages}[own(later)]

    later = booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    photos = [findings.add_photo(visit, picture(), request_id=uuid4(), by=egor)]
    carry_out.set_status(visit, "done", by=egor)
    once, mark = asked(), kept()
    assert once[0] == [None]
    drawings.draw(photos[0], {**SIZE, "shapes": [PEN]}, by=egor)
    assert kept() != mark
    photos += [findings.add_photo(visit, picture(), request_id=uuid4(), by=egor) for _more in range(3)]
    assert asked() == ([{"number": 1, **SIZE, "shapes": [PEN]}, None, None, None], once[1])
    assert phone.get(own(later)).content.decode().count("data-large") == 4


def test_what_is_read_on_the_way_stands_first_until_the_work_begins(phone, visit, measurement, egor, anna):
    checklist.change(measurement, [{"ru": "Бахилы надеты"}], by=anna)
    before = phone.get(own(visit)).content.decode()
    assert before.index("data-known") < before.index("data-on-site")
    assert before.count('data-open-while="planned on_way" open') == 2
    carry_out.set_status(visit, "started", by=egor)
    at_work = phone.get(own(visit)).content.decode()
    assert at_work.index("data-on-site") < at_work.index("data-known")
    assert re.findall(r'data-open-while="([^"]*)" open', at_work) == ["started"]


def test_what_nothing_came_of_says_why(phone, visit, of_egor, measurement, hour, olga, egor, deal, monkeypatch):
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(10, 20))
    later = booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    not_done.say(visit, NotDoneReason.objects.get(code="nobody_there"), "звонил трижды", by=egor)
    assert "Никого нет дома: звонил трижды" in page(phone, own(later)).partition("Что было раньше")[2]


def test_nothing_of_deals_that_he_does_not_go_to(phone, visit, vera, measurement, of_ilya, hour, olga, ilya):
    """The same client is measured by Ilya for another deal, with notes that are not Egor's business."""
    other = opening.open_deal(vera, by=olga)
    theirs = booking.book(other, measurement, of_ilya, hour(12), request_id=uuid4(), by=olga)
    history.note(vera.pk, "Спор о скидке", deal_id=other.pk, by=olga)
    history.note(vera.pk, "Без сделки", deal_id=None, by=olga)
    findings.report(theirs, "Чужой замер", by=ilya)
    carry_out.set_status(theirs, "done", by=ilya)
    said = page(phone, own(visit))
    assert not any(word in said for word in ("Спор о скидке", "Без сделки", "Чужой замер"))


def test_only_a_few_lines_stand_there_at_once(phone, visit, deal, olga):
    for number in range(6):
        history.note(visit.client_id, f"Заметка {number}", deal_id=deal.pk, by=olga)
    before = phone.get(own(visit)).context["before"]
    assert ([str(one.text) for one in before.first], len(before.rest)) == (["Заметка 5", "Заметка 4", "Заметка 3"], 3)
