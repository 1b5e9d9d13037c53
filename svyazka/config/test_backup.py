from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from svyazka.config import backup, database, migrating
from svyazka.config.holding import CannotStart


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder of its own; the database is the test's."""
    monkeypatch.setenv("SVYAZKA_DATA", str(tmp_path / "data"))
    photos = tmp_path / "data" / "files" / "visits"
    photos.mkdir(parents=True)
    (photos / "окно 1.jpg").write_bytes(os.urandom(2000))
    (tmp_path / "data" / "secret.key").write_text("the old key")
    return tmp_path / "data"


@pytest.fixture
def empty_url():
    """A database that knows Cyrillic letters and holds nothing."""
    url = _sibling("svyazka_restored")
    _drop(url)
    database.make_sure(url)
    yield url
    _drop(url)


@pytest.fixture
def archive(transactional_windows, data, tmp_path):
    target = tmp_path / "svyazka.tar"
    backup.back_up(target, url=settings.DATABASE_DIRECT_URL, with_key=False)
    return target


@pytest.fixture
def archive_with_key(transactional_windows, data, tmp_path):
    target = tmp_path / "with-key.tar"
    backup.back_up(target, url=settings.DATABASE_DIRECT_URL, with_key=True)
    return target


@pytest.fixture
def transactional_windows(transactional_db):
    """pg_dump sees only what is committed."""
    from svyazka.business.clients.models import Client, ContactPoint
    from svyazka.business.company import start
    from svyazka.business.company.blueprint import of_house
    from svyazka.business.journal.record import About, Automaton, record

    start.start(of_house("windows"))
    start.add_demonstration(of_house("windows"), password="correct horse battery", bot_secret="secret of the bot")
    vera = Client.objects.create(name="Вера Павлова", address="Москва, ул. Лесная, 5")
    ContactPoint.objects.create(client=vera, kind="phone", value="+79161234567")
    record("clients.added", About("client", vera.pk, client_id=vera.pk), by=Automaton("test"))


def test_what_was_backed_up_comes_back_row_for_row(archive, data, empty_url, monkeypatch):
    new_home = data.parent / "new"
    new_home.mkdir()
    monkeypatch.setenv("SVYAZKA_DATA", str(new_home))
    backup.restore(archive, url=empty_url)
    before, after = _everything(settings.DATABASE_DIRECT_URL), _everything(empty_url)
    assert sum(map(len, before.values())) > 50
    assert before == after
    assert _files(data / "files") == _files(new_home / "files")


def test_a_file_whose_name_is_no_utf8_comes_back(transactional_windows, data, empty_url, tmp_path, monkeypatch):
    name = "окно".encode("koi8-r")
    Path(os.fsdecode(os.fsencode(data / "files") + b"/" + name)).write_bytes(b"a window")
    backup.back_up(tmp_path / "svyazka.tar", url=settings.DATABASE_DIRECT_URL, with_key=False)
    monkeypatch.setenv("SVYAZKA_DATA", str(_new(tmp_path)))
    backup.restore(tmp_path / "svyazka.tar", url=empty_url)
    assert (tmp_path / "new" / "files" / os.fsdecode(name)).read_bytes() == b"a window"


def test_the_archive_is_for_its_owner_and_holds_no_key(archive):
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in archive.parent.iterdir() if path.name.startswith(".")] == []
    with tarfile.open(archive) as opened:
        names = opened.getnames()
    assert names == ["database.dump", "files/visits/окно 1.jpg", "manifest.json"]


