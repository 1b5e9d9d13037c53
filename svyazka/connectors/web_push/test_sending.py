"""From a notice to the screen of a device: the worker's round, before a push service on a real socket."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from django.contrib.auth import SESSION_KEY

from svyazka.business.notices import devices, sending, wishes
from svyazka.business.notices.models import Device, Notice
from svyazka.business.notices.reading import read
from svyazka.business.notices.tell import tell
from svyazka.business.staff import sessions
from svyazka.business.staff.models import Session
from svyazka.business.staff.sessions import SessionStore
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def write(found):
    return {one.pk: devices.Letter(one.kind, str(one.deal_id), f"/notices/{one.pk}/", str(one.pk)) for one in found}


@pytest.fixture
def session(mikhail):
    store = SessionStore()
    store[SESSION_KEY] = str(mikhail.pk)
    store.save()
    return Session.objects.get(pk=store.session_key)


@pytest.fixture
def device(mikhail, session, push_service):
    return devices.add(mikhail, push_service.browser(), kind="web_push", session=session)


def asked(mikhail, konstantin, kind="question.asked"):
    (notice,) = tell([mikhail.pk], kind, by=konstantin, deal_id=17)
    return notice


def test_a_notice_reaches_the_device_once(mikhail, konstantin, device, push_service):
    notice = asked(mikhail, konstantin)
    assert sending.send_due(write) == 1
    assert sending.send_due(write) == 0
    assert [letter["title"] for letter in push_service.letters] == ["question.asked"]
    notice.refresh_from_db()
    device.refresh_from_db()
    assert (notice.try_at, notice.tries) == (None, 1)
    assert notice.sent_at == device.reached_at


def test_whoever_has_no_device_leaves_nothing_to_send(mikhail, konstantin):
    assert asked(mikhail, konstantin).try_at is None


def test_a_device_that_is_gone_is_forgotten(mikhail, konstantin, device, push_service):
    asked(mikhail, konstantin)
    push_service.answers = 410
    sending.send_due(write)
    assert not Device.objects.exists()
    assert Notice.objects.get().try_at is None


def test_the_pauses_grow_until_nobody_would_care(mikhail, konstantin, device, push_service):
    notice = asked(mikhail, konstantin)
    push_service.answers = 503
    pauses = []
    for _attempt in range(sending.MOST_TRIES):
        Notice.objects.update(try_at=clock.now())
        sending.send_due(write)
        notice.refresh_from_db()
        pauses.append(round((notice.try_at - clock.now()).total_seconds() / 30))
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 120]
    Notice.objects.update(try_at=clock.now())
    assert sending.send_due(write) == 0
    notice.refresh_from_db()
    assert (notice.try_at, notice.sent_at) == (None, None)
    assert Device.objects.exists()


def test_a_service_that_asks_for_patience_gets_it(mikhail, konstantin, device, push_service):
    """Also for what comes meanwhile: that is not even tried."""
    notice = asked(mikhail, konstantin)
    push_service.answers, push_service.retry_after = 429, "600"
    sending.send_due(write)
    notice.refresh_from_db()
    device.refresh_from_db()
    assert notice.try_at == device.waits_until > clock.now() + timedelta(minutes=9)
    push_service.answers = 201
    later = asked(mikhail, konstantin)
    sending.send_due(write)
    later.refresh_from_db()
    assert len(push_service.headers) == 1
    assert later.try_at == device.waits_until
    Device.objects.update(waits_until=clock.now())
    Notice.objects.update(try_at=clock.now())
    sending.send_due(write)
    assert len(push_service.letters) == 2
    assert Device.objects.get().waits_until is None
    assert set(Notice.objects.values_list("sent_by", flat=True)) == {"device"}


def test_one_of_two_devices_is_enough(mikhail, konstantin, device, session, push_service, settings):
    settings.PUSH_SERVICES = [push_service.url, "http://127.0.0.1:9"]
    away = replace(push_service.browser("b"), endpoint="http://127.0.0.1:9/b")
    devices.add(mikhail, away, kind="web_push", session=session)
    asked(mikhail, konstantin)
    sending.send_due(write)
    assert len(push_service.letters) == 1
    assert Notice.objects.get().try_at is None


def test_what_has_been_read_is_not_sent(mikhail, konstantin, device, push_service):
    read(asked(mikhail, konstantin))
    assert sending.send_due(write) == 0
    assert push_service.letters == []


def test_yesterdays_notice_wakes_nobody(mikhail, konstantin, device, push_service):
    asked(mikhail, konstantin)
    Notice.objects.update(at=clock.now() - timedelta(hours=25))
    sending.send_due(write)
    assert push_service.letters == []
    assert Notice.objects.get().try_at is None


def test_whoever_logs_out_hears_no_more_there(mikhail, konstantin, device, session, push_service):
    sessions.end(session, by=mikhail)
    assert not Device.objects.exists()
    assert asked(mikhail, konstantin).try_at is None


def test_a_session_that_has_run_out_gets_nothing(mikhail, konstantin, device, push_service):
    Session.objects.update(expire_date=clock.now() - timedelta(minutes=1))
    asked(mikhail, konstantin)
    sending.send_due(write)
    assert push_service.letters == []


def test_what_somebody_does_not_want_stays_in_the_page(mikhail, konstantin, device):
    wishes.change(mikhail, heard=["task"], names=False)
    assert asked(mikhail, konstantin).try_at is None
    assert asked(mikhail, konstantin, kind="task.given").try_at


@pytest.mark.parametrize(
    ("hour", "sent"),
    [
        ("21:30", "21:30"),
        ("22:00", "08:00"),
        ("23:59", "08:00"),
        ("07:59", "08:00"),
        ("08:00", "08:00"),
        ("12:00", "12:00"),
    ],
)
def test_in_the_quiet_hours_it_waits_for_their_end(mikhail, device, hour, sent):
    wishes.change(mikhail, heard=wishes.GROUPS, quiet=(time(22), time(8)), names=False)
    now = clock.at(clock.today(), time.fromisoformat(hour))
    (told,) = wishes.of_people([mikhail.pk], "question.asked", now)
    when = told.on_devices
    assert f"{clock.local(when):%H:%M}" == sent
    assert now <= when < now + timedelta(hours=12)


def test_quiet_hours_need_both_ends(mikhail):
    with pytest.raises(Refused, match="и начало, и конец"):
        wishes.change(mikhail, heard=[], quiet=(time(22), None), names=False)


def test_a_browser_shows_the_notices_of_one_person(mikhail, olga, device, session, push_service):
    address = devices.address_of(device)
    devices.add(olga, address, kind="web_push", session=session)
    assert Device.objects.get().person == olga
    assert address.endpoint not in Device.objects.get().secret


def test_there_is_an_end_to_devices(mikhail, session, push_service):
    for number in range(devices.MOST):
        devices.add(mikhail, push_service.browser(f"b{number}"), kind="web_push", session=session)
    with pytest.raises(Refused, match="Слишком много"):
        devices.add(mikhail, push_service.browser("more"), kind="web_push", session=session)
