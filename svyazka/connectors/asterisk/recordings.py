"""How what Asterisk has recorded comes here: out of a folder that is mounted, over HTTP, or from ARI's store."""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path, PurePosixPath
from typing import ClassVar
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Access, Option
from svyazka.business.calls.recordings.source import LARGEST, NotFetched, download_or_refuse
from svyazka.kit.download import Wish

MONITOR = "/var/spool/asterisk/monitor"
ARI_STORE = "/var/spool/asterisk/recording"
AT_REST = 3.0  # seconds since the last byte: whatever writes the file has closed it


OPTIONS = (
    Option(
        "recordings",
        _("Recordings"),
        _("How they come here. The PBX keeps its own files as long as it likes."),
        choices=(
            ("", _("stay at the PBX")),
            ("folder", _("from a folder that is mounted on this machine")),
            ("http", _("over HTTP, from a web server before the folder")),
            ("ari", _("over ARI, from its store of recordings")),
        ),
    ),
    Option("recordings_folder", _("Folder on this machine"), _("Where the folder with the recordings is mounted.")),
    Option(
        "recordings_path",
        _("Folder at the PBX"),
        _("As it stands in the dialplan. Empty: /var/spool/asterisk/monitor, for ARI …/recording."),
    ),
    Option("recordings_address", _("Address of the recordings"), _("For HTTP and ARI: https://pbx.example/monitor")),
    Option("recordings_login", _("Login for the recordings")),
    Option("recordings_password", _("Password for the recordings"), is_secret=True),
)


class Recordings:
    options: ClassVar[tuple[Option, ...]] = OPTIONS

    def __init__(self, access: Access) -> None:
        self._access = access

    def fetch(self, place: str, to: Path) -> None:
        ways = {"folder": self._from_folder, "http": self._over_http, "ari": self._from_ari}
        way = ways.get(self._access.option("recordings"))
        if way is None:
            raise NotFetched("no_way")
        way(place, to)

    def _from_folder(self, place: str, to: Path) -> None:
        named = self._access.option("recordings_folder")
        folder = Path(named).resolve()
        if not named or not folder.is_dir():
            raise NotFetched("no_folder")
        try:
            # Also where a link in the folder leads out of it.
            found = (folder / self._below(place, MONITOR)).resolve(strict=True)
        except (FileNotFoundError, NotADirectoryError):
            raise NotFetched("not_there") from None
        except (OSError, RuntimeError, ValueError):
            raise NotFetched("not_allowed") from None
        if not found.is_relative_to(folder):
            raise NotFetched("not_allowed")
        _copy(found, to)

    def _over_http(self, place: str, to: Path) -> None:
        address = self._access.option("recordings_address").rstrip("/")
        self._download(f"{address}/{quote(str(self._below(place, MONITOR)))}", to)

    def _from_ari(self, place: str, to: Path) -> None:
        """Its store knows names without the ending, and only what lies in its own folder."""
        address = self._access.option("recordings_address").rstrip("/")
        name = str(self._below(place, ARI_STORE).with_suffix(""))
        self._download(f"{address}/ari/recordings/stored/{quote(name, safe='')}/file", to)

    def _download(self, url: str, to: Path) -> None:
        login = (self._access.option("recordings_login"), self._access.option("recordings_password"))
        download_or_refuse(Wish(url, LARGEST, login=login if login[0] else None, anywhere=True), to)

    def _below(self, place: str, usual: str) -> PurePosixPath:
        """The place as seen from the folder that is named in the settings of the PBX."""
        path = PurePosixPath(place)
        root = PurePosixPath(self._access.option("recordings_path", usual))
        if path.is_absolute():
            if not path.is_relative_to(root):
                raise NotFetched("not_allowed")
            path = path.relative_to(root)
        if not path.name or ".." in path.parts or "\0" in place:
            raise NotFetched("not_allowed")
        return path


def _copy(found: Path, to: Path) -> None:
    try:
        # A pipe of this name would never end.
        handle = os.open(found, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NotFetched("not_there") from None
    except OSError:
        raise NotFetched("not_allowed") from None
    with os.fdopen(handle, "rb") as file, to.open("wb") as target:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise NotFetched("not_allowed")
        if about.st_size > LARGEST:
            raise NotFetched("too_large")
        if time.time() - about.st_mtime < AT_REST:
            raise NotFetched("not_final")
        shutil.copyfileobj(file, target)
        if target.tell() != about.st_size:
            raise NotFetched("not_final")
