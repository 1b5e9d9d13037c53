"""The contract of a server that knows how long it takes by car."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from svyazka.engines.routing.problem import Point


class TooMany(Exception):
    """More at once than this server allows: ask for less."""


class TravelSource(Protocol):
    """A class named in `settings.TRAVEL_SOURCES`. It asks nothing of the database."""

    title: ClassVar[str]
    most: ClassVar[int]  # points on either side of one question, as it comes from its maker

    def __init__(self, base: str, *, patience: float) -> None:
        """`patience`: seconds for one question."""

    def seconds(self, origins: Sequence[Point], targets: Sequence[Point]) -> list[list[int | None]]:
        """A row for each origin; None: there is no way. Raises troubles.Trouble or TooMany."""

    def close(self) -> None: ...


def of_kind(kind: str) -> type[TravelSource]:
    return cast(type[TravelSource], import_string(settings.TRAVEL_SOURCES[kind]))
