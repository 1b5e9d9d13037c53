"""Missed calls are somebody's task, once, until the client is reached."""

from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent, Kind, Way
from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, FirstContact, MissedCall, RingBack, Task
from svyazka.business.deals.work import calling, first_contact, ring_backs, tasks
from svyazka.business.deals.work.calling_queue import Whose
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.notices.models import Notice
from svyazka.business.staff import absences
from svyazka.kit import clock

CODE = "asterisk/lab1"
VERA = "79161234567"


def told(events, key=""):
    arrival = Arrival(pk=7, received_at=clock.now(), account=CODE, connector="asterisk", conversation=CODE + key)
    for event in events:
        take_call([event], arrival=arrival)


def missed_call(minutes_ago, number=VERA, key="", passed_on_to=""):
    """Its events; `passed_on_to`: Olga had spoken with him and passed him on to somebody who did not answer."""
    begun, key = clock.now() - timedelta(minutes=minutes_ago), key or uuid4().hex

    def event(second, kind, leg="", extension="", **facts):
        return CallEvent(CODE, key, kind, begun + timedelta(seconds=second), leg or key, extension, **facts)

    events = [event(0, Kind.START, client_number=number, our_number="74951000200"), event(1, Kind.RING, "a", "101")]
    if passed_on_to:
        events += [
            event(2, Kind.ANSWER, "a", "101"),
            event(2, Kind.JOIN, "a", "101", bridge="b"),
            event(2, Kind.JOIN, bridge="b"),
            event(8, Kind.TRANSFER, "a", "101", to=passed_on_to, way=Way.BLIND),
            event(8, Kind.PART, "a", "101", bridge="b"),
            event(9, Kind.RING, "c", passed_on_to),
        ]
    return [*events, event(20, Kind.HANGUP)]


def answered_call(minutes_ago, number=VERA, extension="102", direction="in", key=""):
    begun, key = clock.now() - timedelta(minutes=minutes_ago), key or uuid4().hex

    def event(second, kind, leg="", phone="", **facts):
        return CallEvent(CODE, key, kind, begun + timedelta(seconds=second), leg or key, phone, **facts)

    if direction == "out":
        ring = [event(0, Kind.START, "", extension), event(1, Kind.RING, "t", client_number=number)]
        return [*ring, event(3, Kind.ANSWER, "t"), event(9, Kind.HANGUP), event(9, Kind.HANGUP, "t")]
    start = [event(0, Kind.START, client_number=number, our_number="74951000200")]
    ring = [event(1, Kind.RING, "a", extension), event(3, Kind.ANSWER, "a", extension)]
    joined = [event(3, Kind.JOIN, "a", extension, bridge="b"), event(3, Kind.JOIN, bridge="b")]
    return [*start, *ring, *joined, event(9, Kind.HANGUP)]


def of_missed_calls():
    return list(Task.objects.filter(ring_back__isnull=False).order_by("pk"))


@pytest.fixture
def deal(vera, mikhail):
    told(answered_call(600))
    found = Deal.objects.get()
    facts.appoint(found, mikhail, by=mikhail)
    return found


def test_w13_a_missed_call_is_the_task_of_whoever_looks_after_the_client(deal, mikhail):
    told(missed_call(5))
    (task,) = of_missed_calls()
    assert (task.deal_id, task.person_id, task.kind, task.done_at) == (deal.pk, mikhail.pk, "call", None)
    assert task.what.startswith("Перезвонить: 1 пропущенный звонок")
    assert timedelta(minutes=9) < task.due_at - clock.now() < timedelta(minutes=10)
    told_of = Notice.objects.get(kind="call.missed")
    assert (told_of.person_id, told_of.deal_id) == (mikhail.pk, deal.pk)
    assert len(history.waiting()) == 1, "and everybody sees the row of the queue"


def test_three_missed_calls_are_one_task(deal):
    for minutes_ago in (30, 20, 10):
        told(missed_call(minutes_ago))
    (task,) = of_missed_calls()
    assert "3 пропущенных звонка" in task.what
    assert (RingBack.objects.get().times, MissedCall.objects.count()) == (3, 3)
    deal.refresh_from_db()
    assert deal.next_step in (task.what, "Позвонить клиенту")


@pytest.mark.parametrize("direction", ["in", "out"])
def test_it_is_done_by_itself_when_anybody_reaches_him_on_any_of_his_numbers(deal, vera, oksana, direction):
    vera.contact_points.create(kind="phone", value="+79031112233")
    told(missed_call(30))
    told(answered_call(10, number="79031112233", direction=direction))
    (task,) = of_missed_calls()
    assert (task.done_by_id, task.outcome, history.waiting()) == (oksana.pk, "reached", [])
    done = RingBack.objects.get()
    assert timedelta(minutes=19) < done.reached_at - done.first_missed_at < timedelta(minutes=21)
    told(missed_call(2))
    assert [one.done_at is None for one in of_missed_calls()] == [False, True]


def test_who_was_passed_on_to_nobody_is_rung_back_by_the_one_he_was_passed_on_to(deal, oksana):
    told(missed_call(5, passed_on_to="102"))
    (task,) = of_missed_calls()
    assert task.person_id == oksana.pk


def test_of_an_absent_person_it_becomes_the_queues_and_whoever_takes_it_up_has_it(deal, mikhail, olga, oksana):
    absences.enter(mikhail, clock.now() - timedelta(hours=1), clock.now() + timedelta(days=3), by=mikhail)
    told(missed_call(5))
    (task,) = of_missed_calls()
    assert task.person_id is None
    (row,) = history.waiting()
    history.take_up(row, by=olga)
    ring_backs.taken_up(row.client_id, by=olga)
    task.refresh_from_db()
    assert task.person_id == olga.pk
    row.refresh_from_db()
    history.put_back(row, by=olga)
    ring_backs.put_back(row.client_id, by=olga)
    task.refresh_from_db()
    assert task.person_id is None


