from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.visits import booking, carry_out, checklist, findings, held, not_done
from svyazka.business.visits.models import (
    Action,
    Booking,
    HandOver,
    Mark,
    NotDone,
    PhotoDrawing,
    Presence,
    Stint,
    Tick,
    Visit,
    VisitPhoto,
)
from svyazka.business.visits.on_site import beside, in_hand, kinds, take
from svyazka.business.visits.on_site.sent import Sent
from svyazka.engines.drawings.test_read import PEN, SIZE
from svyazka.kit import clock


def picture(colour="red"):
    written = BytesIO()
    Image.new("RGB", (60, 40), colour).save(written, "JPEG", quality=90)
    return written.getvalue()


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


class Phone:
    """One browser with its queue. What it has put there it sends in order, until it hears what became of it."""

    def __init__(self, person, visit):
        self.person, self.id, self.last, self.queue = person, uuid4(), 0, []
        self.seen = in_hand.seen(visit, person)
        self.visit = visit.pk

    def put(self, kind, data=None, *, file=None, at=None, seen=None, of_visit=True):
        self.last += 1
        one = Sent(
            id=uuid4(),
            kind=kind,
            person=self.person.pk,
            visit=self.visit if of_visit else None,
            phone=self.id,
            number=self.last,
            at=at or clock.now(),
            data=data or {},
            seen=self.seen if seen is None and of_visit else seen or {},
        )
        self.queue.append((one, file))
        return one.id

    def send(self, *, most=50, ahead=timedelta(), hears=True):
        """Up to the next photo, as the page does it. → what it was told."""
        told = []
        clock_of_phone = clock.now() + ahead
        if self.queue and self.queue[0][1] is not None:
            one, file = self.queue[0]
            told = [take.take_photo(one, file, by=self.person, clock_of_phone=clock_of_phone)]
        elif self.queue:
            plain = [one for one, file in self.queue[:most] if file is None]
            cut = next((at for at, (_one, file) in enumerate(self.queue) if file is not None), len(self.queue))
            told = take.take_all(plain[:cut], by=self.person, clock_of_phone=clock_of_phone)
        if hears:
            known = {one["id"] for one in told if one["outcome"] != "again"}
            self.queue = [(one, file) for one, file in self.queue if str(one.id) not in known]
        return told

    def send_all(self):
        told = []
        while self.queue:
            told += self.send()
        return told


@pytest.fixture
def phone(egor, visit):
    return Phone(egor, visit)


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


# What the office did meanwhile: both are kept, side by side.


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
    with pytest.raises(take.Refused):
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


# Any order of losses, repeats and restarts ends in the same rows.

things = st.one_of(
    st.tuples(st.just("status"), st.sampled_from([{"status": one} for one in ("on_way", "started", "done", "x")])),
    st.tuples(st.just("taking_back"), st.sampled_from([{"from": one} for one in ("on_way", "started", "done")])),
    st.tuples(st.just("note"), st.builds(lambda text: {"text": text}, st.text("аб ", max_size=3))),
    st.tuples(st.just("delay"), st.builds(lambda n: {"minutes": n}, st.sampled_from([0, 20, 40, 9999, "x"]))),
    st.tuples(st.just("photo"), st.just({})),
    st.tuples(st.just("unheard_of"), st.just({})),
    st.tuples(st.just("break"), st.sampled_from([{}, {"over": "1"}])),
    st.tuples(st.just("tick"), st.builds(lambda on: {"point": "zamki", "on": on}, st.sampled_from("01"))),
    st.tuples(st.just("not_done"), st.sampled_from([{"reason": "nobody_there"}, {"text": "Лифт"}, {}])),
    st.tuples(st.just("taking_back"), st.just({"from": "not_done"})),
    st.tuples(
        st.just("presence"), st.builds(lambda mark: {"mark": mark}, st.sampled_from(["here", "gone", "mistake"]))
    ),
    st.tuples(st.just("hand_over"), st.just({"why": "сломалась машина"})),
    st.tuples(st.just("drawing"), st.sampled_from([{"drawing": {**SIZE, "shapes": [PEN]}}, {"drawing": {}}])),
    st.tuples(st.sampled_from(["came", "left"]), st.just({"accuracy": 20})),
    st.tuples(st.just("task"), st.just({})),
    st.tuples(st.just("absence"), st.just({"note": "болею"})),
)
OWN = ("task", "absence")  # of no visit
# What becomes of each attempt: it never gets there, its answer is lost, it comes twice, or only a part goes.
troubles = st.lists(st.sampled_from(["lost", "unheard", "twice", "part", "fine", "wakes_late"]), max_size=25)


