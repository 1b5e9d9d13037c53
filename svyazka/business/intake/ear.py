"""The contract of an account that does not call us and has to be asked: a mailbox, a bot behind a closed door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from svyazka.business.intake.write_down import NewArrival
from svyazka.business.notices.messengers import Access


class Into(Protocol):
    """Where what was heard goes."""

    async def write(self, arrivals: Sequence[NewArrival], cursor: Mapping[str, Any]) -> None:
        """Comes back once they are committed, and how far the account has been read is stored: from then on the other
        side may be told that we have them."""

    async def heard(self) -> None:
        """The other side has answered, also where there was nothing new."""


class Ear(Protocol):
    """A class named in `settings.EARS`, under the kind of its accounts; `svyazka listen` runs it in one process."""

    always: ClassVar[bool]  # otherwise only accounts with the option `asks`

    def __init__(self, access: Access, cursor: Mapping[str, Any], into: Into) -> None:
        """`cursor`: as it was stored last; empty at first."""

    async def run(self) -> None:
        """Until it is cancelled. Raises Denied or Unreached (`notices/messengers.py`); it is begun anew later."""
