"""The contract of whoever sends messages to phones for us. A second one is one more file, and its line in PROVIDERS."""

from __future__ import annotations

from typing import ClassVar, Protocol

from svyazka.business.conversations.paid import Price
from svyazka.business.conversations.told import MessageState


class Unheard(Exception):
    """No answer came to a message: nobody knows whether they have it."""


class Provider(Protocol):
    """Raises Undeliverable, Denied or Unreached, with a reason in English and their code in brackets."""

    title: ClassVar[str]

    def send(self, key: str, text: str, *, to: str, sender: str) -> None:
        """Under our own number. Raises Unheard besides."""

    def price(self, text: str, *, to: str, sender: str) -> Price:
        """Nothing is sent."""

    def state(self, key: str, *, to: str) -> MessageState | None:
        """What has become of it; None: they have no such message."""

    def balance(self) -> str: ...

    def close(self) -> None: ...
