"""What has to stand in the files of an Asterisk: templates, for the page that sets a PBX up and the documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "snippets"
NAMES = ("manager.conf", "asterisk.conf", "features.conf", "extensions.conf", "http.conf", "pjsip.conf")
_PLACE = re.compile(r"<(\w+)>")


def filled(name: str, values: Mapping[str, str]) -> str:
    """With what is known of this PBX; a place whose value is not known stays as it is, for whoever reads it."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: _plain(values.get(place[1], "")) or place[0], text)


def _plain(value: str) -> str:
    # A line break, a semicolon or a bracket would be another setting.
    return re.sub(r"[\r\n;\[\]]", "", value)
