"""Our telephone numbers in a demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.calls.models import PhoneLine
from svyazka.business.clients.models import Source


def load(lines: Iterable[Mapping[str, Any]]) -> None:
    for given in lines:
        PhoneLine.objects.create(
            number=given["number"], name=given["name"], source=Source.objects.get(code=given["source"])
        )
