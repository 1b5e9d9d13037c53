"""What a site gets by its one tag: our script with the account's own settings in it. Without Django, for the edge."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from svyazka.business.conversations.widget_words import TEXTS, WORDS, both

FIELDS = ("name", "phone", "email", "address", "openings", "message")
SIDES = ("right", "left")
USUAL: dict[str, Any] = {
    "is_on": False,
    "fields": [["name", False], ["phone", True]],
    "texts": both(TEXTS),
    "color": "#1f5fd0",
    "side": "right",
    "lift": 20,
    "button": True,
    "call": True,
    "pages": [],
    "only": "",
}
_TOLD = ("fields", "texts", "color", "side", "lift", "button", "call", "pages", "only")
HOURS = {"week": [9 * 60, 21 * 60], "weekend": [10 * 60, 20 * 60]}
_COLOR = re.compile(r"#[0-9a-f]{6}")


def script(source: str, style: str, config: Mapping[str, Any]) -> bytes:
    """The settings stand in it as data: nothing that somebody typed can end it or begin a tag."""
    colors = f":host{{--accent:{config['color']};--ink:{ink_on(config['color'])};--lift:{int(config['lift'])}px}}"
    told = json.dumps({**config, "css": style + colors}, ensure_ascii=False, separators=(",", ":"))
    told = told.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return source.replace("__CONFIG__", told, 1).encode()


def config(
    key: str,
    widget: Mapping[str, Any] | None,
    *,
    consent: Mapping[str, Any] | None = None,
    advertising: Mapping[str, Any] | None = None,
    hours: Mapping[str, Any] | None = None,
    zone: str,
    captcha: str = "",
) -> dict[str, Any]:
    """What the script is told. `consent`: the words in force, with their version."""
    given = {**USUAL, **(widget or {})}
    told = {
        name: given[name] for name in ("fields", "texts", "color", "side", "lift", "button", "call", "pages", "only")
    }
    if not _COLOR.fullmatch(told["color"]):
        told["color"] = USUAL["color"]
    consents = {"consent": consent, "advertising": advertising}
    return {
        "key": key,
        **told,
        "words": both(WORDS),
        **consents,
        "hours": hours or HOURS,
        "zone": zone,
        "captcha": captcha,
    }


def ink_on(color: str) -> str:
    """Black or white, whichever is read better on it (WCAG 2.2, relative luminance): 4.5 to 1 at least."""
    return "#fff" if contrast(color, "#ffffff") >= contrast(color, "#000000") else "#000"


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
