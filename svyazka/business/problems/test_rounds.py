from __future__ import annotations

import psycopg
import pytest
from django.conf import settings

from svyazka.business.problems import rounds
from svyazka.business.problems.models import Swept


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_sweeps_and_once_a_minute(windows, later):
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [rounds.LOCK])
        rounds.sweep_all()
        rounds.sweep_changed()
        assert not Swept.objects.exists()
        other.execute("select pg_advisory_unlock(%s)", [rounds.LOCK])
    rounds.sweep_all()
    first = Swept.objects.get().all_at
    rounds.sweep_all()
    assert Swept.objects.get().all_at == first
    later(seconds=60)
    rounds.sweep_all()
    assert Swept.objects.get().all_at > first


def test_stays_are_counted_once_a_day(windows, later):
    rounds.sweep_all()
    rounds.count_stays()
    first = Swept.objects.get().stays_at
    rounds.count_stays()
    assert Swept.objects.get().stays_at == first
    later(hours=24)
    rounds.count_stays()
    assert Swept.objects.get().stays_at > first
