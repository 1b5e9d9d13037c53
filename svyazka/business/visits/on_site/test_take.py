from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.models import Entry
from svyazka.business.visits import booking, findings
from svyazka.business.visits.models import Action, Visit, VisitPhoto
from svyazka.business.visits.on_site import kinds, take
from svyazka.business.visits.on_site.conftest import Phone, picture
from svyazka.kit import clock


def test_a_day_without_signal_arrives_in_order_and_at_its_time(phone, visit, egor):
    now = clock.now()
    Visit.objects.filter(pk=visit.pk).update(created_at=now - timedelta(days=1))
    for minutes, status in ((180, "on_way"), (150, "started"), (60, "done")):
        phone.put("status", {"status": status}, at=now - timedelta(minutes=minutes))
    phone.put("note", {"text": "Два окна"}, at=now - timedelta(minutes=50))
    plain = picture()
    phone.put("photo", file=plain, at=now - timedelta(minutes=40))
    told = phone.send_all()
    assert [one["outcome"] for one in told] == ["done"] * 5
    visit.refresh_from_db()
    assert (visit.status, visit.report) == ("done", "Два окна")
    kept = VisitPhoto.objects.get()
    assert (kept.file.read(), told[-1]["answer"]) == (plain, {"photo": kept.pk})
    assert kept.at == now - timedelta(minutes=40)
    happened = Interaction.objects.filter(data__event__in=["on_way", "started", "done", "reported", "photos"])
    minutes_ago = [round((now - one.at).total_seconds() / 60) for one in happened.order_by("at")]
    assert minutes_ago == [180, 150, 60, 50, 40]


def test_a_repeat_is_told_what_the_first_time_was_told(phone, visit):
    phone.put("status", {"status": "on_way"})
    phone.put("status", {"status": "nonsense"})
    first = phone.send(hears=False)
    entries = Entry.objects.count()
    assert phone.send() == first
    assert [one["outcome"] for one in first] == ["done", "refused"]
    assert (Entry.objects.count(), Action.objects.count(), phone.queue) == (entries, 2, [])


def test_an_action_of_another_person_is_not_told_nor_taken(phone, visit, ilya, egor):
    mine = phone.put("status", {"status": "on_way"})
    phone.send(hears=False)
    (sent, _file), *_rest = phone.queue
    (told,) = take.take_all([sent], by=ilya, clock_of_phone=clock.now())
    assert (told["outcome"], told["answer"]) == ("refused", {})
    assert Action.objects.get(pk=mine).person == egor


def test_whoever_never_had_the_visit_gets_nothing_of_it(ilya, visit):
    stranger = Phone(ilya, visit)
    stranger.put("note", {"text": "чужое"}, seen={"hand": "made up"})
    (told,) = stranger.send()
    assert (told["outcome"], Action.objects.count()) == ("refused", 0)


def test_what_cannot_be_taken_now_holds_up_its_visit_and_no_other(
    phone, egor, visit, measurement, of_egor, hour, olga, monkeypatch
):
    other = booking.book(visit.deal, measurement, of_egor, hour(14), request_id=uuid4(), by=olga)
    beside_it = Phone(egor, other)
    phone.put("note", {"text": "первое"})
    phone.put("delay", {"minutes": "20"})
    beside_it.put("delay", {"minutes": 40})
    sent = [one for one, _file in [*phone.queue, *beside_it.queue]]

    def stuck(action, visit, by):
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as patched:
        note = kinds.Kind("note", "", stuck, str)
        patched.setitem(kinds._all(), "note", note)
        told = take.take_all(sent, by=egor, clock_of_phone=clock.now())
    assert [one["outcome"] for one in told] == ["again", "again", "done"]
    assert [one["outcome"] for one in phone.send()] == ["done", "done"]
    visit.refresh_from_db()
    assert (visit.report, visit.late_minutes) == ("первое", 20)


@pytest.mark.parametrize("off", [timedelta(hours=-5), timedelta(hours=3), timedelta(days=-400)])
def test_a_wrong_clock_is_set_right_by_what_it_is_off(phone, visit, off):
    now = clock.now()
    Visit.objects.filter(pk=visit.pk).update(created_at=now - timedelta(days=1))
    phone.put("status", {"status": "on_way"}, at=now + off - timedelta(minutes=30))
    phone.send(ahead=off)
    assert abs(Action.objects.get().happened_at - (now - timedelta(minutes=30))) < timedelta(seconds=30)


def test_nothing_happened_in_the_future_nor_before_the_visit_was_booked(phone, visit):
    now = clock.now()
    phone.put("note", {"text": "раньше"}, at=now - timedelta(days=30))
    phone.put("note", {"text": "позже"}, at=now + timedelta(days=30))
    phone.send()
    first, second = Action.objects.order_by("number")
    assert (first.happened_at, second.happened_at <= clock.now()) == (visit.created_at, True)


def test_who_set_out_hours_ago_is_not_announced_to_the_client_now(phone, visit):
    Visit.objects.filter(pk=visit.pk).update(created_at=clock.now() - timedelta(days=1))
    phone.put("status", {"status": "on_way"}, at=clock.now() - timedelta(hours=2))
    phone.send()
    assert visit.words.filter(what="on_the_way").count() == 0
    other = clock.now()
    visit.refresh_from_db()
    assert (visit.status, visit.arrives_at, visit.status_since < other) == ("on_way", None, True)


