"""What somebody wants of the list of deals besides the usual: by which fields, in which columns, counted by what.

All of it stands in the address; the columns are remembered by the browser as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict

from svyazka.business.deals.known.wanted import condition
from svyazka.business.deals.models import Field, Pipeline, Stage
from svyazka.business.deals.totals import countable
from svyazka.kit import rows
from svyazka.workplaces.shared import own_fields
from svyazka.workplaces.shared.typed import whole_number

REMEMBERED = "deal_columns"


@dataclass(frozen=True)
class Wishes:
    own: own_fields.Chosen
    place: str = ""  # "p3": a pipeline; "s17": a stage
    by: Field | None = None  # the report above the list counts by it

    @property
    def columns(self) -> tuple[Field, ...]:
        return self.own.columns

    @property
    def query(self) -> str:
        """The shortest address that says the same."""
        pairs = [("place", self.place), ("by", self.by.code if self.by else ""), *self.own.pairs]
        return urlencode([pair for pair in pairs if pair[1]])

    @property
    def narrowing(self) -> dict[str, Any]:
        """As `board.Narrowed` takes it."""
        number = whole_number(self.place[1:])
        key = {"p": "pipeline_id", "s": "stage_id"}.get(self.place[:1])
        facts = tuple(condition(one, row="d") for one in self.own.wanted)
        return {**({key: number} if key else {}), "facts": facts}


def read(given: QueryDict, fields: Sequence[Field], cookie: str) -> Wishes:
    """Nonsense is left out."""
    place = given.get("place", "")
    by = next((field for field in fields if field.code == given.get("by")), None)
    return Wishes(
        own_fields.read(given, fields, cookie),
        place=place if place[:1] in "ps" and whole_number(place[1:]) else "",
        by=by if by and countable(by) else None,
    )


def remember(answer: HttpResponse, wishes: Wishes, given: QueryDict) -> None:
    own_fields.remember(answer, wishes.own, given, REMEMBERED)


def offered(fields: Sequence[Field], wishes: Wishes, given: QueryDict) -> dict[str, Any]:
    """What the form above the list shows."""
    own = own_fields.offered(fields, wishes.own, given, of=Field.Of.DEAL)
    can_count = {field.code for field in fields if field.is_active and countable(field)}
    return {
        **own,
        "places": _places(),
        "place": wishes.place,
        "countable": [(code, title) for code, title, _chosen in own["columns"] if code in can_count],
        "by": wishes.by.code if wishes.by else "",
    }


def _places() -> list[tuple[str, str, list[tuple[str, str]]]]:
    stages: dict[int, list[tuple[str, str]]] = {}
    for stage in rows.read(Stage, "order by position"):
        stages.setdefault(stage.pipeline_id, []).append((f"s{stage.pk}", stage.name))
    pipelines = rows.read(Pipeline, "order by position, id")
    return [(f"p{one.pk}", one.name, stages.get(one.pk, [])) for one in pipelines]
