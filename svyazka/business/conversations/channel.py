"""The contract of a channel by which clients and we write to each other.

What goes wrong is said in the words of `notices/messengers.py` (Undeliverable, Closed, Denied, Unreached), and in two
more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from svyazka.business.conversations.client_channel import Attached
from svyazka.business.notices.messengers import Access


class Unsure(Exception):
    """No answer came: nobody knows whether it has been sent. Only where the same key twice is not one message."""


class Gone(Exception):
    """The file is not there any more, or is larger than the channel gives out."""


@dataclass(frozen=True)
class Button:
    """`code` comes back when it is pressed; with a `url` it opens a page; `asks`: "contact" or "place"."""

    text: str
    code: str = ""
    url: str = ""
    asks: str = ""


@dataclass(frozen=True)
class Template:
    """A text that the messenger has approved, with what stands in its places."""

    name: str
    language: str
    values: Sequence[str] = ()


@dataclass(frozen=True)
class Approved:
    """A template as the messenger lists it: `{{1}}` stands where a value goes. `state`: approved, pending, rejected,
    paused or disabled; `unfit`: it wants more than values of its text (a picture, say), so it is not sent from here."""

    name: str
    language: str
    text: str
    places: int = 0
    category: str = ""
    state: str = "approved"
    head: str = ""
    foot: str = ""
    buttons: tuple[str, ...] = ()
    unfit: bool = False


@dataclass(frozen=True)
class Saying:
    """One message on its way out. `key`: our number of it; `to` and `address` as the client's reach has them."""

    key: str
    to: str
    text: str
    address: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Attached] = ()
    buttons: Sequence[Sequence[Button]] = ()  # rows of them
    answers: str = ""  # the outside id of the message that it answers
    template: Template | None = None
    more: Mapping[str, Any] = field(default_factory=dict)  # of a letter: subject, references


@dataclass(frozen=True)
class Said:
    """`outside_ids`: more than one where a text and its files are several messages there; the first is the text's."""

    outside_ids: tuple[str, ...]


A_SECOND, CHAT_REST = 25, timedelta(seconds=1)


class Channel(Protocol):
    """A class named in `settings.CHANNELS`, under the kind of its accounts. It asks nothing of the database: it is used
    from threads."""

    title: ClassVar[str]
    longest: ClassVar[int]  # of a text
    is_foreign: ClassVar[bool]
    begins: ClassVar[bool]  # it may write first, to whoever has never written to us
    window: ClassVar[timedelta | None]  # how long after his last message anything but templates may be sent
    takes_files: ClassVar[bool]
    takes_buttons: ClassVar[bool]
    takes_templates: ClassVar[bool]
    repeats: ClassVar[bool]  # the same key sent twice is one message there
    # Where they are not named: A_SECOND and CHAT_REST.
    # a_second: ClassVar[int]  # messages of one account
    # chat_rest: ClassVar[timedelta]  # from one message in a chat to the next

    def __init__(self, access: Access) -> None: ...

    def name(self) -> str:
        """What the account is called there; raises Denied or Unreached."""

    def say(self, saying: Saying) -> Said:
        """Raises Undeliverable, Closed, Denied, Unreached or Unsure."""

    def fetch(self, ref: Mapping[str, Any]) -> Iterator[bytes]:
        """A file that came with a message, piece by piece. Raises Gone, Denied or Unreached."""

    # Only where it takes templates: all that the messenger knows of. Raises Denied or Unreached.
    # def templates(self) -> Sequence[Approved]: ...

    # Only where it can be told our address, `secret` being what it shows with each arrival. Raises what `name` does.
    # def call_here(self, address: str, *, secret: str) -> None: ...
    # Only where it keeps what it was told, and is asked from here instead.
    # def call_no_more(self) -> None: ...

    def close(self) -> None: ...


def of_kind(kind: str) -> type[Channel]:
    return cast(type[Channel], import_string(settings.CHANNELS[kind]))


def of_account(account: str) -> type[Channel]:
    """`telegram/main` → the channel of `telegram`."""
    return of_kind(account.partition("/")[0])


def a_second(kind: str) -> int:
    """How many messages one account of this kind may send."""
    return int(getattr(of_kind(kind), "a_second", A_SECOND))


def chat_rest(kind: str) -> timedelta:
    """From one message in a chat to the next."""
    return cast(timedelta, getattr(of_kind(kind), "chat_rest", CHAT_REST))
