"""The contract of a server that knows where an address lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Access:
    """`base`: where it stands, if not at its maker's."""

    base: str = ""
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Found:
    lat: float
    lon: float
    precision: str  # of models.Place.Precision


class Geocoder(Protocol):
    """A class named in `settings.GEOCODERS`. It asks nothing of the database: it is used from a thread."""

    title: ClassVar[str]
    pace: ClassVar[float]  # seconds between two questions that its operator asks for
    has_key: ClassVar[bool]
    example: ClassVar[str]  # an address that it must know: for the check

    def __init__(self, access: Access) -> None: ...

    def find(self, address: str) -> Found | None:
        """None: it knows no such address. Raises troubles.Trouble."""

    def close(self) -> None: ...


def of_kind(kind: str) -> type[Geocoder]:
    return cast(type[Geocoder], import_string(settings.GEOCODERS[kind]))
