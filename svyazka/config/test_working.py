from __future__ import annotations

from datetime import datetime

import psycopg
import pytest
from django.conf import settings

from svyazka.business.intake.models import Arrival
from svyazka.config.database import WORKER
from svyazka.config.working import Worker
from svyazka.kit import clock


@pytest.mark.django_db
def test_a_worker_that_has_its_hands_full_gives_signs_of_life():
    """Otherwise /readyz took every web process out of the row just when there was most to do."""
    worker = Worker()
    try:
        heard = [_busy_turn(worker) for _turn in range(3)]
    finally:
        if worker.bell:
            worker.bell.close()
    assert heard == sorted(set(heard))


def _busy_turn(worker: Worker) -> datetime:
    now = clock.now()
    Arrival.objects.create(received_at=now, next_try_at=now, account="a", connector="none", conversation="c", body=b"")
    worker.turn()
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as asked:
        rows = asked.execute(
            "select state_change from pg_stat_activity where application_name = %s and datname = current_database()",
            [WORKER],
        ).fetchall()
    return max(at for (at,) in rows)
