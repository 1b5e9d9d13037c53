"""Codes that nobody has to think of: what is new in an editor is called `new_…` until its name says what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

NEW = re.compile(r"new_[a-z0-9]{4,30}")
Make = Callable[[Mapping[str, str], set[str]], str]  # words, codes that are taken → a code


def settled(definition: Any, make: Make) -> Any:
    """The same definition, with a code of its own for everything that is new, wherever it is named."""
    codes: dict[str, str] = {}
    for things in _spaces(definition):
        taken = {str(one.get("code")) for one in things if not _is_new(one.get("code"))}
        for one in things:
            if _is_new(one.get("code")) and one["code"] not in codes:
                codes[one["code"]] = make(_words(one.get("name")), taken)
                taken.add(codes[one["code"]])
    return _renamed(definition, codes) if codes else definition


def _is_new(code: Any) -> bool:
    return isinstance(code, str) and bool(NEW.fullmatch(code))


def _words(given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping):
        return {}
    return {language: text for language, text in given.items() if isinstance(language, str) and isinstance(text, str)}


def _spaces(definition: Any) -> Iterator[list[Mapping[str, Any]]]:
    """Things whose codes must differ: sections; all fields; the choices of one field; the kinds of rows."""
    sections = _things(definition, "sections")
    yield sections
    fields = [field for section in sections for field in _things(section, "fields")]
    yield [*fields, {"code": "kind"}]
    for field in fields:
        yield _things(field, "choices")
    for section in sections:
        yield _things(section.get("rows"), "kinds")


def _things(holder: Any, key: str) -> list[Mapping[str, Any]]:
    given = holder.get(key) if isinstance(holder, Mapping) else None
    return [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []


def _renamed(given: Any, codes: Mapping[str, str]) -> Any:
    """A name that was made up for something new is like no other text."""
    if isinstance(given, Mapping):
        return {key: one if key in _TEXTS else _renamed(one, codes) for key, one in given.items()}
    if isinstance(given, list):
        return [_renamed(one, codes) for one in given]
    return codes.get(given, given) if isinstance(given, str) else given


_TEXTS = ("name", "hint", "words")
