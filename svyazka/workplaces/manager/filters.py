"""Which deals somebody wants to see: read from the address, and written back into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from svyazka.business.deals.board import After, Narrowed
from svyazka.business.staff.models import Person
from svyazka.workplaces.shared.typed import whole_number

WHOSE = ("mine", "department")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filters:
    """As they stand in the address; nonsense is left out."""

    whose: str = ""
    responsible: int | None = None
    source: int | None = None
    overdue: bool = False
    not_accepted: bool = False
    q: str = ""

    @property
    def query(self) -> str:
        """The shortest address that says the same."""
        given = {
            "whose": self.whose,
            "responsible": self.responsible,
            "source": self.source,
            "overdue": "1" if self.overdue else "",
            "not_accepted": "1" if self.not_accepted else "",
            "q": self.q,
        }
        return urlencode({name: value for name, value in given.items() if value})

    def narrowed(self, person: Person, **besides: Any) -> Narrowed:
        return Narrowed(
            responsible_id=person.pk if self.whose == "mine" else self.responsible,
            department_id=(person.department_id or 0) if self.whose == "department" else None,
            source_id=self.source,
            overdue=self.overdue,
            not_accepted=self.not_accepted,
            typed=self.q,
            **besides,
        )


def read(given: Mapping[str, str]) -> Filters:
    whose = given.get("whose", "")
    return Filters(
        whose=whose if whose in WHOSE else "",
        responsible=whole_number(given.get("responsible", "")),
        source=whole_number(given.get("source", "")),
        overdue=given.get("overdue") == "1",
        not_accepted=given.get("not_accepted") == "1",
        q=given.get("q", "").replace("\x00", "").strip()[:100],
    )


def written(after: After) -> str:
    """Where the next page begins, for an address."""
    return f"{(after.stage_since - _EPOCH) // timedelta(microseconds=1)}~{after.id}"


def read_after(text: str) -> After | None:
    stamp, _tilde, number = text.partition("~")
    deal_id = whole_number(number)
    try:
        return After(_EPOCH + timedelta(microseconds=int(stamp)), deal_id) if deal_id else None
    except (ValueError, OverflowError):
        return None
