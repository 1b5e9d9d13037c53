"""What conditions have in common: is it one of these, or none of them; and what was chosen, in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, choices
from svyazka.business.automation.action import Case
from svyazka.business.automation.asked import Ask

IS, IS_NOT = "is", "is_not"
HOW = ((IS, _("is one of")), (IS_NOT, _("is none of")))
DEAL, CLIENT, EVENT, TIME = _("Deal"), _("Client"), _("What happened"), _("Time")


class OneOf(ABC):
    """`value_of`: what it is now; nothing known is none of them. `column`: of a deal, where the database can ask it."""

    code: ClassVar[str]
    title: ClassVar[Any]
    group: ClassVar[Any] = DEAL
    kind: ClassVar[str]  # of the list, as `asked.Ask` has it
    column: ClassVar[str] = ""
    offered: ClassVar[Sequence[tuple[str, Any]]] = ()  # of a list of our own

    def form(self, _given: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            Ask("how", "choice", _("How"), choices=HOW, required=True, initial=IS),
            Ask("values", self.kind, self.title, many=True, required=True, choices=self.offered),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        chosen = gettext(" or ").join(f"“{one}”" for one in self._names(given["values"]))
        said = gettext("{what} is {values}") if given["how"] == IS else gettext("{what} is not {values}")
        return said.format(what=self.title, values=chosen)

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        return bool((self.value_of(case) in given["values"]) == (given["how"] == IS))

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        if not self.column:
            return None
        is_one = Q(**{f"{self.column}__in": given["values"]})
        # What is not there is none of them, too.
        empty = Q(**{f"{self.column.removesuffix('__code')}__isnull": True})
        return is_one if given["how"] == IS else ~is_one | empty

    @abstractmethod
    def value_of(self, case: Case) -> Any: ...

    def _names(self, values: Collection[Any]) -> list[str]:
        known = {code: str(label) for code, label in self.offered}
        if self.kind != "choice":
            known |= {one.value: one.label for one in choices.list_of(self.kind)}
        return [known.get(value, str(value)) for value in values]
