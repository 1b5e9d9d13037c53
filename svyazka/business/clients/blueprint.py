"""The sources of a blueprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.clients.models import Source


def load(sources: Iterable[Mapping[str, Any]]) -> None:
    for given in sources:
        Source.objects.update_or_create(code=given["code"], defaults={"words": given["name"]})