def test_the_key_goes_along_only_when_asked(archive_with_key, empty_url, tmp_path, monkeypatch):
    monkeypatch.setenv("SVYAZKA_DATA", str(_new(tmp_path)))
    backup.restore(archive_with_key, url=empty_url)
    assert (tmp_path / "new" / "secret.key").read_text() == "the old key"
    assert (tmp_path / "new" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_database_with_anything_in_it_is_refused(archive):
    with pytest.raises(CannotStart, match="not empty"):
        backup.restore(archive, url=settings.DATABASE_DIRECT_URL)


def test_a_damaged_archive_restores_nothing(archive, data, empty_url, monkeypatch, tmp_path):
    monkeypatch.setenv("SVYAZKA_DATA", str(_new(tmp_path)))
    damaged = _with_changed_part(archive, "files/visits/окно 1.jpg")
    with pytest.raises(CannotStart, match="damaged"):
        backup.restore(damaged, url=empty_url)
    assert _everything(empty_url) == {}


def test_half_an_archive_is_refused(archive, empty_url, monkeypatch, tmp_path):
    monkeypatch.setenv("SVYAZKA_DATA", str(_new(tmp_path)))
    half = tmp_path / "half.tar"
    half.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(CannotStart, match="no whole archive"):
        backup.restore(half, url=empty_url)


def test_an_archive_of_a_newer_version_is_refused(archive, empty_url, monkeypatch, tmp_path):
    monkeypatch.setenv("SVYAZKA_DATA", str(_new(tmp_path)))
    newer = _with_manifest(archive, migrations=["deals.9999_of_tomorrow"])
    with pytest.raises(CannotStart, match="knows more"):
        backup.restore(newer, url=empty_url)


def test_a_new_home_need_not_be_there(archive, data, empty_url, monkeypatch, tmp_path):
    monkeypatch.setenv("SVYAZKA_DATA", str(tmp_path / "of" / "tomorrow"))
    backup.restore(archive, url=empty_url)
    assert _files(tmp_path / "of" / "tomorrow" / "files") == _files(data / "files")


def test_rows_that_do_not_come_back_leave_nothing_behind(archive, empty_url, monkeypatch, tmp_path):
    new_home = _new(tmp_path)
    monkeypatch.setenv("SVYAZKA_DATA", str(new_home))
    rows = json.loads(_part(archive, "manifest.json"))["rows"]
    untrue = _with_manifest(archive, rows={**rows, "clients_client": 7})
    with pytest.raises(CannotStart, match="clients_client"):
        backup.restore(untrue, url=empty_url)
    assert (_everything(empty_url), _files(new_home)) == ({}, {})
    backup.restore(archive, url=empty_url)
    assert len(_everything(empty_url)["clients_client"]) == 1


def test_a_database_that_fails_leaves_no_files_and_no_key(archive_with_key, empty_url, monkeypatch, tmp_path):
    new_home = _new(tmp_path)
    monkeypatch.setenv("SVYAZKA_DATA", str(new_home))
    _put_before(monkeypatch, tmp_path, "pg_restore", "echo no room on the disk >&2; exit 1")
    with pytest.raises(CannotStart, match="no room"):
        backup.restore(archive_with_key, url=empty_url)
    assert (_everything(empty_url), _files(new_home)) == ({}, {})


def test_a_restore_that_was_killed_is_finished_by_the_next(archive_with_key, data, empty_url, monkeypatch, tmp_path):
    new_home = _new(tmp_path)
    monkeypatch.setenv("SVYAZKA_DATA", str(new_home))
    command = [sys.executable, "-m", "svyazka.config.cli", "restore", str(archive_with_key)]
    with monkeypatch.context() as patch:
        _put_before(patch, tmp_path, "pg_restore", "kill -9 $PPID; exec sleep 60")
        killed = subprocess.run(command, env={**os.environ, "DATABASE_URL": empty_url}, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert _everything(empty_url) == {}
    backup.restore(archive_with_key, url=empty_url)
    assert _everything(settings.DATABASE_DIRECT_URL) == _everything(empty_url)
    assert _files(data / "files") == _files(new_home / "files")


@pytest.mark.parametrize("name", ["files/of another.jpg", "files/visits/окно 1.jpg", "secret.key"])
def test_what_is_not_of_the_archive_is_not_written_over(archive_with_key, empty_url, monkeypatch, tmp_path, name):
    new_home = _new(tmp_path)
    monkeypatch.setenv("SVYAZKA_DATA", str(new_home))
    (new_home / name).parent.mkdir(parents=True, exist_ok=True)
    (new_home / name).write_text("of another house")
    with pytest.raises(CannotStart, match="move it away"):
        backup.restore(archive_with_key, url=empty_url)
    assert _files(new_home) == {name: b"of another house"}


def test_the_password_stands_in_no_command(archive, empty_url, monkeypatch, tmp_path):
    monkeypatch.setenv("SVYAZKA_DATA", str(_new(tmp_path)))
    for program in ("pg_dump", "pg_restore"):
        _put_before(monkeypatch, tmp_path, program, f'echo "{program} $PGPASSWORD: $@" >> "{tmp_path}/said"')
    backup.back_up(tmp_path / "again.tar", url=_with_password(settings.DATABASE_DIRECT_URL), with_key=False)
    backup.restore(archive, url=_with_password(empty_url))
    said = (tmp_path / "said").read_text().splitlines()
    assert [line.partition(":")[0] for line in said] == ["pg_dump let me in", "pg_restore let me in"]
    assert not any("let me in" in line.partition(":")[2] or "let%20me" in line for line in said)


def _put_before(monkeypatch, tmp_path: Path, program: str, what: str) -> None:
    """A program of this name comes first on the path, does this, and then what the real one does."""
    place = tmp_path / "bin" / program
    place.parent.mkdir(exist_ok=True)
    real = backup._path_of(program, 180000)
    place.write_text(f'#!/bin/sh\n[ "$1" = --version ] || {{ {what}; }}\nexec "{real}" "$@"\n')
    place.chmod(0o755)
    monkeypatch.setenv("PATH", str(place.parent), prepend=os.pathsep)


def _with_password(url: str) -> str:
    return url.replace("@", ":let%20me%20in@", 1)


def _part(archive: Path, name: str) -> bytes:
    with tarfile.open(archive) as opened:
        return opened.extractfile(name).read()


def _everything(url: str) -> dict[str, list[str]]:
    """Every row of every table as text, in order."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select relname from pg_class where relkind in ('r', 'p') and not relispartition "
            "and relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {
            name: sorted(
                row for (row,) in connection.execute(sql.SQL("select t::text from {} t").format(sql.Identifier(name)))
            )
            for (name,) in names
        }


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _new(tmp_path: Path) -> Path:
    folder = tmp_path / "new"
    folder.mkdir()
    return folder


def _with_changed_part(archive: Path, part: str) -> Path:
    return _rewritten(archive, lambda name, body: body[:-1] + bytes([body[-1] ^ 1]) if name == part else body)


def _with_manifest(archive: Path, **values: object) -> Path:
    def changed(name: str, body: bytes) -> bytes:
        return json.dumps({**json.loads(body), **values}).encode() if name == "manifest.json" else body

    return _rewritten(archive, changed)


def _rewritten(archive: Path, change) -> Path:
    target = archive.with_name("changed.tar")
    with tarfile.open(archive) as old, tarfile.open(target, "w") as new:
        for entry in old:
            body = change(entry.name, old.extractfile(entry).read())
            entry.size = len(body)
            new.addfile(entry, io.BytesIO(body))
    return target


def _sibling(name: str) -> str:
    return urlsplit(settings.DATABASE_DIRECT_URL)._replace(path=f"/{name}").geturl()


def _drop(url: str) -> None:
    with psycopg.connect(_sibling("postgres"), autocommit=True) as connection:
        name = sql.Identifier(urlsplit(url).path.lstrip("/"))
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))


def _erased_in_the_house(tmp_path) -> int:
    from svyazka.business.clients.models import Client
    from svyazka.business.personal_data import erasing
    from svyazka.business.personal_data.erasing import Wanted
    from svyazka.business.staff.models import Person

    vera = Client.objects.get(name="Вера Павлова")
    by = Person.objects.filter(role="administrator").order_by("pk")[0]
    asked = erasing.ask(vera, Wanted(typed=str(vera.pk), ground="demanded"), by=by)
    while erasing.go_on():
        asked.refresh_from_db()
    return vera.pk


@pytest.fixture
def list_of_erased(tmp_path, settings):
    settings.ERASED_LIST = tmp_path / "data" / "erased.jsonl"
    settings.MEDIA_ROOT = tmp_path / "data" / "files"
    return settings.ERASED_LIST


def test_who_was_erased_since_does_not_come_back(list_of_erased, archive, empty_url, tmp_path):
    number = _erased_in_the_house(tmp_path)
    assert "Вера" not in list_of_erased.read_text()
    environment = {**os.environ, "DATABASE_URL": empty_url, "SVYAZKA_DATA": str(_new(tmp_path))}
    command = [sys.executable, "-m", "svyazka.config.cli", "restore", str(archive), "--erased", str(list_of_erased)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    back = _everything(empty_url)
    words = ("вера павлова", "9161234567", "лесная")
    assert [row for rows in back.values() for row in rows if any(word in row.lower() for word in words)] == []
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("select id, name from clients_client").fetchall() == [(number, "")]
        erased = connection.execute("select state, numbers from personal_data_erasure").fetchall()
        places = connection.execute("select place from personal_data_backup").fetchall()
    assert (erased, places) == ([("erased", [number])], [(str(archive),)])
    assert (tmp_path / "new" / "erased.jsonl").read_text() == list_of_erased.read_text()


def test_without_the_list_it_is_said_and_at_the_start_it_is_made_up_for(
    list_of_erased, archive, empty_url, tmp_path, monkeypatch
):
    _erased_in_the_house(tmp_path)
    new_home = _new(tmp_path)
    environment = {**os.environ, "DATABASE_URL": empty_url, "SVYAZKA_DATA": str(new_home)}
    command = [sys.executable, "-m", "svyazka.config.cli", "restore", str(archive)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "No list of erased clients is here" in done.stdout
    monkeypatch.setenv("SVYAZKA_DATA", str(new_home))
    with psycopg.connect(empty_url) as connection:
        assert not migrating.somebody_came_back(connection)
        (new_home / "erased.jsonl").write_text(list_of_erased.read_text() + '{"cut off by a cr')
        assert migrating.somebody_came_back(connection)
        connection.execute("update clients_client set created_at = created_at + interval '1 second'")
        assert not migrating.somebody_came_back(connection)


def test_a_list_that_is_none_restores_nothing(archive, empty_url, tmp_path, monkeypatch):
    monkeypatch.setenv("SVYAZKA_DATA", str(_new(tmp_path)))
    with pytest.raises(CannotStart, match="cannot be read"):
        backup.bring_list(tmp_path / "nowhere.jsonl")
