"""Pictures that the house draws itself, in pages."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe


def drawn(svg: str) -> SafeString:
    """Made by the house out of numbers and escaped words."""
    return mark_safe(svg)  # noqa: S308
