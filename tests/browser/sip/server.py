"""A SIP server for the tests of the softphone: Kamailio on loopback, ended with the test."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIG = Path(__file__).with_name("kamailio.cfg")
SECRET = "right-secret"
DOMAIN = "sip.test"


def missing() -> str:
    """Why it cannot be started here; empty when it can."""
    if not shutil.which("kamailio"):
        return "Kamailio is not installed: apt-get install kamailio kamailio-websocket-modules"
    if not list(Path("/usr/lib").glob("*/kamailio/modules/websocket.so")):
        return "Kamailio knows no WebSocket: apt-get install kamailio-websocket-modules"
    return ""


@contextmanager
def running() -> Iterator[str]:
    """The address of its WebSocket."""
    port = _free_port()
    folder = Path(tempfile.mkdtemp(prefix="svyazka-sip-"))
    command = ["kamailio", "-f", CONFIG, "-DD", "-E", "-m", "32", "-M", "4", "-l", f"tcp:127.0.0.1:{port}",
               "-w", folder, "-Y", folder]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)
    try:
        _wait(port, process, folder / "log")
        yield f"ws://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"Kamailio did not start:\n{log.read_text()[-3000:]}")
