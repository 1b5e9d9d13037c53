"""The contract of a messenger through whose bots the staff hear of what concerns them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Access:
    """How a bot of ours is reached. `base`: where its API stands, if not at its maker's; `proxy`: the way there."""

    account: str  # "telegram/main"
    token: str = field(repr=False)
    base: str = ""
    proxy: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)  # what its kind needs besides, none of it secret


class Undeliverable(Exception):
    """This message will not be taken the next time either."""


class Closed(Undeliverable):
    """Nothing will be taken in this chat any more: the bot was blocked there, or the account is gone."""


class Denied(Exception):
    """The bot itself is not known there: its token is wrong, or not valid any more."""


class Unreached(Exception):
    """It did not work now. `after`: seconds that the other side asks us to wait; none, where it said nothing."""

    def __init__(self, trouble: str, *, after: float = 0.0):
        super().__init__(trouble)
        self.after = after


class NotConnected(Unreached):
    """The other side answers, and the telephone that should stand behind it is not logged in there."""


class Messenger(Protocol):
    """A class named in `settings.MESSENGERS`, under the kind of its channel accounts. It asks nothing of the database:
    it is used from threads."""

    title: ClassVar[str]
    longest: ClassVar[int]  # of a text
    is_foreign: ClassVar[bool]
    invitation: ClassVar[str]  # a link that opens the chat: with {bot} and {code}

    def __init__(self, access: Access) -> None: ...

    def name(self) -> str:
        """What the bot is called there; raises Denied or Unreached."""

    def send(self, text: str, *, to: str) -> None:
        """Raises Undeliverable, Closed, Denied or Unreached."""

    def call_here(self, address: str, *, secret: str) -> None:
        """From now on messages to the bot come to this address, with the secret. Raises what `send` does."""

    def close(self) -> None: ...


def of_kind(kind: str) -> type[Messenger]:
    return cast(type[Messenger], import_string(settings.MESSENGERS[kind]))


def of_account(account: str) -> type[Messenger]:
    """`telegram/main` → the messenger of `telegram`."""
    return of_kind(account.partition("/")[0])
