"""Text from outside, as a database takes it, as it is compared, and as a messenger takes it."""

from __future__ import annotations


def storable(text: str) -> str:
    """Without NUL and without half a surrogate pair: PostgreSQL takes neither."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """As it stands in a row: storable, with one space between two words."""
    return " ".join(storable(text).split())


def folded(text: str) -> str:
    """For comparing what people wrote: lower case, ё as е, one space between two words."""
    return " ".join(text.lower().replace("ё", "е").split())


def within(text: str, longest: int) -> str:
    """Cut to what a messenger takes: it counts in UTF-16, where a smiling face is two."""
    coded = text.encode("utf-16-le")
    if len(coded) <= 2 * longest:
        return text
    return coded[: 2 * (longest - 1)].decode("utf-16-le", "ignore").rstrip() + "…"
