"""Words that a company chose itself, in each language it chose them in: `{"ru": "Замер", "en": "Measurement"}`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from svyazka.kit.refusals import Refused


def here(words: Mapping[str, str] | None) -> str:
    """The words in the language of the page; where they are missing, in any."""
    if not words:
        return ""
    language = (get_language() or "ru")[:2]
    return _in(language, words)


def to_store(words: Mapping[str, str] | None) -> str:
    """The words in the company's language: what is written down must not depend on who clicked."""
    return _in(settings.LANGUAGE_CODE, words) if words else ""


def read(stored: Any) -> dict[str, str]:
    """As a row of plain SQL brings them: as text, or not at all."""
    found: dict[str, str] = json.loads(stored) if stored else {}
    return found


def translated(said: str, words: Mapping[str, str]) -> str:
    """What was written down once, in the language of the page, if it is still one of these words; else as it is."""
    return here(words) if said in words.values() else said


def _in(language: str, words: Mapping[str, str]) -> str:
    return words.get(language) or words.get("ru") or next(iter(words.values()))


def chosen(typed: Mapping[str, str], *, besides: Collection[str] = (), longest: int = 60) -> dict[str, str]:
    """The name that somebody gave to something. `besides`: those that others have."""
    clean = {language: " ".join(said.replace("\x00", "").split()) for language, said in typed.items()}
    clean = {language: said for language, said in clean.items() if said}
    if not clean.get("ru"):
        raise _at_fault(_("Without a name nobody knows what it is."))
    if any(len(said) > longest for said in clean.values()):
        raise _at_fault(_("This is too long."))
    if clean["ru"] in besides:
        raise taken()
    return clean


def taken() -> Refused:
    return _at_fault(_("There is one of this name already."))


def _at_fault(message: object) -> Refused:
    return Refused(message, fields={"ru": message})