def test_at_night_it_is_due_when_somebody_could_have_done_it(deal, windows, mikhail):
    tomorrow = clock.at(clock.today() + timedelta(days=1), clock.now().time().replace(hour=10, minute=0, second=0))
    week = {str(tomorrow.weekday()): [["09:00", "18:00"]]}
    for person in windows.values():
        person.hours = week
        person.save(update_fields=["hours"])
    told(missed_call(5))
    (task,) = of_missed_calls()
    assert task.person_id is None
    assert f"{clock.local(task.due_at):%d %H:%M}" == f"{tomorrow:%d} 09:15"


def test_a_colleague_a_hidden_number_and_old_news_ask_nobody(windows, vera, egor):
    vera.contact_points.create(kind="phone", value=egor.phone)
    told(missed_call(5, number=egor.phone.lstrip("+")))
    told(missed_call(5, number=""))
    told(missed_call(60 * 30))
    assert of_missed_calls() == []
    assert Call.objects.filter(result="missed").count() == 3


def test_the_tick_by_hand_takes_the_row_out_of_the_queue_and_taken_back_the_duty_is_there_again(deal, mikhail):
    told(missed_call(5))
    (task,) = of_missed_calls()
    tasks.done(task, by=mikhail)
    assert (RingBack.objects.get().done_at is None, history.waiting()) == (False, [])
    tasks.take_back(task, by=mikhail)
    assert RingBack.objects.get().done_at is None


def test_not_reached_and_tried_again_it_is_the_same_duty(deal, mikhail):
    told(missed_call(30))
    (task,) = of_missed_calls()
    again_at = clock.now() + timedelta(minutes=30)
    follower = tasks.done(task, outcome=Task.Outcome.NOT_REACHED, again_at=again_at, by=mikhail)
    assert RingBack.objects.get().task_id == follower.pk
    told(missed_call(20))
    follower.refresh_from_db()
    assert (follower.done_at, RingBack.objects.get().times) == (None, 2)
    told(answered_call(10))
    follower.refresh_from_db()
    assert follower.done_at


def test_who_is_just_ringing_through_his_list_says_himself_what_came_of_it(deal, mikhail):
    Task.objects.all().delete()
    told(missed_call(30))
    (task,) = of_missed_calls()
    Task.objects.update(due_at=clock.now() - timedelta(minutes=1))
    mikhail.extension = "109"
    mikhail.save()
    assert calling.take_next(mikhail, Whose()) == task.pk
    told(answered_call(1, extension="109", direction="out"))
    task.refresh_from_db()
    assert task.done_at is None
    step = calling.Step("Отправить договор", clock.now() + timedelta(days=1), Task.Kind.OTHER)
    calling.finish(task, outcome=Task.Outcome.REACHED, step=step, by=mikhail)
    assert RingBack.objects.get().done_at


def test_the_task_of_a_deal_that_is_closed_is_no_duty_any_more(deal):
    told(missed_call(30))
    Deal.objects.filter(pk=deal.pk).update(closed_at=clock.now())
    told(missed_call(10))
    assert Deal.objects.filter(closed_at=None).count() == 1
    assert [one.done_at is None for one in RingBack.objects.order_by("pk")] == [False, True]


def test_the_first_contact_is_kept_and_no_later_one_overwrites_it(vera, oksana):
    told(missed_call(30))
    told(answered_call(10))
    kept = FirstContact.objects.get()
    waited = kept.reached_at - kept.asked_at
    assert timedelta(minutes=20) <= waited < timedelta(minutes=21)
    assert kept.person_id == oksana.pk
    told(answered_call(5))
    assert FirstContact.objects.get().reached_at == kept.reached_at
    found = first_contact.figures(clock.now() - timedelta(days=1), clock.now())
    assert (found.reached, found.usually, found.rung_back) == (1, waited, 1)
    assert [(one.words["ru"], one.reached) for one in found.by_source] == [("Телефон из рекламы", 1)]


def test_a_call_missed_before_the_client_was_reached_and_heard_of_late_takes_no_later_one_out_of_the_queue(vera):
    early, late = missed_call(30, key="early"), missed_call(10, key="late")
    told([*early[:-1], *answered_call(20), *late])
    told(early[-1:])
    assert [happened.data["call"] for happened in history.waiting()] == [Call.objects.get(key="late").pk]


STORY = st.lists(st.sampled_from(["missed", "answered", "rung"]), min_size=1, max_size=3)
_NUMBERS = count(1)


@given(story=STORY, data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_and_however_often_one_who_was_not_reached_since_has_one_task(vera, mikhail, story, data):
    Task.objects.all().delete()
    Deal.objects.all().delete()
    Interaction.objects.all().delete()
    Call.objects.all().delete()
    made = {
        "missed": missed_call,
        "answered": answered_call,
        "rung": lambda ago, key: answered_call(ago, direction="out", key=key),
    }
    told(missed_call(500, key=f"first{next(_NUMBERS)}"))
    calls = [made[kind](100 - 10 * at, key=f"{kind}{next(_NUMBERS)}") for at, kind in enumerate(story)]
    events = [event for call in calls for event in call]
    told(data.draw(st.permutations(events)))
    told(data.draw(st.lists(st.sampled_from(events), max_size=6)))
    still_open = Task.objects.filter(ring_back__isnull=False, done_at=None).count()
    assert still_open == RingBack.objects.filter(done_at=None).count() == int(story[-1] == "missed")
    assert bool(history.waiting()) == (story[-1] == "missed")
    assert Call.objects.count() == 1 + len(story)