class UndoEverything(Exception):
    pass


@pytest.fixture
def its_day(visit, measurement, anna, hour, monkeypatch):
    """It is a quarter past ten on the day of the visit, and there is a list to tick off."""
    assert checklist.change(measurement, [{"ru": "Замки"}], by=anna).checklist[0]["code"] == "zamki"
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(9, 15))


@pytest.fixture
def whom(its_day, of_egor, of_ilya, egor, olga, hour):
    """What each kind is about."""
    task = tasks.plan(None, "Сдать инструмент", due_at=hour(18), person=egor, by=olga)
    who = {"presence": {"who": str(of_egor.pk)}, "hand_over": {"taker": str(of_ilya.pk)}}
    return {**who, "task": {"task": str(task.pk)}}


@given(what=st.lists(things, min_size=1, max_size=8), trouble=troubles)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_losses_and_repeats_end_in_the_same_rows(egor, of_ilya, its_day, visit, whom, what, trouble):
    what = [(kind, {**data, **whom.get(kind, {})}) for kind, data in what]
    smooth, rough = [], []
    for rows, line in ((smooth, ["fine"]), (rough, trouble)):
        try:
            with transaction.atomic():
                rows += _play(egor, visit, what, line)
                raise UndoEverything
        except UndoEverything:
            pass
    assert rough == smooth


def _play(egor, visit, what, line):
    phone, photo = Phone(egor, visit), uuid4()
    for kind, data in what:
        given = {**data, "photo": str(photo)} if kind == "drawing" else data
        made = phone.put(kind, given, file=picture() if kind == "photo" else None, of_visit=kind not in OWN)
        photo = made if kind == "photo" else photo
    late = None
    for trouble in line:
        if trouble == "unheard":
            phone.send(hears=False)
        elif trouble == "twice":
            phone.send(hears=False)
            phone.send()
        elif trouble == "part":
            phone.send(most=1)
        elif trouble == "wakes_late" and phone.queue:
            late = phone.queue[0]
        elif trouble == "fine":
            phone.send()
    phone.send_all()
    if late:  # a request that was on its way for an hour, and of which the phone does not wait any more
        phone.queue = [late]
        phone.send()
    return _rows(visit)


def _rows(visit):
    now = Visit.objects.get(pk=visit.pk)
    rows = Action.objects.order_by("number").values_list("number", "kind", "outcome", "cause", "data")
    actions = [(*row, {**data, "photo": "photo" in data}) for *row, data in rows]
    changes = Entry.objects.filter(kind="visit", object_id=visit.pk).order_by("id").values_list("verb", flat=True)
    photos = [one.file.read() for one in VisitPhoto.objects.filter(visit=visit).order_by("pk")]
    told = [
        (one.data.get("event"), one.text, one.data.get("count")) for one in Interaction.objects.order_by("at", "id")
    ]
    return [now.status, now.report, now.late_minutes, *actions, *changes, photos, told, *_on_site(visit)]


def _on_site(visit):
    """What was done there besides."""
    yield list(PhotoDrawing.objects.order_by("photo", "number").values_list("number", "by"))
    yield list(Mark.objects.order_by("at").values_list("kind", "at"))
    yield list(Stint.objects.values_list("began_at", "ended_at", "until_break"))
    yield list(Tick.objects.values_list("point", "at"))
    yield list(Presence.objects.values_list("who", "came_at", "left_at", "with_visit"))
    yield list(HandOver.objects.values_list("taker", "state"))
    yield list(NotDone.objects.values_list("said", "at", "was"))
    yield list(Task.objects.filter(deal=None).values_list("done_at", "done_by"))
    yield [(one.resource_id, one.kind) for one in Booking.objects.order_by("resource", "during")]


def test_the_page_makes_pictures_that_stay_as_they_are():
    plain = picture()
    assert findings.clean(BytesIO(plain)) == plain
    assert findings.clean(BytesIO(plain + b"hidden")) != plain + b"hidden"
    assert findings.clean(BytesIO(_large())) != _large()


def _large():
    written = BytesIO()
    Image.new("RGB", (2400, 40)).save(written, "JPEG")
    return written.getvalue()
