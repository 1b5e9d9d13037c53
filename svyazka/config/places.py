"""Where things stand on this machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from svyazka.config.embedded import default_folder

CHECKOUT = Path(__file__).resolve().parent.parent.parent


class FolderUnusable(Exception):
    """The data folder cannot be made, or not be written into."""

    def __init__(self, folder: Path, refusal: OSError) -> None:
        is_file = isinstance(refusal, FileExistsError | NotADirectoryError)
        why = "it is not a folder" if is_file else refusal.strerror
        super().__init__(f"{folder} cannot be the data folder ({why}). Name another one in SVYAZKA_DATA.")


def data_folder() -> Path:
    named = os.environ.get("SVYAZKA_DATA")
    return Path(named).expanduser().resolve() if named else default_folder(CHECKOUT)


def secret_key() -> str:
    """From SVYAZKA_SECRET_KEY, or made once and kept in the data folder, readable by its owner alone."""
    if given := os.environ.get("SVYAZKA_SECRET_KEY"):
        return given
    place = data_folder() / "secret.key"
    try:
        return _kept_key(place)
    except OSError as refusal:
        raise FolderUnusable(place.parent, refusal) from None


def _kept_key(place: Path) -> str:
    try:
        return place.read_text().strip()
    except FileNotFoundError:
        place.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(48)
    try:
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
    except FileExistsError:  # another process was quicker
        return place.read_text().strip()
    return made
