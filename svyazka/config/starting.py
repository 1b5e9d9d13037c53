"""`svyazka run`: from nothing to a house at work, and what a person is told about it."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from svyazka.config import beginning, database, given, migrating, supervisor
from svyazka.config.holding import CannotStart, bring_back, folder_held, started
from svyazka.config.places import data_folder, secret_key
from svyazka.config.supervisor import Process
from svyazka.kit import proxies

BLUEPRINT = "windows"
SVYAZKA = [sys.executable, "-m", "svyazka.config.cli"]


def run() -> int:
    host, port = os.environ.get("SVYAZKA_HOST", "127.0.0.1"), given.port()
    _refuse_taken_port(host, port)
    _refuse_wrong_proxies()
    folder = data_folder()
    with folder_held(folder), _database() as url:
        _prepare(url)
        web = f"http://127.0.0.1:{_free_port()}"
        environment = _environment(url, web=web, host=host, port=port)
        supervisor.supervise(
            _processes(environment, web),
            is_ready=lambda: _answers(web),
            say_ready=lambda: print(_welcome(host, port, folder), flush=True),
            look_after=_look_after_database,
        )
    print("Svyazka has stopped.", flush=True)
    return 0


def _refuse_taken_port(host: str, port: int) -> None:
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as refusal:
        raise CannotStart(
            f"{host}:{port} cannot be listened on ({refusal.strerror}). "
            "Name another port, for example: SVYAZKA_PORT=8080 svyazka run"
        ) from None


def _refuse_wrong_proxies() -> None:
    try:
        proxies.named(os.environ.get("SVYAZKA_PROXIES", ""))
    except ValueError as refusal:
        raise CannotStart(f"SVYAZKA_PROXIES: {refusal}") from None


@contextmanager
def _database() -> Iterator[str]:
    if database.is_own_server():
        database.make_sure(database.database_url())
        yield database.database_url()
        return
    with started(database.embedded()) as url:
        database.make_sure(url)
        yield url


def _look_after_database() -> None:
    if not database.is_own_server():
        bring_back(database.embedded())


def _prepare(url: str) -> None:
    """Brings the database to this version and begins the demonstration company where there is none. In processes
    of their own: on every later start there is nothing to do, and Django need not be loaded to see that."""
    environment = {**os.environ, "DATABASE_URL": url, "SVYAZKA_DATA": str(data_folder())}
    with psycopg.connect(url, autocommit=True) as connection:
        if migrating.missing(connection) or migrating.somebody_came_back(connection):
            print("svyazka: bringing the database to this version", file=sys.stderr, flush=True)
            _do(["migrate"], environment)
        row = connection.execute(
            "select exists (select from deals_pipeline), exists (select from staff_person)"
        ).fetchone()
    begun, peopled = row or (False, False)
    if not begun and not peopled:
        print("svyazka: beginning the demonstration company", file=sys.stderr, flush=True)
        _do(["init", "--blueprint", BLUEPRINT, "--demonstration"], environment)
    elif not peopled:
        print("svyazka: nobody can log in yet; type: svyazka staff administrator LOGIN NAME", file=sys.stderr)


def _do(words: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run([*SVYAZKA, *words], env=environment, preexec_fn=supervisor.following_us(), check=False)
    if done.returncode:
        raise CannotStart(f"“svyazka {words[0]}” failed; what it said stands above.")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(url: str, *, web: str, host: str, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DATABASE_DIRECT_URL": os.environ.get("DATABASE_DIRECT_URL", url),
        "SVYAZKA_DATA": str(data_folder()),
        "SVYAZKA_WEB": web,
        "SVYAZKA_HOST": host,
        "SVYAZKA_PORT": str(port),
    }


def _processes(environment: dict[str, str], web: str) -> list[Process]:
    """The edge comes first and goes last: it takes arrivals while the rest is not there."""
    return [
        Process("edge", [sys.executable, "-m", "svyazka.edge"], {**environment, "SVYAZKA_SECRET_KEY": secret_key()}),
        Process("web", web_command(web), {**environment, **counters()}),
        Process("worker", [*SVYAZKA, "worker"], environment, after_ready=True),
        Process("chores", [*SVYAZKA, "chores"], environment, after_ready=True),
        # Two, so that nothing a PBX says is missing when one of them dies (standing_by.py).
        Process("listen", [*SVYAZKA, "listen"], environment, after_ready=True),
        Process("listen beside it", [*SVYAZKA, "listen"], environment, after_ready=True),
    ]


def web_command(web: str) -> list[str]:
    host, port = _host_and_port(web)
    processors = len(os.sched_getaffinity(0))
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi",
        "--host", host, "--port", str(port),
        "--workers", os.environ.get("SVYAZKA_WEB_WORKERS", str(min(4, processors))),
        "--blocking-threads", os.environ.get("SVYAZKA_WEB_THREADS", str(min(8, 2 * processors))),
        "--http", "1", "--no-ws", "--log-level", "warning", "--respawn-failed-workers",
        "--workers-kill-timeout", "10",
        "svyazka.config.wsgi:application",
    ]  # fmt: skip


def _host_and_port(web: str) -> tuple[str, int]:
    address = urlsplit(web)
    with suppress(ValueError):
        if address.scheme == "http" and address.hostname and address.port:
            return address.hostname, address.port
    raise CannotStart(f"SVYAZKA_WEB must be an address like http://127.0.0.1:8001, not “{web}”.")


def counters() -> dict[str, str]:
    """Each web process counts for itself; whichever is asked for the metrics adds them up. Another `svyazka web`
    on this data folder counts in a folder of its own, by the machine and the process that both of them belong to."""
    metrics, machine, us = data_folder() / "metrics", socket.gethostname(), os.getpid()
    for left in metrics.glob("*-*"):
        whose, _, process = left.name.rpartition("-")
        if whose == machine and (process == str(us) or not Path("/proc", process).exists()):
            shutil.rmtree(left, ignore_errors=True)
    folder = metrics / f"{machine}-{us}"
    folder.mkdir(parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def _answers(web: str) -> bool:
    connection = http.client.HTTPConnection(*_host_and_port(web), timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(host: str, port: int, folder: Path) -> str:
    shown_host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - only read here
    lines = ["", f"  Svyazka is at work:  http://{shown_host}:{port}", ""]
    kept = beginning.read_demonstration(beginning.demonstration_file())
    if kept:
        people = {key.removeprefix("login "): role for key, role in kept.items() if key.startswith("login ")}
        lines += ["  Demonstration. Log in as:"]
        lines += [f"    {login:<12} {role}" for login, role in people.items()]
        lines += [f"  Password of all of them:  {kept.get('password', '')}"]
        lines += [f"  Secret of the Telegram bot's webhook:  {kept.get('bot_secret', '')}", ""]
    where = "your own PostgreSQL" if database.is_own_server() else "a PostgreSQL of its own"
    lines += [f"  Data: {folder}  ({where})", "  Stop with Ctrl-C.", ""]
    return "\n".join(lines)
