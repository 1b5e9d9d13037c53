"""Words that a company chose itself, in each language it chose them in: `{"ru": "Замер", "en": "Measurement"}`."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language


def here(words: Mapping[str, str] | None) -> str:
    """The words in the language of the page; where they are missing, in any."""
    if not words:
        return ""
    language = (get_language() or "ru")[:2]
    return _in(language, words)


def to_store(words: Mapping[str, str] | None) -> str:
    """The words in the company's language: what is written down must not depend on who clicked."""
    return _in(settings.LANGUAGE_CODE, words) if words else ""


def _in(language: str, words: Mapping[str, str]) -> str:
    return words.get(language) or words.get("ru") or next(iter(words.values()))
