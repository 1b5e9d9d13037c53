"""`svyazka storage ...`: looks whether the stores of files work, and carries all files from one kind to the other.

Each file is read back and compared before it counts; what was carried is written down beside the data, so that it goes
on where it was stopped. The old store is left as it is.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.utils import translation
from django.utils.module_loading import import_string

from svyazka.config import storing
from svyazka.config.holding import CannotStart
from svyazka.config.places import data_folder
from svyazka.kit import stores
from svyazka.kit.refusals import Refused

CARRIED = "storage-move.jsonl"
PIECE = 1024 * 1024
IN_MEMORY = 8 * 1024 * 1024
MOST_ROUNDS = 5  # while it goes on, people go on putting files there


@dataclass(frozen=True)
class Leg:
    """One store: from where to where."""

    alias: str
    source: Any
    target: Any
    besides: tuple[str, ...] = ()  # folders in it that belong to other stores

    def names(self) -> Iterator[tuple[str, int]]:
        for name, size in stores.names_in(self.source):
            if not name.startswith((*self.besides, ".")):
                yield name, size


def look() -> int:
    """0: all of them work."""
    with translation.override("en"):
        outcomes = [(alias, *stores.tried(store)) for alias, store in _now().items()]
    for alias, place, trouble in outcomes:
        print(f"{'problem' if trouble else 'ok':8} {alias}: {place}{f': {trouble}' if trouble else ''}")
    return 1 if any(trouble for _alias, _place, trouble in outcomes) else 0


def move(to: str, *, is_dry: bool) -> int:
    if not storing.has_bucket():
        raise CannotStart("Name the bucket first (SVYAZKA_S3_BUCKET and its keys): docs/how-to/storage.md")
    try:
        with translation.override("en"):
            return _move(legs(to), to, is_dry=is_dry)
    except Refused as refusal:
        raise CannotStart(f"{refusal.message} Type it again later: it goes on.") from None


def legs(to: str) -> list[Leg]:
    folders: Mapping[str, Path] = settings.FILE_FOLDERS
    found = []
    for alias, folder in folders.items():
        others = [one for name, one in folders.items() if name != alias and one.is_relative_to(folder)]
        in_folder, in_bucket = _made(storing.folder_of(folder)), _made(storing.bucket_of(alias))
        source, target = (in_folder, in_bucket) if to == storing.S3 else (in_bucket, in_folder)
        besides = tuple(f"{one.relative_to(folder)}/" for one in others if one != folder)
        found.append(Leg(alias, source, target, besides if to == storing.S3 else ()))
    return found


def _move(all_legs: list[Leg], to: str, *, is_dry: bool) -> int:
    known = _carried(to)
    waiting = _waiting(all_legs, known)
    size = sum(size for _leg, _name, size in waiting)
    print(f"{len(waiting)} files, {size / 1024**2:.1f} MB, are to be carried; {len(known)} are there already.")
    if is_dry:
        return 0
    for _round in range(MOST_ROUNDS):
        if not waiting:
            break
        _carry(waiting, to, known)
        waiting = _waiting(all_legs, known)
    if waiting:
        raise CannotStart(f"{len(waiting)} files are not there yet. Type it again: it goes on.")
    return _switch(to)


def _waiting(all_legs: list[Leg], known: set[tuple[str, str]]) -> list[tuple[Leg, str, int]]:
    """All but what was carried and is still there."""
    found = []
    for leg in all_legs:
        there = dict(stores.names_in(leg.target))
        found += [
            (leg, name, size) for name, size in leg.names() if (leg.alias, name) not in known or there.get(name) != size
        ]
    return found


def _switch(to: str) -> int:
    storing.choose(to)
    if storing.chosen() != to:
        print(f"All files are there. The environment says SVYAZKA_STORAGE={storing.chosen()}: set it to {to}.")
    print(f"All files are there, each read back and compared. Start Svyazka anew: from then on files go to {to}.")
    print("The old store is left as it is; what is not in the new one is still read from there.")
    return 0


def _carry(waiting: list[tuple[Leg, str, int]], to: str, known: set[tuple[str, str]]) -> None:
    with _place(to).open("a", encoding="utf-8") as written:
        for number, (leg, name, _size) in enumerate(waiting, start=1):
            sha256 = _carry_one(leg, name)
            known.add((leg.alias, name))
            written.write(json.dumps({"store": leg.alias, "name": name, "sha256": sha256}) + "\n")
            written.flush()
            if number % 100 == 0 or number == len(waiting):
                print(f"\r{number} of {len(waiting)}", end="\n" if number == len(waiting) else "", flush=True)


def _carry_one(leg: Leg, name: str) -> str:
    """What lies there from an attempt that was cut off is replaced. What is gone meanwhile is not carried."""
    try:
        with leg.source.open(name, "rb") as content, tempfile.SpooledTemporaryFile(IN_MEMORY) as passing:
            sha256 = _copied(content, passing)
            leg.target.delete(name)
            passing.seek(0)
            kept = leg.target.save(name, File(passing))
    except FileNotFoundError:
        return ""
    with leg.target.open(kept, "rb") as back:
        if kept != name or _sha256(back) != sha256:
            leg.target.delete(kept)
            raise CannotStart(f"{leg.alias}/{name} did not arrive as it was. Nothing is switched.")
    return sha256


def _copied(content: Any, to: Any) -> str:
    counted = hashlib.sha256()
    while piece := content.read(PIECE):
        counted.update(piece)
        to.write(piece)
    return counted.hexdigest()


def _sha256(content: IO[bytes]) -> str:
    counted = hashlib.sha256()
    while piece := content.read(PIECE):
        counted.update(piece)
    return counted.hexdigest()


def _carried(to: str) -> set[tuple[str, str]]:
    try:
        lines = _place(to).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return set()
    found = set()
    for line in lines:
        try:
            one = json.loads(line)
            found.add((one["store"], one["name"]))
        except (ValueError, KeyError):  # the last line of a process that was killed
            continue
    return found


def _place(to: str) -> Path:
    return data_folder() / f"{to}-{CARRIED}"


def _now() -> dict[str, Any]:
    from django.core.files.storage import storages

    return {alias: storages[alias] for alias in settings.FILE_FOLDERS}


def _made(said: Mapping[str, Any]) -> Any:
    return import_string(said["BACKEND"])(**said["OPTIONS"])
