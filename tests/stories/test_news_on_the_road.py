"""A change of today reaches whoever goes there: on his phone, in his messenger, and at last somebody rings."""

# ruff: noqa: F811
from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY

from svyazka.business.deals.models import Task
from svyazka.business.notices import devices, reading, sending
from svyazka.business.notices.models import Chat, Device, Notice, Outgoing
from svyazka.business.staff.models import Session
from svyazka.business.staff.sessions import SessionStore
from svyazka.business.visits import booking
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, visit  # noqa: F401
from svyazka.business.visits.models import Asked, RoadNews
from svyazka.business.visits.road import follow_up
from svyazka.business.visits.road import sending as road
from svyazka.business.visits.road.conftest import at, morning  # noqa: F401
from svyazka.business.visits.road.told import of_visit
from svyazka.connectors.web_push.conftest import push_service  # noqa: F401
from svyazka.workplaces.shared import push


@pytest.fixture
def later(at, hour):
    def it_is(minutes=3):
        at(hour(8) + timedelta(minutes=minutes))

    return it_is


@pytest.fixture
def on_phone(push_service):
    """`on_phone(egor)`: he gets notices on a device."""

    def switched_on(person):
        store = SessionStore()
        store[SESSION_KEY] = str(person.pk)
        store.save()
        session = Session.objects.get(pk=store.session_key)
        return devices.add(person, push_service.browser(f"p{person.pk}"), kind="web_push", session=session)

    return switched_on


def told(person):
    return list(Notice.objects.filter(person=person, kind__startswith="road.").order_by("pk"))


def test_the_phone_gets_it_and_says_no_name_and_no_house(
    morning,
    of_egor,
    egor,
    olga,
    vera,
    hour,
    later,
    on_phone,
    push_service,
):
    on_phone(egor)
    booking.move(morning, hour(16, 30), of_egor, reason="так надо", asked=Asked.WE, by=olga)
    later()
    road.send_due()
    sending.send_due(push.write)
    (letter,) = push_service.letters
    notice = told(egor)[0]
    assert letter["title"] == "Замер: сегодня 10:00 → 16:30"
    assert letter["url"] == f"/field/visits/{morning.pk}/#news-{notice.pk}"
    said = letter["title"] + letter["text"]
    assert vera.name.split()[-1] not in said
    assert morning.address not in said
    assert letter["text"] == ""


def test_what_is_told_on_the_phone_is_not_said_in_the_messenger_too(
    morning,
    of_egor,
    egor,
    olga,
    hour,
    later,
    on_phone,
):
    on_phone(egor)
    chat(egor)
    move_and_tell(morning, of_egor, olga, hour, later)
    assert RoadNews.objects.get().way == "device"
    assert not Outgoing.objects.exists()


def test_a_phone_that_is_gone_gives_way_to_the_messenger(
    morning,
    of_egor,
    egor,
    olga,
    hour,
    at,
    later,
    on_phone,
    push_service,
):
    on_phone(egor)
    chat(egor)
    push_service.answers = 410
    move_and_tell(morning, of_egor, olga, hour, later)
    sending.send_due(push.write)
    assert not Device.objects.exists()
    later(4)
    follow_up.follow_up()
    assert RoadNews.objects.get().way == "chat"
    assert Outgoing.objects.get().notice == told(egor)[0]


def test_what_nobody_opens_goes_another_way_when_it_begins_soon(
    morning,
    of_egor,
    egor,
    dina,
    olga,
    hour,
    at,
    later,
    on_phone,
    push_service,
):
    on_phone(egor)
    chat(egor)
    move_and_tell(morning, of_egor, olga, hour, later, to=11)
    sending.send_due(push.write)
    assert len(push_service.letters) == 1
    later(4)
    follow_up.follow_up()
    assert RoadNews.objects.get().way == "device"
    later(15)
    follow_up.follow_up()
    assert RoadNews.objects.get().way == "chat"
    Outgoing.objects.all().delete()
    Notice.objects.update(sent_by="chat")
    later(30)
    follow_up.follow_up()
    row = RoadNews.objects.get()
    assert row.way == "call"
    task = Task.objects.get(pk=row.task_id)
    assert task.what.startswith("Позвонить: Егор Кузнецов")
    assert task.kind != "call"
    later(36)
    follow_up.follow_up()
    assert Task.objects.filter(what=task.what).count() == 1
    reading.read(told(egor)[0])
    later(42)
    follow_up.follow_up()
    task.refresh_from_db()
    assert task.done_at
    assert RoadNews.objects.get().try_at is None


def test_what_is_opened_is_left_alone(morning, of_egor, egor, olga, hour, later, on_phone, push_service):
    on_phone(egor)
    chat(egor)
    move_and_tell(morning, of_egor, olga, hour, later, to=11)
    sending.send_due(push.write)
    reading.read(told(egor)[0])
    later(20)
    follow_up.follow_up()
    row = RoadNews.objects.get()
    assert (row.way, row.try_at) == ("device", None)
    assert not Outgoing.objects.exists()
    (line,) = of_visit(morning)
    assert line.seen_at


def chat(person):
    return Chat.objects.create(person=person, account="telegram/main", user_id="5", linked_at=person.created_at)


def move_and_tell(moving, resource, by, when, later, *, to=12):
    booking.move(moving, when(to), resource, reason="просят позже", asked=Asked.WE, by=by)
    later()
    road.send_due()
