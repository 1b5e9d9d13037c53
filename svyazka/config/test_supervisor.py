from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

# Supervises two processes that write down what happens to them; the second dies once by itself.
PROGRAM = """
import os, sys
from pathlib import Path
from svyazka.config.supervisor import Process, supervise

place = Path(sys.argv[1])
child = '''
import os, signal, subprocess, sys, time
from pathlib import Path
place, name = Path(sys.argv[1]), sys.argv[2]
def note(what):
    with (place / "story").open("a") as story:
        story.write(name + " " + what + chr(10))
def end(*_):
    note("ends")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if name == "deaf" else end)
(place / f"{name}.pid").write_text(str(os.getpid()))
note("starts")
grandchild = subprocess.Popen(["sleep", "1000"])
(place / f"{name}.grandchild").write_text(str(grandchild.pid))
if name == "second" and not (place / "died").exists():
    (place / "died").touch()
    os._exit(3)
time.sleep(1000)
'''
processes = [
    Process(name, [sys.executable, "-c", child, str(place), name], dict(os.environ), patience=5)
    for name in sys.argv[2:]
]
supervise(
    processes,
    is_ready=lambda: all((place / f"{name}.pid").exists() for name in sys.argv[2:]),
    say_ready=lambda: (place / "ready").touch(),
    look_after=lambda: (place / "looked").touch(),
)
"""


@pytest.fixture
def place(tmp_path):
    yield tmp_path
    for file in [*tmp_path.glob("*.pid"), *tmp_path.glob("*.grandchild")]:
        _end(int(file.read_text()))


def test_what_dies_comes_again_and_all_end_in_the_opposite_order(place):
    running = _supervisor(place, "first", "second")
    _until(lambda: _story(place).count("second starts") == 2)
    _until((place / "ready").exists)
    running.terminate()
    assert running.wait(10) == 0
    story = _story(place)
    assert story[-2:] == ["second ends", "first ends"]
    assert not any(map(_lives, _left(place)))
    said = running.stderr.read()
    assert "second ended (code 3); starting it again in 0.2 s" in said


def test_a_killed_supervisor_takes_its_processes_along(place):
    running = _supervisor(place, "first", "second")
    _until(lambda: _story(place).count("second starts") == 2)
    running.kill()
    running.wait()
    _until(lambda: not any(_lives(int((place / f"{name}.pid").read_text())) for name in ("first", "second")))


def test_an_impatient_person_ends_what_does_not_listen(place):
    running = _supervisor(place, "deaf")
    _until((place / "ready").exists)
    running.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    assert running.wait(3) == 0
    assert not any(map(_lives, _left(place)))


def _supervisor(place: Path, *names: str) -> subprocess.Popen[str]:
    program = textwrap.dedent(PROGRAM)
    return subprocess.Popen([sys.executable, "-c", program, str(place), *names], stderr=subprocess.PIPE, text=True)


def _story(place: Path) -> list[str]:
    file = place / "story"
    return file.read_text().splitlines() if file.exists() else []


def _left(place: Path) -> list[int]:
    return [int(file.read_text()) for file in [*place.glob("*.pid"), *place.glob("*.grandchild")]]


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _end(process: int) -> None:
    if _lives(process):
        os.kill(process, signal.SIGKILL)


def _until(is_so, seconds: float = 10) -> None:
    last = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < last, "did not come about in time"
        time.sleep(0.05)
