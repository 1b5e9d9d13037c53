"""The contract of a system that a company moves over from: how it is reached, and how it says that it will not answer.

What it knows comes in the words of foreign.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import ClassVar, Protocol, TypeVar, cast

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from svyazka.business.moving_in.foreign import ForeignSystem
from svyazka.kit.texts import storable

T = TypeVar("T")


class TryLater(Exception):
    """It is too busy, or nobody answers. `why`: busy, slow, limit, silent, cut. The same `after` leads on."""

    def __init__(self, seconds: float, why: str = "busy") -> None:
        super().__init__(why)
        self.seconds, self.why = seconds, why


@dataclass(frozen=True)
class Input:
    """What has to be known to get in; the page draws an input for each."""

    name: str
    title: str | Promise
    help: str | Promise = ""
    is_secret: bool = False  # is kept locked away and never shown again
    is_needed: bool = True


def _forget(_changed: Mapping[str, str]) -> None:
    pass


@dataclass(frozen=True)
class Access:
    """`given`: what was typed, by the names of the inputs. `keep`: what of it is different from now on, under the same
    or other names; it has to be stored, locked away, before it returns: a token that is used once is gone otherwise."""

    given: Mapping[str, str] = field(repr=False)
    keep: Callable[[Mapping[str, str]], None] = field(default=_forget, repr=False)


class System(ForeignSystem, Protocol):
    """A class named in `settings.FOREIGN_SYSTEMS`. It asks nothing of the database. One at a time for each account
    there: it counts its own questions, not those of another process."""

    title: ClassVar[str]
    inputs: ClassVar[tuple[Input, ...]]
    reasons: ClassVar[Mapping[str, Promise]]  # why something there could not be understood: code → words
    account: str  # which one there: its host. Ids of two accounts have nothing to do with each other

    def __init__(self, access: Access) -> None:
        """Raises Refused where what was typed cannot be right; nobody is asked yet."""

    def name(self) -> str:
        """How the account calls itself there: the first question, for the check. Raises Refused, TryLater."""
        ...

    def close(self) -> None: ...


def storable_thing(thing: T) -> T:
    """Its texts as a database takes them."""
    changed = {
        one.name: clean
        for one in fields(thing)  # type: ignore[arg-type]
        if (clean := _storable(value := getattr(thing, one.name))) != value
    }
    return replace(thing, **changed) if changed else thing  # type: ignore[type-var]


def _storable(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, tuple):
        return tuple(map(_storable, value))
    if isinstance(value, Mapping):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return value


def of_code(code: str) -> type[System]:
    return cast(type[System], import_string(settings.FOREIGN_SYSTEMS[code]))
