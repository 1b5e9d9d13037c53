"""When a rule fits: what it asks of what was heard, and how that is read out of what is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.engines.sorting.words import holds, stems, words
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

MOST, LONGEST = 100, 80  # words or numbers in one list, letters of one
KINDS = ("message", "form", "call")
RESULTS = ("answered", "missed", "busy")
DIRECTIONS = ("", "in", "out")
_LISTS = ("kinds", "accounts", "any_of", "all_of", "none_of", "senders", "our_numbers", "queues", "results")
_FLAGS = ("has_deal", "is_known")


@dataclass(frozen=True)
class Heard:
    """What came in, before or after it stands in the history. None: nobody has said."""

    kind: str
    text: str = ""
    account: str = ""
    direction: str = "in"
    sender: str = ""  # E.164 phone, e-mail address, id in a messenger
    our_number: str = ""
    queue: str = ""
    result: str = ""
    has_deal: bool | None = None
    is_known: bool | None = None

    @cached_property
    def stems(self) -> Sequence[str]:
        return stems(words(self.text))


@dataclass(frozen=True)
class When:
    """All that it names must hold; of a list, one. Of `all_of` each must stand in the text, of `none_of` none may."""

    kinds: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    direction: str = ""
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()  # the whole address, or "@firm.ru", or how a number begins
    our_numbers: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    has_deal: bool | None = None
    is_known: bool | None = None

    @cached_property
    def phrases(self) -> tuple[list[list[str]], list[list[str]], list[list[str]]]:
        any_of, all_of, none_of = (
            [stems(words(one)) for one in listed] for listed in (self.any_of, self.all_of, self.none_of)
        )
        return any_of, all_of, none_of

    def fits(self, heard: Heard) -> bool:
        return (
            _among(heard.kind, self.kinds)
            and _among(heard.account, self.accounts)
            and (not self.direction or heard.direction == self.direction)
            and _among(heard.our_number, self.our_numbers)
            and _among(heard.queue, self.queues)
            and _among(heard.result, self.results)
            and self.has_deal in (None, heard.has_deal)
            and self.is_known in (None, heard.is_known)
            and (not self.senders or any(is_from(heard.sender, one) for one in self.senders))
            and self._is_said(heard)
        )

    def _is_said(self, heard: Heard) -> bool:
        any_of, all_of, none_of = self.phrases
        return (
            (not any_of or any(holds(heard.stems, one) for one in any_of))
            and all(holds(heard.stems, one) for one in all_of)
            and not any(holds(heard.stems, one) for one in none_of)
        )


def is_from(sender: str, asked: str) -> bool:
    """`@firm.ru`: any mailbox there; `+7495`: any number that begins so."""
    if asked.startswith("@"):
        return sender.lower().endswith(asked)
    return sender.lower() == asked or (asked.startswith("+") and sender.startswith(asked))


def read(stored: Any) -> When:
    """Raises Refused where it cannot be meant so."""
    if not isinstance(stored, Mapping) or set(stored) - {*_LISTS, *_FLAGS, "direction"}:
        raise Refused(_("The conditions of the rule cannot be read."))
    lists: dict[str, Any] = {name: _list(stored.get(name, ()), name) for name in _LISTS}
    flags: dict[str, Any] = {name: stored.get(name) for name in _FLAGS}
    direction = stored.get("direction", "")
    if any(value not in (None, True, False) for value in flags.values()) or direction not in DIRECTIONS:
        raise Refused(_("The conditions of the rule cannot be read."))
    found = When(direction=direction, **lists, **flags)
    if found in (When(), When(none_of=found.none_of, direction=direction)):
        raise Refused(_("A rule needs a condition: without one it would catch everything."))
    return found


def to_store(when: When) -> dict[str, Any]:
    """Without what goes without saying."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(when).items()
        if value not in ((), "", None)
    }


def _list(given: Any, name: str) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise Refused(_("The conditions of the rule cannot be read."))
    found = tuple(dict.fromkeys(one for one in map(_tidy, given) if one))
    if len(found) > MOST or any(len(one) > LONGEST for one in found):
        said = _("At most 100 lines of 80 letters each.")
        raise Refused(said, fields={name: said})
    known = {"kinds": KINDS, "results": RESULTS}.get(name)
    if known and set(found) - set(known):
        raise Refused(_("The conditions of the rule cannot be read."))
    if name in ("any_of", "all_of", "none_of"):
        _insist_words(found, name)
    return tuple(map(_address, found)) if name == "senders" else found


def _insist_words(phrases: Iterable[str], name: str) -> None:
    for one in phrases:
        if not words(one):
            said = _("A line of words needs a letter or a digit.")
            raise Refused(said, fields={name: said})


def _address(typed: str) -> str:
    """A number without spaces and brackets; an 8 before eleven digits is a 7."""
    if not re.fullmatch(r"[+\d\s().-]+", typed):
        return typed.lower()
    digits = re.sub(r"\D", "", typed)
    return "+7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else f"+{digits}"


def _among(said: str, listed: tuple[str, ...]) -> bool:
    return not listed or said in listed


def _tidy(typed: str) -> str:
    return " ".join(storable(typed).split())
