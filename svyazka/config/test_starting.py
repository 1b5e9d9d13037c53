"""The one command, with real processes, in a data folder of its own."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from svyazka.config import beginning, starting
from svyazka.config.bench.ground import free_port, until_it_answers
from svyazka.config.embedded import Embedded
from svyazka.config.holding import PATIENCE, CannotStart

pytestmark = pytest.mark.slow
SVYAZKA = [sys.executable, "-m", "svyazka.config.cli"]


@pytest.fixture(scope="module")
def place():
    # Not pytest's own folder: only its owner may enter that one, and PostgreSQL has an account of its own.
    folder = Path(tempfile.mkdtemp(prefix="svyazka-run-"))
    folder.chmod(0o755)
    yield folder
    Embedded(folder).stop()
    shutil.rmtree(folder)


@pytest.fixture
def house(place):
    running, address = start(place)
    yield running, address
    if running.poll() is None:
        running.send_signal(signal.SIGINT)
        running.wait(60)


def start(place: Path) -> tuple[subprocess.Popen[str], str]:
    port = free_port()
    running = subprocess.Popen(
        [*SVYAZKA, "run"], env=environment(place, port), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    address = f"http://127.0.0.1:{port}"
    until_it_answers(f"{address}/login/", seconds=120)
    return running, address


def environment(place: Path, port: int) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith(("SVYAZKA_", "DATABASE_", "PYTEST_"))}
    return {**own, "SVYAZKA_DATA": str(place), "SVYAZKA_PORT": str(port)}


def test_a_new_folder_becomes_a_house_that_takes_a_request_and_stops_leaving_nothing(place, house):
    running, address = house
    kept = place / "demonstration.txt"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "login olga" in beginning.read_demonstration(kept)
    assert _status(address, "POST", "/in/form/demo-okna/", "name=Vera&phone=89161234567") == 200
    _until(lambda: _status(address, "GET", "/readyz") == 200)
    below = _below(running.pid)
    assert len(below) >= 4
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[0]
    assert running.returncode == 0
    assert beginning.read_demonstration(kept)["password"] in said
    assert not any(_lives(process) for process in below)
    assert not Embedded(place).is_running()


def test_a_database_that_the_system_killed_comes_back_and_requests_are_taken_again(place, house):
    _running, address = house
    _until(lambda: _status(address, "GET", "/readyz") == 200)
    killed = _postmaster(place)
    os.kill(killed, signal.SIGKILL)
    # The house has that long for the database alone; the worker comes after it.
    _until(lambda: _postmaster(place) not in {killed, None}, seconds=PATIENCE)
    _until(lambda: _status(address, "GET", "/readyz") == 200, seconds=PATIENCE)
    assert _status(address, "GET", "/login/") == 200
    assert _status(address, "POST", "/in/form/demo-okna/", "name=Vera&phone=89161234567") == 200


def test_a_second_run_on_the_same_folder_is_refused_in_one_line(place, house):
    second = _say(place, free_port())
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_a_taken_port_is_refused_in_one_line(place):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = _say(place, taken.getsockname()[1])
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "SVYAZKA_PORT" in refused.stderr


def test_after_a_kill_nothing_runs_on_and_the_next_start_takes_over(place):
    running, _address = start(place)
    below = _below(running.pid)
    running.kill()
    running.wait()
    running.stdout.close()
    _until(lambda: not any(_lives(process) for process in below))
    again, _address = start(place)
    again.send_signal(signal.SIGTERM)
    again.communicate(timeout=60)
    assert again.returncode == 0
    assert not Embedded(place).is_running()


def test_a_second_web_on_the_same_folder_counts_for_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("SVYAZKA_DATA", str(tmp_path))
    counting = "from svyazka.config import starting; print(*starting.counters().values(), flush=True); input()"
    other = subprocess.Popen([sys.executable, "-c", counting], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    theirs = Path(other.stdout.readline().strip())
    (theirs / "counter_1.db").touch()
    ours = Path(*starting.counters().values())
    assert (theirs / "counter_1.db").exists()
    assert (ours.is_dir(), ours != theirs) == (True, True)
    other.communicate("\n")
    starting.counters()
    assert list((tmp_path / "metrics").iterdir()) == [ours]


@pytest.mark.parametrize("web", ["unix:/run/svyazka.sock", "127.0.0.1:8001", "http://web", "http://web:x"])
def test_an_address_that_the_pages_cannot_have_is_refused(web):
    with pytest.raises(CannotStart, match="SVYAZKA_WEB"):
        starting.web_command(web)


def test_a_proxy_that_is_no_address_is_refused_in_one_line(place):
    given = {**environment(place, free_port()), "SVYAZKA_PROXIES": "proxy.example.ru"}
    refused = subprocess.run([*SVYAZKA, "run"], env=given, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 1
    assert refused.stderr.startswith("svyazka: SVYAZKA_PROXIES: 'proxy.example.ru'")
    assert len(refused.stderr.splitlines()) == 1


def test_what_is_told_to_end_before_it_is_ready_leaves_no_database(place):
    running = subprocess.Popen([*SVYAZKA, "run"], env=environment(place, free_port()), stderr=subprocess.DEVNULL)
    _until((place / "postgres.ours").exists)
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 128 + signal.SIGINT
    assert not Embedded(place).is_running()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_demonstration_ends_with_all_that_it_started(place, told):
    port = free_port()
    # As a shell starts it in the background, with SIGINT ignored; but not as nohup, under which this may be running.
    running = subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *SVYAZKA, "demo"],
        env=environment(place, port),
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )
    until_it_answers(f"http://127.0.0.1:{port}/login/", seconds=120)
    _until(lambda: len(_below(running.pid)) >= 5)  # the house, its door, its pages and what they consist of
    below = _below(running.pid)
    running.send_signal(told)
    running.wait(120)
    _until(lambda: not any(_lives(process) for process in below))
    assert not Embedded(place).is_running()


def _say(place: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SVYAZKA, "run"], env=environment(place, port), capture_output=True, text=True, timeout=60)


def _status(address: str, method: str, path: str, body: str | None = None) -> int:
    # A page waits ten seconds for a database that is not there, before it says so.
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
    status = connection.getresponse().status
    connection.close()
    return status


def _below(root: int) -> set[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        # One that ends while it is being read is nobody's child any more.
        with suppress(FileNotFoundError, ProcessLookupError):
            if entry.name.isdigit():
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    below, grown = set(), {root}
    while grown:
        grown = {process for process, parent in parents.items() if parent in grown} - below
        below |= grown
    return below


def _postmaster(place: Path) -> int | None:
    try:
        return int((place / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError):
        return None


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _until(is_so, seconds: float = 30) -> None:
    last = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < last, "did not come about in time"
        time.sleep(0.1)
