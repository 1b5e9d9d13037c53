from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from svyazka.config import database, holding
from svyazka.config.embedded import Embedded
from svyazka.config.holding import CannotStart, bring_back, folder_held, started


@pytest.fixture
def cluster():
    # Not pytest's own folder: only its owner may enter that one, and PostgreSQL has an account of its own.
    folder = Path(tempfile.mkdtemp(prefix="svyazka-embedded-"))
    folder.chmod(0o755)
    made = Embedded(folder, settings={"fsync": "off"})
    yield made
    made.stop()
    shutil.rmtree(folder)


def test_it_starts_stops_and_knows_cyrillic_letters(cluster):
    assert cluster.start() is True
    assert cluster.start() is False
    database.make_sure(cluster.url())
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("select lower('ЁЛКА'), 'Иванов' % 'Иваноф'").fetchone() == ("ёлка", True)
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    cluster.stop()
    assert not cluster.is_running()
    assert cluster.start() is True


def test_only_what_was_started_here_is_stopped(cluster):
    cluster.start()
    with started(cluster):
        pass
    assert cluster.is_running()


def test_what_a_killed_run_left_behind_is_taken_over(cluster):
    cluster.start()
    (cluster.folder / "postgres.ours").touch()
    with started(cluster):
        assert cluster.is_running()
    assert not cluster.is_running()
    assert not (cluster.folder / "postgres.ours").exists()


def test_a_server_that_was_killed_recovers(cluster):
    cluster.start()
    database.make_sure(cluster.url())
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("create table kept (what text)")
        connection.execute("insert into kept values ('this')")
    cluster._run("pg_ctl", "stop", "-m", "immediate", "-D", cluster.cluster)
    cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("select what from kept").fetchall() == [("this",)]


def test_a_server_that_the_system_killed_is_brought_back(cluster, capsys):
    with started(cluster):
        database.make_sure(cluster.url())
        bring_back(cluster)
        assert capsys.readouterr().err == ""
        _kill(cluster)
        bring_back(cluster)
        with psycopg.connect(cluster.url()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    assert "starting it again" in capsys.readouterr().err
    assert not cluster.is_running()


def test_one_that_cannot_be_brought_back_is_said_in_our_words(cluster, monkeypatch):
    monkeypatch.setattr(holding, "PATIENCE", 1)
    cluster.start()
    _kill(cluster)
    (cluster.cluster / "global" / "pg_control").unlink()
    with pytest.raises(CannotStart, match=r"server\.log"):
        bring_back(cluster)


def _kill(cluster: Embedded) -> None:
    os.kill(int((cluster.cluster / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    while not cluster.has_died():
        time.sleep(0.01)


def test_a_folder_is_held_once(tmp_path):
    with folder_held(tmp_path), pytest.raises(CannotStart, match="already runs"), folder_held(tmp_path):
        pass
    with folder_held(tmp_path):
        pass
