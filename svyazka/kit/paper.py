"""Papers of the house: a template and what is to stand in it become a PDF (docs/decisions/pdf.md)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from svyazka.kit import typesetter

PATIENCE = 60  # seconds


class NoPaper(Exception):
    """It could not be made. `again`: a later attempt may do better."""

    def __init__(self, said: str, *, again: bool) -> None:
        super().__init__(said)
        self.again = again


def made(template: str, data: Mapping[str, Any]) -> bytes:
    """The template reads `data` as `json(bytes(sys.inputs.data))`: whatever somebody typed is text there, never a
    command."""
    given = json.dumps({"template": template, "data": json.dumps(data, ensure_ascii=False)})
    try:
        done = subprocess.run(
            [sys.executable, "-m", typesetter.__name__], input=given.encode(), capture_output=True, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as trouble:
        raise NoPaper(type(trouble).__name__, again=True) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise NoPaper(said[-1] if said else str(done.returncode), again=done.returncode != typesetter.UNSOUND)
    return done.stdout
