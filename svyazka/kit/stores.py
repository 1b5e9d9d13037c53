"""Stores of files: where one lies, whether it works, what is in it, and one that is moving house."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from svyazka.kit.refusals import Refused


class Moving(Storage):
    """What is new goes into `now`; what is not there yet is still read from `before`. Nothing is lost while files are
    carried from one to the other, nor while one process knows of the move and another does not."""

    def __init__(self, now: tuple[str, dict[str, Any]], before: tuple[str, dict[str, Any]]) -> None:
        self.now: Any = import_string(now[0])(**now[1])
        self.before: Any = import_string(before[0])(**before[1])

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        found: File[Any]
        try:
            found = self.now.open(name, mode)
        except FileNotFoundError:
            found = self.before.open(name, mode)
        return found

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Under a name that is free in both."""
        return str(self.now.save(self.get_available_name(name or content.name, max_length), content, max_length))

    def delete(self, name: str) -> None:
        self.now.delete(name)
        self.before.delete(name)

    def exists(self, name: str) -> bool:
        return bool(self.now.exists(name) or self.before.exists(name))

    def size(self, name: str) -> int:
        try:
            return int(self.now.size(name))
        except FileNotFoundError:
            return int(self.before.size(name))

    def url(self, name: str | None) -> str:
        raise NotImplementedError  # files leave the house through our own door only


def now_of(store: Any) -> Any:
    """Where what is new goes."""
    return store.now if isinstance(store, Moving) else store


def tried(store: Any) -> tuple[str, str]:
    """Where it lies, and what is wrong with it, in words; nothing is wrong: empty."""
    there = now_of(store)
    try:
        if isinstance(there, FileSystemStorage):
            _try_folder(there)
        else:
            there.try_out()
    except Refused as refusal:
        return place_of(there), str(refusal.message)
    return place_of(there), ""


def place_of(store: Any) -> str:
    return str(store.location) if isinstance(store, FileSystemStorage) else str(store.place)


def names_in(store: Any) -> Iterator[tuple[str, int]]:
    """All files of a store with their sizes; of a folder without what belongs to another store, or is half done."""
    if not isinstance(store, FileSystemStorage):
        yield from store.names()
        return
    root = Path(store.location)
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(files):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield str(path.relative_to(root)), path.stat().st_size


def _try_folder(store: FileSystemStorage) -> None:
    try:
        name = store.save(f".try-{uuid4().hex}", ContentFile(b"svyazka"))
        store.delete(name)
    except OSError as refusal:
        words = _("The folder cannot be written into ({why}).").format(why=refusal.strerror)
        raise Refused(words) from None
