"""Text from outside, as a database takes it."""

from __future__ import annotations


def storable(text: str) -> str:
    """Without NUL and without half a surrogate pair: PostgreSQL takes neither."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
