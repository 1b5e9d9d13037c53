"""What somebody wants of the list of deals besides the usual: by which fields, in which columns, counted by what.

All of it stands in the address; the columns are remembered by the browser as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from svyazka.business.deals.known import values
from svyazka.business.deals.known.wanted import DATED, LISTED, MEASURED, Wanted, condition
from svyazka.business.deals.models import Field, Pipeline, Stage
from svyazka.business.staff.models import Person
from svyazka.kit import rows, words
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.typed import whole_number

REMEMBERED = "deal_columns"
_YEAR = 366 * 24 * 3600
_MOST = 12  # columns: more of them nobody can read beside each other


@dataclass(frozen=True)
class Wishes:
    place: str = ""  # "p3": a pipeline; "s17": a stage
    wanted: tuple[Wanted, ...] = ()
    columns: tuple[Field, ...] = ()
    by: Field | None = None  # the report above the list counts by it
    typed: tuple[tuple[str, str], ...] = ()  # of the fields, as it stands in the address

    @property
    def query(self) -> str:
        """The shortest address that says the same."""
        own = [("place", self.place), ("by", self.by.code if self.by else "")]
        columns = [("column", field.code) for field in self.columns]
        return urlencode([pair for pair in [*own, *self.typed, *columns] if pair[1]])

    @property
    def narrowing(self) -> dict[str, Any]:
        """As `board.Narrowed` takes it."""
        number = whole_number(self.place[1:])
        key = {"p": "pipeline_id", "s": "stage_id"}.get(self.place[:1])
        return {**({key: number} if key else {}), "facts": tuple(condition(one) for one in self.wanted)}


def read(given: QueryDict, fields: Sequence[Field], cookie: str) -> Wishes:
    """Nonsense is left out."""
    by_code = {field.code: field for field in fields}
    asked = given.getlist("column") if "columns" in given or "column" in given else cookie.split(".")
    columns = [by_code[code] for code in dict.fromkeys(asked) if code in by_code][:_MOST]
    wanted = [one for field in fields if field.of == Field.Of.DEAL and (one := _wanted(field, given))]
    place = given.get("place", "")
    by = by_code.get(given.get("by", ""))
    return Wishes(
        place=place if place[:1] in "ps" and whole_number(place[1:]) else "",
        wanted=tuple(wanted),
        columns=tuple(columns),
        by=by if by in countable(fields) else None,
        typed=tuple((name, text) for one in wanted for name, text in _typed(one, given)),
    )


def remember(answer: HttpResponse, wishes: Wishes, given: QueryDict) -> None:
    if "columns" in given:
        chosen = ".".join(field.code for field in wishes.columns)
        answer.set_cookie(REMEMBERED, chosen, max_age=_YEAR, samesite="Lax", httponly=True)


def countable(fields: Sequence[Field]) -> list[Field]:
    return [field for field in fields if field.of == Field.Of.DEAL and field.kind in LISTED]


def offered(fields: Sequence[Field], wishes: Wishes, given: QueryDict) -> dict[str, Any]:
    """What the form above the list shows."""
    active = [field for field in fields if field.is_active]
    people = _people(active)
    return {
        "places": _places(),
        "place": wishes.place,
        "asked": [_shown(field, given, people) for field in active if field.of == Field.Of.DEAL],
        "number_asked": len(wishes.wanted),
        "columns": [(field.code, _named(field), field in wishes.columns) for field in active if field.of != "visit"],
        "countable": [(field.code, field.name) for field in countable(active)],
        "by": wishes.by.code if wishes.by else "",
    }


def _wanted(field: Field, given: QueryDict) -> Wanted | None:
    name = f"f.{field.code}"
    if field.kind in LISTED:
        chosen = tuple(one for typed in given.getlist(name) if (one := _stored(field, typed)) not in (None, "", []))
        any_of = tuple(one[0] if isinstance(one, list) else one for one in chosen)
        return Wanted(field.code, field.kind, any_of=any_of) if any_of else None
    if field.kind in MEASURED or field.kind in DATED:
        day = Field(code=field.code, kind=Field.Kind.DATE if field.kind in DATED else field.kind)
        least, most = (str(_stored(day, given.get(f"{name}.{end}", "")) or "") for end in ("from", "to"))
        return Wanted(field.code, field.kind, least=least, most=most) if least or most else None
    part = given.get(name, "").replace("\x00", "").strip()[:100]
    return Wanted(field.code, field.kind, part=part) if part else None


def _stored(field: Field, typed: str) -> Any:
    try:
        return values.plain(values.read(field, typed))
    except Refused:
        return None


def _typed(wanted: Wanted, given: QueryDict) -> list[tuple[str, str]]:
    name = f"f.{wanted.code}"
    names = (name, f"{name}.from", f"{name}.to")
    return [(one, text) for one in names for text in given.getlist(one) if text]


def _shown(field: Field, given: QueryDict, people: Sequence[tuple[str, str]]) -> dict[str, Any]:
    name = f"f.{field.code}"
    shape = "list" if field.kind in LISTED else "range" if field.kind in (*MEASURED, *DATED) else "text"
    return {
        "name": name,
        "title": field.name,
        "shape": "person" if field.kind == Field.Kind.PERSON else shape,
        "type": "date" if field.kind in DATED else "text",
        "chosen": given.getlist(name),
        "value": given.get(name, ""),
        "least": given.get(f"{name}.from", ""),
        "most": given.get(f"{name}.to", ""),
        "options": _options(field, people) if shape == "list" else (),
    }


def _options(field: Field, people: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    if field.kind == Field.Kind.YES:
        return [("yes", _("Yes")), ("no", _("No"))]
    return (
        people
        if field.kind == Field.Kind.PERSON
        else [(one["code"], words.here(one["words"])) for one in field.choices]
    )


def _people(fields: Sequence[Field]) -> Sequence[tuple[str, str]]:
    if not any(field.kind == Field.Kind.PERSON for field in fields):
        return ()
    people = Person.objects.working().order_by("full_name").values_list("pk", "full_name")
    return [(str(pk), name) for pk, name in people]


def _places() -> list[tuple[str, str, list[tuple[str, str]]]]:
    stages: dict[int, list[tuple[str, str]]] = {}
    for stage in rows.read(Stage, "order by position"):
        stages.setdefault(stage.pipeline_id, []).append((f"s{stage.pk}", stage.name))
    pipelines = rows.read(Pipeline, "order by position, id")
    return [(f"p{one.pk}", one.name, stages.get(one.pk, [])) for one in pipelines]


def _named(field: Field) -> str:
    return field.name if field.of == Field.Of.DEAL else _("{field} (client)").format(field=field.name)
