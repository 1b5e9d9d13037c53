from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from svyazka.config import backup, database
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
def transactional_windows(transactional_db):
    """pg_dump sees only what is committed."""
    from svyazka.business.clients.models import Client, ContactPoint
    from svyazka.business.journal.record import About, Automaton, record
    from svyazka.config import company

    company.start("windows")
    company.add_demonstration("windows", password="correct horse battery", bot_secret="secret of the bot")
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


def test_the_key_goes_along_only_when_asked(transactional_windows, data, empty_url, tmp_path, monkeypatch):
    backup.back_up(tmp_path / "with.tar", url=settings.DATABASE_DIRECT_URL, with_key=True)
    monkeypatch.setenv("SVYAZKA_DATA", str(tmp_path / "new"))
    (tmp_path / "new").mkdir()
    backup.restore(tmp_path / "with.tar", url=empty_url)
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
