"""Our telephone numbers in a demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.calls.models import PhoneLine
from svyazka.business.clients.models import Source
from svyazka.kit.shapes import Part, Record, Ref, Text

LINE = Record({"number": Part(Text(20)), "name": Part(Text()), "source": Part(Ref(60, section="sources"))})


def load(lines: Iterable[Mapping[str, Any]]) -> None:
    for given in lines:
        PhoneLine.objects.create(
            number=given["number"], name=given["name"], source=Source.objects.get(code=given["source"])
        )
