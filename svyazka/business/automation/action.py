"""The contract of an action: what a rule can do. Each is one class in `actions/`, named in `actions/__init__.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.utils.translation import gettext

from svyazka.business.automation.asked import Ask
from svyazka.business.automation.trigger import Event
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Actor


class CannotAct(Exception):
    """It will not be possible the next time either: says why, in our words."""


class TryLater(Exception):
    """It did not work now. `at`: not before that; None: after the usual pause."""

    def __init__(self, words: object = "", *, at: datetime | None = None) -> None:
        super().__init__(str(words))
        self.at = at


@dataclass(frozen=True)
class Case:
    """What a run is about, as it is now."""

    event: Event
    deal: Deal | None
    client: Client | None
    key: str  # of the run and the step: what leads outside says it, so that it is known as the same

    @property
    def its_deal(self) -> Deal:
        if self.deal is None:
            raise CannotAct(gettext("It is about no deal."))
        return self.deal

    @property
    def its_client(self) -> Client:
        if self.client is None:
            raise CannotAct(gettext("It is about no client."))
        return self.client


@dataclass(frozen=True)
class Done:
    """`made`: ids of what came of it. `words`: for the log, in the company's language."""

    words: str
    made: Mapping[str, Any] = field(default_factory=dict)


class Action(Protocol):
    code: ClassVar[str]
    title: ClassVar[Any]  # lazy words: “Give somebody a task”
    leads_outside: ClassVar[bool]  # it cannot be taken back by a transaction: a message, another server

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        """Which inputs the builder draws for it (asked.py)."""

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """What the form of the builder sends, as it is stored. Raises Refused with `fields`."""

    def words(self, given: Mapping[str, Any]) -> str:
        """In the language of the page: “A task for whoever is responsible: ring the client”."""

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        """What it changes, as triggers name it: `field:amount`, `stage:17`. So a circle is seen before it runs."""

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        """What it would do, in words; changes nothing. Raises CannotAct."""

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        """Inside the transaction of its step. Raises CannotAct, TryLater, or Refused of the verb that it calls."""
