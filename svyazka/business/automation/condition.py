"""The contract of a condition: what a rule can ask before it acts. Each is one class in `conditions/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from django.db.models import Q

from svyazka.business.automation.action import Case
from svyazka.business.automation.asked import Ask


class Condition(Protocol):
    code: ClassVar[str]
    title: ClassVar[Any]  # lazy words: “Amount of the deal”
    group: ClassVar[Any]  # under which heading it is offered

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        """What the builder asks; `given`: what is stored, or stands in the form at this moment."""

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """As it is stored. Raises Refused with `fields`."""

    def words(self, given: Mapping[str, Any]) -> str:
        """In the language of the page: “the amount is at least 100 000 ₽”."""

    def holds(self, given: Mapping[str, Any], case: Case) -> bool: ...

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        """The same of many deals at once, as the database asks it; None: it is asked one by one."""
