"""What becomes of what is held of a client here when he is erased: all of it goes, the content first."""

from __future__ import annotations

from collections.abc import Sequence

from svyazka.business.files import store
from svyazka.business.files.models import KeptFile, Upload
from svyazka.business.files.of_client import HELD
from svyazka.kit.erased import removed


def _without_pieces(uploads: Sequence[Upload]) -> None:
    for one in uploads:
        store.remove_pieces(one.key, one.pieces)


def _without_content(files: Sequence[KeptFile]) -> None:
    for one in files:
        store.remove(one.stored)


ERASED = (
    removed(Upload, HELD, without_files=_without_pieces),
    removed(KeptFile, HELD, without_files=_without_content),
)
