"""`svyazka bench start`: from typing the command to the first page, on a house that has been started before."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from statistics import median

from svyazka.config.bench.ground import SVYAZKA, folder, free_port, until_it_answers
from svyazka.config.bench.report import Row

PAGE = "/login/"


def rows(quick: bool) -> list[Row]:
    with folder() as (_place, environment):
        first, _stopped = _start_and_stop(environment)
        rounds = [_start_and_stop(environment) for _ in range(3 if quick else 5)]
    return [
        Row("second start to first page", median(up for up, _down in rounds), "s", must=5, aim=3),
        Row("first start to first page", first, "s"),
        Row("stop", median(down for _up, down in rounds), "s"),
    ]


def _start_and_stop(environment: Mapping[str, str]) -> tuple[float, float]:
    port = free_port()
    began = time.monotonic()
    running = subprocess.Popen([*SVYAZKA, "run"], env={**environment, "SVYAZKA_PORT": str(port)}, stdout=sys.stderr)
    try:
        until_it_answers(f"http://127.0.0.1:{port}{PAGE}")
        up = time.monotonic() - began
    finally:
        told = time.monotonic()
        running.send_signal(signal.SIGINT)
        running.wait(60)
    return up, time.monotonic() - told
