"""E-mail addresses in one spelling."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,189}\.[^@\s,;<>\".]{2,24}")


class NotAnEmail(ValueError):
    """The text holds no e-mail address that could be written to."""


def normalise(typed: str) -> str:
    """` Ivanov@Mail.RU ` → `ivanov@mail.ru`. Raises NotAnEmail."""
    address = typed.strip().lower()
    if not _SHAPE.fullmatch(address):
        raise NotAnEmail(typed)
    return address
