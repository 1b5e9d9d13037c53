"""Words that a company chose itself, in each language it chose them in: `{"ru": "Замер", "en": "Measurement"}`."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language


def here(words: Mapping[str, str] | None) -> str:
    """The words in the language of the page; where they are missing, in any."""
    if not words:
        return ""
    language = (get_language() or "ru")[:2]
    return words.get(language) or words.get("ru") or next(iter(words.values()))
