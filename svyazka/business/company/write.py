"""A blueprint as a file that people read: the same company gives the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from svyazka.business.company.blueprint import SECTIONS, Content
from svyazka.kit.shapes import LANGUAGES

WIDEST = 150
_HEAD = """\
# A company as Svyazka is set up for it. Begin another one from it: svyazka init --blueprint FILE
# Staff, clients, deals and passwords are not in it. What is wrong in the file is said by: svyazka blueprint check FILE
"""
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
# What other readers of YAML take for a yes, a no or a nothing.
_NOT_BARE = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})


def written(content: Content) -> str:
    lines = [_HEAD.rstrip("\n")]
    for section in SECTIONS:
        items = section.shape.lean(content[section.code])
        lines += ["", f"{section.code}:" if items else f"{section.code}: []"]
        for item in items:
            lines += _item(item, indent=2)
    return "\n".join(lines) + "\n"


def _item(item: Any, *, indent: int) -> list[str]:
    """On one line where it is short and has no list of its own kind in it; else a line for each key."""
    flat = f"{' ' * indent}- {_flow(item)}"
    if not isinstance(item, Mapping) or (len(flat) <= WIDEST and not any(_is_deep(value) for value in item.values())):
        return [flat]
    lines = [line for key, value in item.items() for line in _key(key, value, indent=indent + 2)]
    return [f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]]


def _key(key: str, value: Any, *, indent: int) -> list[str]:
    if _has_paragraphs(value):
        return [f"{' ' * indent}{key}:", *(line for one in value.items() for line in _words(*one, indent=indent + 2))]
    if not _is_deep(value):
        return [f"{' ' * indent}{key}: {_flow(value)}"]
    return [f"{' ' * indent}{key}:", *(line for one in value for line in _item(one, indent=indent + 2))]


def _is_deep(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, Mapping) for one in value)


def _has_paragraphs(value: Any) -> bool:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        return False
    return any(_is_block(one) for one in value.values())


def _is_block(text: str) -> bool:
    """Lines that YAML gives back as they stand; one that ends in a space, nobody would see."""
    lines = text.split("\n")
    return (
        len(lines) > 2 and text == text.strip() and all(line.isprintable() and line == line.rstrip() for line in lines)
    )


def _words(language: str, text: str, *, indent: int) -> list[str]:
    """A letter or a page as it is read: its lines as lines."""
    if not _is_block(text):
        return [f"{' ' * indent}{_bare(language)}: {_in_flow(language, text)}"]
    lines = (f"{' ' * (indent + 2)}{line}".rstrip() for line in text.split("\n"))
    return [f"{' ' * indent}{_bare(language)}: |-", *lines]


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_bare(key)}: {_in_flow(key, one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _bare(value) if isinstance(value, str) else str(value)


def _in_flow(key: str, value: Any) -> str:
    """Words in quotation marks, also where a single Latin word would do without: they are texts, not codes."""
    return _quoted(value) if key in LANGUAGES and isinstance(value, str) else _flow(value)


def _bare(text: str) -> str:
    return text if _BARE.fullmatch(text) and text.lower() not in _NOT_BARE else _quoted(text)


def _quoted(text: str) -> str:
    """As JSON, which YAML understands; what cannot be seen is written as its number."""
    return "".join(one if one.isprintable() else _number(one) for one in json.dumps(text, ensure_ascii=False))


def _number(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
