"""Where the sound lies: a folder of its own, which may be large and on another disk; one line of settings makes it a
storage of another kind.

Beside each sound lies its wave, as long as the sound itself is there and no longer.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage, storages


def put(name: str, finished: Path) -> None:
    """What lay there under this name, from an attempt that was cut off, is replaced."""
    _store().delete(name)
    with finished.open("rb") as content:
        _store().save(name, _Finished(content))


def open_file(name: str) -> File[Any]:
    """Raises FileNotFoundError."""
    found: File[Any] = _store().open(name, "rb")
    return found


def read(name: str) -> bytes:
    """Empty, where there is none."""
    try:
        with open_file(name) as file:
            content: bytes = file.read()
            return content
    except FileNotFoundError:
        return b""


def size(name: str) -> int:
    """Raises FileNotFoundError."""
    return _store().size(name)


def remove(name: str) -> None:
    _store().delete(name)
    _store().delete(wave_of(name))


def name_of(call_started_at: datetime, call_id: int, number: int, suffix: str) -> str:
    return f"{call_started_at:%Y/%m/%d}/{call_id}-{number}.{suffix}"


def wave_of(name: str) -> str:
    return f"{name}.wave"


def _store() -> Storage:
    return storages["recordings"]


class _Finished(File):  # type: ignore[type-arg]  # the stubs have a parameter that Django itself does not know
    """A file of ours that may be moved instead of copied: under its name it appears only whole."""

    def temporary_file_path(self) -> str:
        return str(self.file.name) if self.file else ""
