from __future__ import annotations

import os
import subprocess
import sys
import time

import psycopg
import pytest
from django.conf import settings

from svyazka.business.deals.models import Pipeline
from svyazka.business.staff.models import Person
from svyazka.config import beginning, starting

pytestmark = pytest.mark.django_db(transaction=True)
INIT = [sys.executable, "-m", "svyazka.config.cli", "init", "--blueprint", "windows", "--demonstration"]


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SVYAZKA_DATA", str(tmp_path))
    return tmp_path


def test_the_demonstrations_password_is_kept_before_anything_counts(data):
    in_the_way = data / "demonstration.txt"
    in_the_way.mkdir()
    with pytest.raises(OSError, match=r"demonstration\.txt"):
        beginning.begin("windows", with_demonstration=True)
    assert not Pipeline.objects.exists()
    in_the_way.rmdir()
    beginning.begin("windows", with_demonstration=True)
    assert _may_enter("olga")


def test_a_first_start_that_is_killed_halfway_is_begun_anew_by_the_next(data):
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as other:
        other.execute("lock table conversations_channelaccount")  # the demonstration gets no further
        first = subprocess.Popen(INIT, env=_environment())
        _until(lambda: _waits_for_the_lock(other))
        first.kill()
        first.wait()
    assert subprocess.run(INIT, env=_environment(), check=False).returncode == 0
    assert _may_enter("olga")


def test_a_company_without_a_demonstration_shows_no_logins_of_one(data):
    (data / "demonstration.txt").write_text("password: of one that was cut off\n")
    beginning.begin("windows", with_demonstration=False)
    assert beginning.read_demonstration(data / "demonstration.txt") == {}


def test_whoever_starts_a_company_that_nobody_can_enter_is_told_what_to_type(data, capfd):
    beginning.begin("windows", with_demonstration=False)
    starting._prepare(settings.DATABASE_DIRECT_URL)
    assert "svyazka staff administrator" in capfd.readouterr().err


def _environment() -> dict[str, str]:
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_DIRECT_URL}
    environment.pop("PYTEST_VERSION", None)
    return environment


def _may_enter(login: str) -> bool:
    kept = beginning.read_demonstration(beginning.demonstration_file())
    return Person.objects.get(login=login).check_password(kept["password"])


def _waits_for_the_lock(other: psycopg.Connection) -> bool:
    row = other.execute("select exists (select from pg_locks where not granted and database is not null)").fetchone()
    return bool(row and row[0])


def _until(is_so, seconds: float = 30) -> None:
    last = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < last, "did not come about in time"
        time.sleep(0.05)
