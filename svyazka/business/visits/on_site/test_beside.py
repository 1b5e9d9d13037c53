"""What the office did meanwhile: both are kept, side by side."""

from __future__ import annotations

from datetime import datetime

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.visits import booking, carry_out, findings, held, not_done
from svyazka.business.visits.models import Action, NotDone, Visit, VisitPhoto
from svyazka.business.visits.on_site import beside
from svyazka.business.visits.on_site.conftest import Phone, picture
from svyazka.kit.refusals import Refused


def test_a_cancelled_visit_keeps_all_that_was_done_and_the_office_takes_it(phone, visit, egor, dina):
    booking.cancel(visit, reason="передумали", by=dina)
    plain = picture()
    phone.put("status", {"status": "on_way"})
    phone.put("status", {"status": "started"})
    phone.put("status", {"status": "done"})
    phone.put("note", {"text": "Замерил"})
    phone.put("photo", file=plain)
    told = phone.send_all()
    assert {one["outcome"] for one in told} == {"beside"}
    visit.refresh_from_db()
    assert (visit.status, visit.report, VisitPhoto.objects.count()) == ("cancelled", "", 0)
    assert Action.objects.get(kind="photo").file.read() == plain
    (notice,) = Notice.objects.filter(kind="visit.set_beside", person=dina)
    assert notice.data["cause"] == "cancelled"
    with pytest.raises(Refused):
        beside.take(visit, egor, by=egor)
    beside.take(visit, egor, by=dina)
    visit.refresh_from_db()
    assert (visit.status, visit.report) == ("done", "Замерил")
    assert VisitPhoto.objects.get().file.read() == plain
    assert not beside.list_open().exists()


def test_what_is_left_as_the_office_has_it_stays_readable(phone, visit, egor, dina):
    booking.cancel(visit, reason="передумали", by=dina)
    phone.put("note", {"text": "Замерил"})
    phone.put("photo", file=picture())
    phone.send_all()
    beside.leave(visit, egor, by=dina)
    visit.refresh_from_db()
    note = Action.objects.get(kind="note")
    assert (visit.report, note.data["text"], note.decision, note.decided_by) == ("", "Замерил", "left", dina)
    assert Action.objects.get(kind="photo").file.read() == picture()
    entry = Entry.objects.get(verb="visits.beside_decided")
    assert (entry.by_id, entry.changes) == (dina.pk, {"beside": [None, "left"]})


def test_a_picture_is_read_before_anything_is_held(phone, visit, dina, monkeypatch):
    booking.cancel(visit, reason="передумали", by=dina)
    order, clean, hold = [], findings.clean, held.hold_deal_of
    monkeypatch.setattr(findings, "clean", lambda file: (order.append("read"), clean(file))[1])
    monkeypatch.setattr(held, "hold_deal_of", lambda visit: (order.append("held"), hold(visit))[1])
    phone.put("photo", file=picture())
    assert [one["outcome"] for one in phone.send()] == ["beside"]
    assert order == ["read", "held"]


def test_done_here_and_could_not_be_done_there_is_for_somebody_to_decide(phone, visit, egor, dina, hour, monkeypatch):
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(11))
    carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    not_done.say(visit, None, "Никого нет", by=egor)
    phone.put("status", {"status": "done"})
    assert [one["outcome"] for one in phone.send()] == ["beside"]
    assert Action.objects.get().theirs == {"text": "не состоялся: Никого нет"}
    beside.take(visit, egor, by=dina)
    visit.refresh_from_db()
    assert (visit.status, NotDone.objects.count()) == ("done", 0)


def test_a_visit_given_to_another_is_decided_by_the_office(phone, visit, egor, of_ilya, hour, dina):
    booking.move(visit, hour(10), of_ilya, reason="замена", by=dina)
    phone.put("status", {"status": "done"})
    (told,) = phone.send()
    assert told["outcome"] == "beside"
    assert Action.objects.get().cause == "given"
    beside.take(visit, egor, by=dina)
    visit.refresh_from_db()
    assert visit.status == "done"


def test_a_moved_visit_keeps_its_note_and_asks_about_the_status(phone, visit, egor, of_egor, hour, dina):
    booking.move(visit, hour(15), of_egor, reason="позже", by=dina)
    phone.put("status", {"status": "started"})
    phone.put("note", {"text": "Два окна"})
    assert [one["outcome"] for one in phone.send()] == ["beside", "done"]
    action = Action.objects.get(kind="status")
    assert (action.cause, datetime.fromisoformat(action.theirs["starts_at"])) == ("moved", hour(15))
    beside.take(visit, egor, by=egor)
    visit.refresh_from_db()
    assert visit.status == "started"


def test_two_phones_on_one_note_lose_nothing(phone, visit, egor):
    second = Phone(egor, visit)
    phone.put("note", {"text": "первый"})
    phone.put("note", {"text": "первый, дополнен"})
    second.put("note", {"text": "второй"})
    assert [one["outcome"] for one in phone.send()] == ["done", "done"]
    assert [one["outcome"] for one in second.send()] == ["beside"]
    action = Action.objects.get(outcome="beside")
    assert (action.cause, action.theirs, action.data) == ("changed", {"text": "первый, дополнен"}, {"text": "второй"})
    beside.take(visit, egor, by=egor)
    visit.refresh_from_db()
    assert visit.report == "второй"
    entries = Entry.objects.filter(verb="visits.reported").values_list("changes", flat=True)
    assert ["первый, дополнен", "второй"] in [one["report"] for one in entries]
