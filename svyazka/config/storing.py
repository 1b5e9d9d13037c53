"""Where files lie: in folders of this machine, or in a bucket of a storage that speaks S3.

The environment says it, and where it says nothing, a word in the data folder, left by `svyazka storage move`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from svyazka.config.holding import CannotStart
from svyazka.config.places import data_folder

FOLDER, S3 = "folder", "s3"
WORD = "storage"  # the file in the data folder
_FOLDER = "django.core.files.storage.FileSystemStorage"
_BUCKET = "svyazka.kit.bucket.Bucket"
_ONLY_OURS: dict[str, Any] = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}


def stores(folders: Mapping[str, Path | None]) -> dict[str, dict[str, Any]]:
    """`folders`: alias → where it lies as a folder; None: where MEDIA_ROOT says. Where a bucket is known, what lies in
    the other kind of store is still read from there."""
    return {alias: _store(alias, place) for alias, place in folders.items()}


def chosen() -> str:
    return os.environ.get("SVYAZKA_STORAGE") or _word() or FOLDER


def choose(kind: str) -> None:
    place = data_folder() / WORD
    place.write_text(f"{kind}\n")
    place.chmod(0o600)


def make_sure() -> None:
    """Raises CannotStart in words, before anything begins."""
    if chosen() not in (FOLDER, S3):
        raise CannotStart(f"SVYAZKA_STORAGE must be {FOLDER} or {S3}, not “{chosen()}”.")
    if chosen() == S3 and not has_bucket():
        raise CannotStart("Files are to lie in S3, but SVYAZKA_S3_BUCKET does not name a bucket.")
    if has_bucket():
        _keys()


def has_bucket() -> bool:
    return bool(os.environ.get("SVYAZKA_S3_BUCKET"))


def bucket_of(alias: str) -> dict[str, Any]:
    key, secret = _keys()
    before = os.environ.get("SVYAZKA_S3_PREFIX", "").strip("/")
    return {
        "BACKEND": _BUCKET,
        "OPTIONS": {
            "bucket_name": os.environ["SVYAZKA_S3_BUCKET"],
            "endpoint_url": os.environ.get("SVYAZKA_S3_ENDPOINT") or None,
            "region_name": os.environ.get("SVYAZKA_S3_REGION") or None,
            "access_key": key,
            "secret_key": secret,
            "location": f"{before}/{alias}" if before else alias,
        },
    }


def folder_of(place: Path | None) -> dict[str, Any]:
    where = {} if place is None else {"location": place}
    return {"BACKEND": _FOLDER, "OPTIONS": {**where, **_ONLY_OURS}}


def _store(alias: str, place: Path | None) -> dict[str, Any]:
    folder = folder_of(place)
    if not has_bucket():
        return folder
    both = [folder, bucket_of(alias)]
    now, before = both[::-1] if chosen() == S3 else both
    options = {"now": tuple(now.values()), "before": tuple(before.values())}
    return {"BACKEND": "svyazka.kit.stores.Moving", "OPTIONS": options}


def _word() -> str:
    try:
        return (data_folder() / WORD).read_text().strip()
    except OSError:
        return ""


def _keys() -> tuple[str, str]:
    """From the environment, or two lines of a file that only we may read."""
    named = os.environ.get("SVYAZKA_S3_KEYS_FILE")
    if not named:
        pair = os.environ.get("SVYAZKA_S3_KEY", ""), os.environ.get("SVYAZKA_S3_SECRET", "")
        if not all(pair):
            raise CannotStart("SVYAZKA_S3_KEY and SVYAZKA_S3_SECRET, or SVYAZKA_S3_KEYS_FILE, must be given.")
        return pair
    file = Path(named)
    try:
        if file.stat().st_mode & 0o077:
            raise CannotStart(f"{file} holds a key, and others may read it; type: chmod 600 {file}")
        key, secret = file.read_text().split()
    except (OSError, ValueError):
        raise CannotStart(f"{file} must be a file of two lines: the key, and its secret.") from None
    return key, secret
