from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_connection_that_the_server_has_cut_off_is_not_given_out():
    """After a restart of the database every second page was a 500."""
    for _time in range(3):
        assert _ask("select 1") == 1
        connection.close()
        with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as other:
            others = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid <> pg_backend_pid() "
            other.execute(others + "and datname = current_database()")
    assert _ask("select 1") == 1


def test_moments_are_aware_and_in_utc():
    read = _ask("select '2026-03-05 12:30:00.25+03'::timestamptz")
    assert (read, read.tzinfo) == (datetime(2026, 3, 5, 9, 30, 0, 250_000, tzinfo=UTC), UTC)


def _ask(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]
