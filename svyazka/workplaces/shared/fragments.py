"""The second template engine, for fragments that stand on a page hundreds of times; strings come ready."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment


def environment(**options: Any) -> Environment:
    return Environment(**{**options, "trim_blocks": True, "lstrip_blocks": True, "autoescape": True})
