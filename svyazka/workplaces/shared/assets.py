"""Addresses of static files: looked up once, not per icon."""

from __future__ import annotations

from functools import cache

from django.templatetags.static import static


@cache
def address_of(path: str) -> str:
    return static(path)
