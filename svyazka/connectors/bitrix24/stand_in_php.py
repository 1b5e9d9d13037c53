"""A query as PHP reads it: `filter[@id][0]=5` is an object in an object."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

_KEY = re.compile(r"\[([^\]]*)\]")


def parsed(query: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        first, keys = name.partition("[")[0], _KEY.findall(name)
        inside = found
        for key, following in zip([first, *keys], [*keys, None], strict=True):
            key = key or str(len(inside))
            if following is None:
                inside[key] = value
            else:
                inside = inside.setdefault(key, {})
    return found
