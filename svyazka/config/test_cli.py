"""What goes wrong on the command line is said in one line of ours, never by a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from svyazka.config import checks, database
from svyazka.config.embedded import Embedded

SVYAZKA = [sys.executable, "-m", "svyazka.config.cli"]


@pytest.fixture(scope="module")
def empty_house():
    # Not pytest's own folder: only its owner may enter that one, and PostgreSQL has an account of its own.
    folder = Path(tempfile.mkdtemp(prefix="svyazka-cli-"))
    folder.chmod(0o755)
    cluster = Embedded(folder, settings={"fsync": "off"})
    cluster.start()
    database.make_sure(cluster.url())
    yield folder
    cluster.stop()
    shutil.rmtree(folder)


@pytest.mark.parametrize("words", [["run"], ["backup", "svyazka.tar"], ["staff", "password", "olga"]])
@pytest.mark.parametrize("folder", ["/proc/svyazka", __file__, f"{__file__}/data"])
def test_a_data_folder_that_cannot_be_one(words, folder):
    assert "cannot be the data folder" in _refusal(*words, SVYAZKA_DATA=folder)


def test_an_own_server_needs_the_data_folder_for_its_key(empty_house):
    url = Embedded(empty_house).url()
    assert "cannot be the data folder" in _refusal("migrate", SVYAZKA_DATA="/proc/svyazka", DATABASE_URL=url)


@pytest.mark.parametrize("address", ["foo", "mysql://root@localhost/x", "postgresql://me@localhost:x/y", "host=/tmp"])
@pytest.mark.parametrize("words", [["run"], ["backup", "svyazka.tar"], ["migrate"], ["worker"]])
def test_an_address_of_a_database_that_is_none(words, address, tmp_path):
    said = _refusal(*words, DATABASE_URL=address, SVYAZKA_DATA=str(tmp_path))
    assert "DATABASE_URL must look like" in said
    assert address not in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"SVYAZKA_PORT": "²"},
        {"SVYAZKA_PORT": "٣٢"},
        {"SVYAZKA_PORT": "0"},
        {"SVYAZKA_PORT": "9" * 5000},
        {"SVYAZKA_TIME_ZONE": "Mars/Phobos"},
        {"SVYAZKA_TIME_ZONE": "Europe"},
        {"SVYAZKA_TIME_ZONE": ""},
        {"SVYAZKA_LOG": "quatsch"},
    ],
)
def test_a_setting_that_cannot_be(wrong, tmp_path):
    [name] = wrong
    assert f"{name} must be" in _refusal("run", SVYAZKA_DATA=str(tmp_path), **wrong)


def test_the_check_says_it_as_a_problem_and_looks_on(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("SVYAZKA_TIME_ZONE", "Mars/Phobos")
    monkeypatch.setenv("SVYAZKA_DATA", __file__)
    monkeypatch.delenv("DATABASE_URL")
    assert checks.check() == 1
    said = capsys.readouterr().out
    assert "problem  settings: SVYAZKA_TIME_ZONE must be" in said
    assert "problem  data folder: " in said
    assert "problem  database: " in said
    assert "ok       disk: " in said
    assert len(said.splitlines()) == len(checks.LOOKS)


def test_an_archive_that_cannot_be_written(empty_house):
    assert "/proc/x.tar was not written" in _refusal("backup", "/proc/x.tar", SVYAZKA_DATA=str(empty_house))


def test_an_empty_database_has_nothing_to_back_up_and_nobody_to_help(empty_house, tmp_path):
    house = str(empty_house)
    assert "nothing to back up" in _refusal("backup", str(tmp_path / "x.tar"), SVYAZKA_DATA=house)
    assert "svyazka migrate" in _refusal("staff", "password", "nobody", SVYAZKA_DATA=house)
    assert list(tmp_path.iterdir()) == []


def _refusal(*words: str, **settings: str) -> str:
    own = {key: value for key, value in os.environ.items() if not key.startswith(("SVYAZKA_", "DATABASE_", "PYTEST_"))}
    said = subprocess.run([*SVYAZKA, *words], env={**own, **settings}, capture_output=True, text=True, timeout=60)
    assert said.returncode in (1, 2)
    assert len(said.stderr.splitlines()) == 1, said.stderr
    return said.stderr