def test_a_photo_that_is_none_is_refused_in_words_also_of_a_cancelled_visit(phone, visit, dina):
    phone.put("photo", file=b"no photo")
    (told,) = phone.send()
    booking.cancel(visit, reason="передумали", by=dina)
    phone.put("photo", file=b"no photo")
    (again,) = phone.send()
    assert (told["outcome"], again["outcome"]) == ("refused", "refused")
    assert told["words"] == again["words"] != ""


def test_what_was_refused_is_tried_once_more_only_when_somebody_asks_for_it(phone, visit, egor):
    phone.put("report_of_tomorrow")
    (sent, _file), *_others = phone.queue
    assert [one["outcome"] for one in phone.send()] == ["refused"]
    right = replace(sent, kind="note", data={"text": "Два окна"})
    for wanted, expected in ((right, "refused"), (replace(right, again=True), "done"), (right, "done")):
        (told,) = take.take_all([wanted], by=egor, clock_of_phone=clock.now())
        assert told["outcome"] == expected
    visit.refresh_from_db()
    assert visit.report == "Два окна"


def test_a_mistake_of_ours_is_kept_on_the_phone(phone, monkeypatch):
    def falls(_action, _visit, _by):
        raise ZeroDivisionError

    broken = kinds.Kind("broken", "Broken", falls, lambda _action: "")
    real = kinds.of
    monkeypatch.setattr(kinds, "of", lambda kind: broken if kind == "broken" else real(kind))
    phone.put("broken")
    phone.put("note", {"text": "waits for it"})
    assert [one["outcome"] for one in phone.send()] == ["again", "again"]


def test_a_photo_that_was_taken_by_mistake_goes_by_the_number_of_its_action(phone, visit):
    taken = phone.put("photo", file=picture())
    phone.put("photo_removal", {"photo": str(taken)})
    assert [one["outcome"] for one in phone.send_all()] == ["done", "done"]
    assert VisitPhoto.objects.count() == 0


def test_a_picture_with_a_place_in_it_is_cleaned(phone, visit):
    written = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Phone"
    Image.new("RGB", (60, 40)).save(written, "JPEG", exif=exif)
    phone.put("photo", file=written.getvalue())
    phone.send()
    kept = VisitPhoto.objects.get().file.read()
    assert kept != written.getvalue()
    assert b"Exif" not in kept


def test_the_page_makes_pictures_that_stay_as_they_are():
    plain = picture()
    assert findings.clean(BytesIO(plain)) == plain
    assert findings.clean(BytesIO(plain + b"hidden")) != plain + b"hidden"
    assert findings.clean(BytesIO(_large())) != _large()


def _large():
    written = BytesIO()
    Image.new("RGB", (2400, 40)).save(written, "JPEG")
    return written.getvalue()


def _costs(phone, put, number):
    """Statements for so many actions of one kind."""
    for _each in range(number):
        put(phone)
    with CaptureQueriesContext(connection) as asked:
        assert {one["outcome"] for one in phone.send()} == {"done"}
    return len(asked)


@pytest.mark.parametrize(
    ("first", "more", "put"),
    [
        (10, 6, lambda phone: phone.put("note", {"text": uuid4().hex})),
        (13, 9, lambda phone: phone.put("photo", file=picture())),
        (6, 5, lambda phone: phone.put("status", {"status": "on_way"})),
    ],
    ids=["note", "photo", "the same status"],
)
def test_the_thirtieth_action_costs_as_many_questions_as_the_second(phone, visit, first, more, put):
    """The visit is held once for all that comes together."""
    _costs(phone, put, 1)
    one, two, thirty = (_costs(phone, put, number) for number in (1, 2, 30))
    assert (one <= first, two - one <= more, thirty - one) == (True, True, 29 * (two - one)), (one, two)


def test_what_stands_before_a_mistake_of_ours_counts_once(phone, visit, monkeypatch):
    """All of it was in one transaction with the mistake."""

    def falls(_action, current, by):
        findings.report(current, "half", by=by, is_held=True)
        raise ZeroDivisionError

    phone.put("note", {"text": "Два окна"})
    phone.put("photo", file=picture())
    phone.put("delay", {"minutes": 20})
    phone.put("note", {"text": "last"})
    with monkeypatch.context() as patched:
        patched.setitem(kinds._all(), "delay", kinds.Kind("delay", "", falls, str))
        told = phone.send()
    visit.refresh_from_db()
    assert [one["outcome"] for one in told] == ["done", "done", "again", "again"]
    assert (visit.report, VisitPhoto.objects.count(), Action.objects.count()) == ("Два окна", 1, 2)
    assert Entry.objects.filter(verb="visits.reported").count() == 1
    assert [one["outcome"] for one in phone.send()] == ["done", "done"]
    visit.refresh_from_db()
    assert (visit.report, visit.late_minutes) == ("last", 20)


def test_what_the_office_wrote_between_two_notes_is_not_lost(phone, visit, olga):
    """Also where both come at once, with something between them that reads the visit anew."""
    phone.put("note", {"text": "Два окна"})
    phone.send()
    findings.report(visit, "Позвонить соседям", by=olga)
    phone.put("note", {"text": "Три окна"})
    phone.put("status", {"status": "on_way"})
    phone.put("note", {"text": "Четыре окна"})
    assert [one["outcome"] for one in phone.send()] == ["beside", "done", "beside"]
    visit.refresh_from_db()
    assert visit.report == "Позвонить соседям"
