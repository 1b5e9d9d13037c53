"""What fetches a recording from a telephone system: the contract, and why it may fail, in words."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Access, Option
from svyazka.kit.download import Failed, Wish, download

LARGEST = 500 * 1024 * 1024  # nine hours of telephone sound as it comes from the PBX

TROUBLES = {
    "no_way": _("Nobody has said yet how recordings are fetched from this PBX. It is set on the page of the PBX."),
    "unreachable": _("The place where the PBX keeps its recordings cannot be reached."),
    "wrong_secret": _("Our login and password are not accepted there."),
    "locked": _("The secrets of this PBX cannot be opened. They are entered once more on its page."),
    "occupied": _(
        "The PBX lets us in for its recordings later: our user is logged in there, or its licences are used up."
    ),
    "certificate": _("The certificate of the server is not valid. The recording was not fetched."),
    "not_there": _("There is no such file at the PBX."),
    "not_ready": _("The PBX does not have the recording ready yet."),
    "no_right": _("The PBX gives no recordings out: the service is off there, or our login has no right to it."),
    "too_often": _("The PBX asks us to ask less often."),
    "not_allowed": _("This place lies outside of what may be fetched."),
    "not_final": _("The file is still being written."),
    "cut": _("The file broke off on its way."),
    "too_large": _("The file is larger than 500 MB."),
    "not_audio": _("What came is no sound recording."),
    "no_folder": _("The folder with the recordings is not there. Is it mounted on this machine?"),
    "no_room": _("There is no room left for recordings on this machine."),
    "store_away": _("The storage in which recordings are kept does not take them."),
    "broken": _("Fetching failed because of a mistake of ours. It is in the worker's log."),
}
# Asking again would change nothing.
FINAL = frozenset({"not_allowed", "too_large", "no_way"})


class NotFetched(Exception):
    """It is not here now. `trouble`: a key of TROUBLES."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class RecordingSource(Protocol):
    """Found through settings.RECORDING_SOURCES by the name of the driver."""

    options: ClassVar[tuple[Option, ...]]

    def __init__(self, access: Access) -> None: ...

    def fetch(self, place: str, to: Path) -> None:
        """Writes the whole file into `to`, piece by piece and no more than LARGEST of it. Raises NotFetched."""


def source(driver: str, access: Access) -> RecordingSource:
    made: RecordingSource = _class_of(driver)(access)
    return made


def options_of(driver: str) -> tuple[Option, ...]:
    """What the office asks for with the telephone system, so that its recordings can be fetched."""
    return tuple(_class_of(driver).options)


def _class_of(driver: str) -> type[RecordingSource]:
    """A driver without one of its own gives links."""
    name = settings.RECORDING_SOURCES.get(driver) or settings.RECORDING_SOURCES["link"]
    return cast(type[RecordingSource], import_string(name))


def download_or_refuse(wish: Wish, to: Path) -> None:
    """Raises NotFetched."""
    try:
        download(wish, to)
    except Failed as trouble:
        raise NotFetched(_OF_DOWNLOADS.get(trouble.why, trouble.why)) from trouble


_OF_DOWNLOADS = {
    "refused": "wrong_secret", "missing": "not_there", "rejected": "not_there", "forbidden": "not_allowed",
}  # fmt: skip


def trouble_of(trouble: str) -> str:
    return str(TROUBLES.get(trouble, trouble))
