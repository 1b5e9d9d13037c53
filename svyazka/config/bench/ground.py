"""Where a benchmark runs: a data folder and a database of its own, with the settings of production, gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from svyazka.config import database
from svyazka.config.embedded import Embedded

SVYAZKA = [sys.executable, "-m", "svyazka.config.cli"]


@dataclass(frozen=True)
class Ground:
    """`environment`: for processes that shall work on it."""

    folder: Path
    url: str
    environment: Mapping[str, str]

    def svyazka(self, *words: str) -> None:
        """A command of ours on this ground; its words go to stderr, for stdout belongs to the figures."""
        subprocess.run([*SVYAZKA, *words], env=dict(self.environment), stdout=sys.stderr, check=True)

    def inside(self, name: str, *numbers: int) -> dict[str, float]:
        """The figures of `svyazka.config.bench.<name>`, run in a process of its own with Django set up. It is told
        these numbers and the folder of the cluster."""
        code = f"import django; django.setup(); from svyazka.config.bench.{name} import main; main()"
        words = [sys.executable, "-c", code, *map(str, numbers), str(Embedded(self.folder).cluster)]
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "svyazka.config.settings"}
        told = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        figures: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
        print(f"bench: {figures}", file=sys.stderr, flush=True)
        return figures


@contextmanager
def folder() -> Iterator[tuple[Path, dict[str, str]]]:
    """A data folder, and the environment in which every process of ours takes it for its own."""
    place = Path(tempfile.mkdtemp(prefix="svyazka-bench-"))
    place.chmod(0o755)  # PostgreSQL runs under an account of its own when we are root
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("SVYAZKA_", "DATABASE_", "PYTEST_"))
    }
    try:
        yield place, {**own, "SVYAZKA_DATA": str(place)}
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def ground(*, settings: Mapping[str, str] | None = None) -> Iterator[Ground]:
    """With the tables and the demonstration company of the blueprint `windows`."""
    with folder() as (place, environment):
        cluster = Embedded(place, settings=dict(settings or {}))
        cluster.start()
        try:
            url = cluster.url()
            database.make_sure(url)
            made = Ground(place, url, {**environment, "DATABASE_URL": url, "DATABASE_DIRECT_URL": url})
            made.svyazka("init", "--blueprint", "windows", "--demonstration")
            yield made
        finally:
            cluster.stop()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until_it_answers(address: str, *, seconds: float = 60) -> float:
    """Seconds until the page is there (2xx)."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - an address of our own
                answer.read()
                return time.monotonic() - began
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError(f"{address} does not answer")
