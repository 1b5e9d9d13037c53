"""The contract of a channel by which a client is told something in writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple, Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Meeting:
    """An appointment that goes into the client's calendar; again under the same `uid`, it takes the place of itself."""

    uid: str
    version: int
    starts_at: datetime
    ends_at: datetime
    what: str
    where: str
    is_off: bool


@dataclass(frozen=True)
class Attached:
    """A file that goes along with a letter."""

    name: str
    kind: str  # application/pdf
    content: bytes


@dataclass(frozen=True)
class Letter:
    """`key`: the same for the same letter, so that one that comes twice is known as such. Files are for the channels
    that take any; the text says where they are to be had besides."""

    key: str
    title: str
    text: str
    meeting: Meeting | None = None
    files: tuple[Attached, ...] = ()


class Undeliverable(Exception):
    """This letter will not be taken the next time either."""


class Unreached(Exception):
    """It did not work now."""


class ClientChannel(Protocol):
    """A class named in `settings.CLIENT_CHANNELS`; the first that leads to a client is used."""

    title: ClassVar[str]
    takes_files: ClassVar[bool]
    shows_address: ClassVar[bool]  # it says something to people, as an e-mail address does

    def is_open(self) -> bool:
        """Set up and switched on. Asked while somebody waits: nothing is asked outside."""

    def address_of(self, client_id: int) -> str | None:
        """Where it leads to this client; None: nowhere."""

    def send(self, letter: Letter, *, to: str) -> None:
        """Raises Undeliverable or Unreached."""


class Way(NamedTuple):
    channel: str
    address: str


def of_kind(kind: str) -> ClientChannel:
    made: ClientChannel = import_string(settings.CLIENT_CHANNELS[kind])()
    return made


def any_is_open() -> bool:
    return next(_open(), None) is not None


def way_to(client_id: int) -> Way | None:
    """How this client can be told something in writing just now."""
    return next(ways_to(client_id), None)


def ways_to(client_id: int) -> Iterator[Way]:
    """All of them, the first to be tried first."""
    for kind, channel in _open():
        if address := channel.address_of(client_id):
            yield Way(kind, address)


def _open() -> Iterator[tuple[str, ClientChannel]]:
    for kind in settings.CLIENT_CHANNELS:
        channel = of_kind(kind)
        if channel.is_open():
            yield kind, channel
