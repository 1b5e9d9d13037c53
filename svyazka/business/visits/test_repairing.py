"""Ways out of a plan that does not hold any more: what they would change, what they do, and how they are undone."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import ContactPoint, Interaction
from svyazka.business.conversations.models import MailServer
from svyazka.business.deals import opening
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.notices.models import Notice
from svyazka.business.visits import absences, booking, locking, promises, repairing, ways_out
from svyazka.business.visits.models import Booking, ClientWord, Repair, Resource, Visit, Waiting
from svyazka.kit.refusals import Refused


@pytest.fixture
def book(vera, measurement, olga):
    """A measurement of a deal of its own."""

    def booked(resource, at, kind=measurement):
        deal = opening.open_deal(vera, by=olga)
        deal = facts.change(deal, {"address": "Москва, Тверская, 1"}, by=olga)
        return booking.book(deal, kind, resource, at, request_id=uuid4(), by=olga)

    return booked


@pytest.fixture
def ill(of_egor, hour, roza):
    return lambda: absences.absent(of_egor, hour(0), hour(0, days=1), note="болеет", by=roza, leaving=True)


def first_way(resource=None):
    return ways_out.find(ways_out.trouble(resource))[0]


def test_where_the_plan_holds_there_is_nothing_to_do(book, of_egor, hour):
    book(of_egor, hour(12))
    assert not ways_out.trouble()


def test_another_comes_within_what_the_client_was_told(book, ill, of_egor, of_ilya, hour):
    visit = book(of_egor, hour(12))
    ill()
    way = first_way()
    (step,) = way.steps
    assert (step.visit, step.resource, step.tells_client) == (visit, of_ilya, False)
    assert promises.holds(hour(12), step.starts_at)
    assert (len(way.handed_over), way.lost, way.to_tell) == (1, [], [])


def test_nothing_is_stored_before_it_is_taken(book, ill, of_egor, hour):
    visit = book(of_egor, hour(12))
    ill()
    before = list(Booking.objects.order_by("pk").values_list("pk", "resource_id", "during"))
    first_way()
    visit.refresh_from_db()
    assert visit.is_orphaned
    assert list(Booking.objects.order_by("pk").values_list("pk", "resource_id", "during")) == before


def test_it_is_done_as_it_was_shown_and_everybody_hears_once(book, ill, of_egor, of_ilya, hour, dina, ilya, egor):
    visits = [book(of_egor, hour(12)), book(of_egor, hour(15))]
    ill()
    way = first_way()
    outcome = repairing.take(way.steps, by=dina)
    assert (sorted(one.pk for one in outcome.done), outcome.left) == ([one.pk for one in visits], [])
    for visit in visits:
        visit.refresh_from_db()
        assert (visit.resource, visit.is_orphaned, visit.moves) == (of_ilya, False, 0)
    for person in (ilya, egor):
        (notice,) = Notice.objects.filter(kind="visit.day_changed", person=person)
        assert notice.data["count"] == 2
    assert not Task.objects.filter(kind="call", what__startswith="Сообщить клиенту").exists()
    assert not ways_out.trouble()


def test_whoever_is_told_another_time_is_rung(book, ill, of_egor, of_ilya, hour, dina):
    """Ilya has the whole Monday full: it goes to another day."""
    visit = book(of_egor, hour(12))
    Resource.objects.filter(pk=of_ilya.pk).update(hours={"1": [["09:00", "19:00"]]})
    ill()
    way = first_way()
    (step,) = way.to_tell
    repairing.take(way.steps, by=dina)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.moves) == (step.starts_at, 1)
    assert visit.starts_at >= hour(0, days=1)
    assert Task.objects.filter(kind="call", what__startswith="Сообщить клиенту: ").count() == 1


def test_what_is_locked_is_left_to_people(book, ill, of_egor, hour, dina):
    locking.lock(book(of_egor, hour(12)), why="клиент ждёт именно его", by=dina)
    ill()
    assert len(ways_out.trouble().orphans) == ways_out.number() == 1
    assert ways_out.find(ways_out.trouble()) == []


def test_undone_the_client_hears_once_more_where_he_had_been_told(book, ill, of_egor, of_ilya, hour, dina):
    visit = book(of_egor, hour(12))
    Resource.objects.filter(pk=of_ilya.pk).update(hours={"1": [["09:00", "19:00"]]})
    away = ill()
    outcome = repairing.take(first_way().steps, by=dina)
    absences.back(away, by=dina)
    repairing.undo(outcome.repair, by=dina)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.moves) == (hour(12), 0)
    told = Task.objects.filter(kind="call", what__startswith="Сообщить клиенту: ", deal=visit.deal)
    assert (told.filter(done_at=None).count(), told.count()) == (1, 2)


def test_nobody_who_could_come_leaves_a_task_of_ringing(book, ill, of_egor, of_ilya, hour, dina):
    visit = book(of_egor, hour(12))
    Resource.objects.filter(pk__in=[of_ilya.pk, of_egor.pk]).update(hours={"0": [["09:00", "19:00"]]})
    Resource.objects.filter(pk=of_ilya.pk).update(skills=[])
    ill()
    way = first_way()
    assert [step.visit for step in way.lost] == [visit]
    outcome = repairing.take(way.steps, by=dina)
    assert (outcome.done, [why for _visit, why in outcome.left]) == ([], ["приехать некому"])
    assert Visit.objects.get().is_orphaned
    assert Task.objects.filter(what__startswith="Некому приехать", kind="call").count() == 1


def test_to_whom_nobody_can_come_waits_first_in_line_if_one_wants_that(book, ill, of_egor, of_ilya, hour, dina):
    visit = book(of_egor, hour(12))
    Resource.objects.filter(pk__in=[of_ilya.pk, of_egor.pk]).update(hours={"0": [["09:00", "19:00"]]})
    Resource.objects.filter(pk=of_ilya.pk).update(skills=[])
    ill()
    outcome = repairing.take(first_way().steps, to_wait=True, by=dina)
    assert ([one.pk for one in outcome.waiting], outcome.left) == ([visit.pk], [])
    visit.refresh_from_db()
    entry = Waiting.objects.get(deal=visit.deal)
    assert (visit.status, entry.address, entry.urgency) == ("cancelled", visit.address, Waiting.Urgency.URGENT)
    rung = Task.objects.get(deal=visit.deal, done_at=None, what__startswith="Сообщить клиенту, что мы не приедем")
    assert rung.due_at is not None
    assert not ways_out.trouble()


def test_the_letter_that_calls_off_says_that_he_waits_and_is_sent_anew_each_time(
    let_wait, vera, of_egor, hour, dina, roza
):
    visit, away, repair = let_wait
    MailServer.objects.create(pk=1, host="127.0.0.1", sender="okna@example.ru")
    ContactPoint.objects.create(client=vera, kind="email", value="vera@example.ru")
    absences.back(away, by=dina)
    repairing.undo(repair, by=dina)
    absences.absent(of_egor, hour(0), hour(0, days=1), note="болеет", by=roza, leaving=True)
    again = repairing.take(first_way().steps, to_wait=True, by=dina)
    (letter,) = ClientWord.objects.filter(visit=visit, what="called_off")
    assert (letter.state, "Вы у нас в листе ожидания: как только" in letter.text) == ("waiting", True)
    ClientWord.objects.filter(pk=letter.pk).update(state="sent")
    repairing.undo(again.repair, by=dina)
    visit.refresh_from_db()
    assert ClientWord.objects.get(visit=visit, what="moved").state == "waiting"
    booking.cancel(visit, reason="Передумал", by=roza)
    other = ClientWord.objects.exclude(pk=letter.pk).get(visit=visit, what="called_off")
    assert (other.state, "листе ожидания" in other.text) == ("waiting", False)
    assert "выезд отменён. Чтобы договориться" in other.text


@pytest.fixture
def let_wait(book, ill, of_egor, of_ilya, hour, dina):
    """Nobody but Egor could come at noon, and he is ill: → the visit, his absence, the change of plan."""
    visit = book(of_egor, hour(12))
    Resource.objects.filter(pk__in=[of_ilya.pk, of_egor.pk]).update(hours={"0": [["09:00", "19:00"]]})
    Resource.objects.filter(pk=of_ilya.pk).update(skills=[])
    away = ill()
    outcome = repairing.take(first_way().steps, to_wait=True, by=dina)
    return Visit.objects.get(pk=visit.pk), away, outcome.repair


def test_undone_a_visit_that_was_called_off_stands_again_and_nobody_waits(let_wait, of_egor, hour, dina):
    visit, away, repair = let_wait
    absences.back(away, by=dina)
    outcome = repairing.undo(repair, by=dina)
    visit.refresh_from_db()
    assert ([one.pk for one in outcome.done], outcome.left) == ([visit.pk], [])
    assert (visit.status, visit.starts_at, visit.resource, visit.is_orphaned) == ("planned", hour(12), of_egor, False)
    assert [row.resource for row in visit.bookings.all()] == [of_egor]
    entry = Waiting.objects.get()
    assert (entry.state, entry.reason) == (Waiting.State.REMOVED, "Изменение плана отменено")
    steps = Task.objects.filter(deal=visit.deal, done_at=None).values_list("what", flat=True)
    assert list(steps) == [visit.deal.stage.next_step]
    assert Interaction.objects.filter(deal_id=visit.deal_id, data__event="taken_back").count() == 1


def test_undone_while_he_is_still_ill_it_lacks_him_as_before(let_wait, of_egor, dina):
    visit, _away, repair = let_wait
    assert [one.pk for one in repairing.undo(repair, by=dina).done] == [visit.pk]
    visit.refresh_from_db()
    assert (visit.status, visit.lacks, Waiting.objects.get().state) == ("planned", of_egor, Waiting.State.REMOVED)


def test_whose_time_was_taken_meanwhile_goes_on_waiting(let_wait, book, of_egor, hour, dina):
    visit, away, repair = let_wait
    absences.back(away, by=dina)
    book(of_egor, hour(12))
    outcome = repairing.undo(repair, by=dina)
    assert [(one.pk, why) for one, why in outcome.left] == [(visit.pk, "это время уже заняли")]
    visit.refresh_from_db()
    assert (visit.status, Waiting.objects.get().state) == ("cancelled", Waiting.State.OPEN)


def test_who_waits_no_more_is_not_brought_back(let_wait, measurement, of_egor, hour, dina, roza):
    visit, away, repair = let_wait
    absences.back(away, by=dina)
    booking.book(visit.deal, measurement, of_egor, hour(15), request_id=uuid4(), by=roza)
    outcome = repairing.undo(repair, by=dina)
    assert [(one.pk, why) for one, why in outcome.left] == [(visit.pk, "у клиента уже есть другой выезд")]
    assert Visit.objects.still_on().get().starts_at == hour(15)


def test_who_was_told_that_nobody_comes_hears_that_somebody_does(let_wait, dina):
    visit, away, repair = let_wait
    absences.back(away, by=dina)
    rung = Task.objects.get(deal=visit.deal, done_at=None, what__startswith="Сообщить клиенту, что мы не приедем")
    tasks.done(rung, by=dina)
    repairing.undo(repair, by=dina)
    said = ClientWord.objects.get(visit=visit, what="moved")
    assert (said.state, said.task.done_at) == (ClientWord.State.BY_HAND, None)


def test_who_had_not_been_told_yet_need_not_hear_of_it(let_wait, dina):
    visit, away, repair = let_wait
    absences.back(away, by=dina)
    repairing.undo(repair, by=dina)
    assert not ClientWord.objects.filter(visit=visit).exists()


def test_only_whoever_goes_to_that_district_comes_instead(book, ill, of_egor, of_ilya, hour):
    visit = book(of_egor, hour(12))
    Resource.objects.filter(pk=of_ilya.pk).update(territory=["Тула"])
    Resource.objects.filter(pk=of_egor.pk).update(territory=["Москва"], hours={"0": [["09:00", "19:00"]]})
    ill()
    assert [step.visit for step in first_way().lost] == [visit]
    Resource.objects.filter(pk=of_ilya.pk).update(territory=["Москва"])
    assert [step.resource for step in first_way().steps] == [of_ilya]


def test_nobody_gets_more_work_than_his_day_may_hold(book, ill, of_egor, of_ilya, hour, dina):
    visits = [book(of_egor, hour(12)), book(of_egor, hour(16))]
    minutes = int(visits[0].work.total_seconds()) // 60
    Resource.objects.filter(pk=of_ilya.pk).update(most_minutes=minutes, hours={"0": [["09:00", "19:00"]]})
    Resource.objects.filter(pk=of_egor.pk).update(hours={"0": [["09:00", "19:00"]]})
    ill()
    way = first_way()
    assert (len(way.handed_over), len(way.lost)) == (1, 1)
    assert len(repairing.take(way.steps, by=dina).done) == 1


def test_what_somebody_has_changed_meanwhile_is_left_and_said(book, ill, of_egor, of_ilya, hour, dina, roza):
    early, late = book(of_egor, hour(12)), book(of_egor, hour(15))
    ill()
    steps = first_way().steps
    booking.move(early, hour(17), of_ilya, reason="просит позже", by=roza)
    outcome = repairing.take(steps, by=dina)
    assert [one.pk for one in outcome.done] == [late.pk]
    assert [(one.pk, why) for one, why in outcome.left] == [(early.pk, "кто-то уже изменил его")]
    early.refresh_from_db()
    assert early.starts_at == hour(17)


def test_what_was_taken_meanwhile_is_left_and_the_rest_is_done(book, ill, of_egor, of_ilya, hour, dina):
    early, late = book(of_egor, hour(12)), book(of_egor, hour(17))
    ill()
    steps = first_way().steps
    taken = next(step for step in steps if step.visit.pk == early.pk)
    book(of_ilya, taken.starts_at)
    outcome = repairing.take(steps, by=dina)
    assert ([one.pk for one in outcome.done], [one.pk for one, _why in outcome.left]) == ([late.pk], [early.pk])
    early.refresh_from_db()
    assert early.is_orphaned


def test_it_is_undone_by_one_click(book, ill, of_egor, hour, dina):
    visit = book(of_egor, hour(12))
    ill()
    outcome = repairing.take(first_way().steps, by=dina)
    assert repairing.last_of() == outcome.repair
    undone = repairing.undo(outcome.repair, by=dina)
    visit.refresh_from_db()
    assert ([one.pk for one in undone.done], visit.lacks, visit.starts_at) == ([visit.pk], of_egor, hour(12))
    assert repairing.last_of() is None
    assert repairing.undo(outcome.repair, by=dina).done == []


def test_undone_after_he_is_back_he_goes_himself(book, ill, of_egor, hour, dina):
    visit = book(of_egor, hour(12))
    away = ill()
    outcome = repairing.take(first_way().steps, by=dina)
    absences.back(away, by=dina)
    repairing.undo(outcome.repair, by=dina)
    visit.refresh_from_db()
    assert (visit.resource, visit.is_orphaned) == (of_egor, False)
    assert Booking.objects.get(visit=visit).resource == of_egor


def test_what_has_changed_since_is_not_undone(book, ill, of_egor, of_ilya, hour, dina, roza):
    early, late = book(of_egor, hour(12)), book(of_egor, hour(16))
    ill()
    outcome = repairing.take(first_way().steps, by=dina)
    booking.move(early, hour(18), of_ilya, reason="просит позже", by=roza)
    undone = repairing.undo(outcome.repair, by=dina)
    assert ([one.pk for one in undone.done], [one.pk for one, _why in undone.left]) == ([late.pk], [early.pk])


def test_of_a_crew_whose_member_is_ill_the_others_go(book, installation, crew, named, hour, dina, roza):
    visit = book(crew, hour(9), installation)
    absences.absent(named("Сергей Зайцев"), hour(0), hour(0, days=1), note="болеет", by=roza, leaving=True)
    (step,) = first_way().steps
    assert (step.without, step.instead, step.moves) == (named("Сергей Зайцев"), None, False)
    outcome = repairing.take([step], by=dina)
    visit.refresh_from_db()
    assert (outcome.left, visit.is_orphaned) == ([], False)
    assert named("Сергей Зайцев").pk not in visit.bookings.values_list("resource_id", flat=True)


def test_for_a_broken_van_another_one_goes(book, installation, crew, hour, dina, roza):
    visit = book(crew, hour(9), installation)
    van = next(one.resource for one in visit.bookings.select_related("resource") if one.resource.kind == "vehicle")
    absences.absent(van, hour(0), hour(0, days=1), note="сломалась", by=roza, leaving=True)
    (step,) = first_way().steps
    assert (step.resource, step.moves) == (crew, False)
    repairing.take([step], by=dina)
    visit.refresh_from_db()
    goes = [one.resource for one in visit.bookings.select_related("resource") if one.resource.kind == "vehicle"]
    assert (visit.is_orphaned, len(goes), van in goes) == (False, 1, False)


def test_a_plan_that_is_taken_twice_is_done_once(book, ill, of_egor, hour, dina, roza):
    book(of_egor, hour(12))
    ill()
    steps = first_way().steps
    assert len(repairing.take(steps, by=dina).done) == 1
    second = repairing.take(steps, by=roza)
    assert (second.done, second.repair, len(second.left)) == ([], None, 1)


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_take_two_ways_at_once(book, ill, of_egor, hour, dina, roza):
    for at in (11, 12, 15, 17):
        book(of_egor, hour(at))
    ill()
    steps = first_way().steps
    outcomes, line = [], threading.Barrier(2)

    def take(by):
        try:
            line.wait()
            outcomes.append(repairing.take(steps, by=by))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(by,)) for by in (dina, roza)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(one.done) for one in outcomes) == [0, len([step for step in steps if step.starts_at])]
    assert Repair.objects.count() == 1


class UndoEverything(Exception):
    pass


days = st.lists(st.tuples(st.sampled_from(["Егор", "Илья"]), st.integers(0, 18)), min_size=1, max_size=6)
between = st.lists(
    st.tuples(st.sampled_from(["move", "cancel", "book"]), st.integers(0, 5), st.integers(0, 18)), max_size=3
)


@given(booked=days, between=between, undoes=st.booleans(), to_wait=st.booleans())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_between_showing_and_taking_no_rule_is_broken(
    book, ill, of_egor, of_ilya, hour, dina, booked, between, undoes, to_wait
):
    resources = {"Егор": of_egor, "Илья": of_ilya}
    try:
        with transaction.atomic():
            for who, half in booked:
                quietly(lambda who=who, half=half: book(resources[who], hour(9) + half * timedelta(minutes=30)))
            ill()
            ways = ways_out.find(ways_out.trouble())
            for verb, which, half in between:
                quietly(lambda verb=verb, which=which, half=half: meddle(verb, which, half, book, of_ilya, hour, dina))
            for way in ways:
                outcome = repairing.take(way.steps, to_wait=to_wait, by=dina)
                check(outcome)
                if undoes and outcome.repair:
                    check(repairing.undo(outcome.repair, by=dina))
            raise UndoEverything
    except UndoEverything:
        pass


def quietly(verb):
    try:
        with transaction.atomic():
            verb()
    except Refused:
        pass


def meddle(verb, which, half, book, of_ilya, hour, by):
    at = hour(10) + half * timedelta(minutes=30)
    there = list(Visit.objects.still_on().order_by("pk"))
    if verb == "book":
        book(of_ilya, at)
    elif there and verb == "move":
        booking.move(there[which % len(there)], at, of_ilya, reason="так", by=by)
    elif there:
        booking.cancel(there[which % len(there)], reason="так", by=by)


def check(outcome):
    """Everybody who goes somewhere is taken for exactly that time; whoever lacks somebody has nobody."""
    for visit in Visit.objects.still_on():
        rows = [(one.resource_id, one.during.lower, one.during.upper) for one in visit.bookings.all()]
        if visit.is_orphaned:
            assert rows == []
        else:
            assert rows == [(visit.resource_id, visit.starts_at, visit.ends_at)]
    assert len({visit.pk for visit in outcome.done} & {visit.pk for visit, _why in outcome.left}) == 0
    both = Waiting.objects.filter(state="open", deal__visits__status="planned", deal__visits__kind=F("kind"))
    assert not both.exists()
