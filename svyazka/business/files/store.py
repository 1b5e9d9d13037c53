"""Where the content of files lies: a folder, or whatever the settings name instead."""

from __future__ import annotations

import secrets as randomness
from typing import IO, Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from svyazka.kit import clock


def put(content: IO[bytes]) -> str:
    """Under a name that nobody can guess, and that says nothing."""
    content.seek(0)
    return _store().save(f"{clock.now():%Y/%m/%d}/{randomness.token_hex(16)}", File(content))


def put_small(stored: str, content: bytes) -> None:
    _store().delete(small_of(stored))
    _store().save(small_of(stored), ContentFile(content))


def open_file(stored: str) -> File[Any]:
    """Raises FileNotFoundError."""
    found: File[Any] = _store().open(stored, "rb")
    return found


def remove(stored: str) -> None:
    _store().delete(stored)
    _store().delete(small_of(stored))


def small_of(stored: str) -> str:
    return f"{stored}.small"


def put_piece(upload: object, number: int, content: bytes) -> None:
    """One that was cut off lies there perhaps: it is replaced."""
    _store().delete(piece(upload, number))
    _store().save(piece(upload, number), ContentFile(content))


def open_piece(upload: object, number: int) -> File[Any]:
    found: File[Any] = _store().open(piece(upload, number), "rb")
    return found


def remove_pieces(upload: object, pieces: int) -> None:
    """One more than are counted: the last may have been put without being counted."""
    for number in range(pieces + 1):
        _store().delete(piece(upload, number))


def piece(upload: object, number: int) -> str:
    return f"coming/{upload}/{number}"


def _store() -> Storage:
    return storages["files"]
