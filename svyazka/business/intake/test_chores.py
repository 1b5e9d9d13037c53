from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from svyazka.business.intake import chores
from svyazka.business.intake.models import Arrival, ArrivalKey
from svyazka.business.journal.models import LiveEvent
from svyazka.business.staff.models import LoginFailure, Session
from svyazka.kit import clock, partitions


@pytest.mark.django_db
def test_pieces_stand_ready_three_months_ahead():
    chores.make_pieces_ahead()
    chores.make_pieces_ahead()
    for days in (0, 40, 90):
        at = clock.now() + timedelta(days=days)
        row = Arrival.objects.create(received_at=at, next_try_at=at, account="a", conversation=str(days), body=b"")
        with connection.cursor() as cursor:
            cursor.execute("select tableoid::regclass::text from intake_arrival where id = %s", [row.pk])
            assert cursor.fetchone()[0] != "intake_arrival_other"


@pytest.mark.django_db
def test_a_row_from_far_ahead_moves_into_its_piece_once_that_is_made():
    at = clock.now() + timedelta(days=400)
    row = Arrival.objects.create(received_at=at, next_try_at=at, account="a", conversation="early", body=b"\x00whole")
    partitions.ensure("intake_arrival", span="week", first=at.date(), last=at.date())
    with connection.cursor() as cursor:
        cursor.execute("select id, tableoid::regclass::text from intake_arrival where conversation = 'early'")
        ((number, piece),) = cursor.fetchall()
    assert number == row.pk
    assert piece.startswith("intake_arrival_2")
    assert bytes(Arrival.objects.get(pk=row.pk).body) == b"\x00whole"


@pytest.mark.django_db
def test_what_is_old_is_cleared_away_and_the_rest_stays():
    now = clock.now()
    for age in (timedelta(minutes=30), timedelta(days=61)):
        at = now - age
        LiveEvent.objects.create(at=at, topic="deal", object_id=1)
        ArrivalKey.objects.create(account="a", outside_id=str(age), received_at=at)
        Session.objects.create(session_key=str(age), session_data="", expire_date=at + timedelta(days=14))
        failure = LoginFailure.objects.create(login="olga", address="203.0.113.7")
        LoginFailure.objects.filter(pk=failure.pk).update(at=at)
    assert chores.do_chores() is True
    assert [model.objects.count() for model in (LiveEvent, ArrivalKey, Session, LoginFailure)] == [1, 1, 1, 1]


@pytest.mark.django_db
def test_one_worker_at_a_time():
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as other:
        other.execute("select pg_advisory_lock(%s)", [chores.LOCK])
        assert chores.do_chores() is False
