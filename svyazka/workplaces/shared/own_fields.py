"""The company's own fields above and in a list: by which it is narrowed, in which columns it is shown.

All of it stands in the address; the columns are remembered by the browser as well. Input: `shared/own_fields.html`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from svyazka.business.deals.known import values
from svyazka.business.deals.known.wanted import DATED, LISTED, MEASURED, Wanted
from svyazka.business.deals.models import Field
from svyazka.business.staff.models import Person
from svyazka.kit import words
from svyazka.kit.refusals import Refused

_YEAR = 366 * 24 * 3600
_MOST = 12  # columns: more of them nobody can read beside each other


@dataclass(frozen=True)
class Chosen:
    wanted: tuple[Wanted, ...] = ()
    columns: tuple[Field, ...] = ()
    typed: tuple[tuple[str, str], ...] = ()  # as it stands in the address

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """For the address."""
        return [*self.typed, *(("column", field.code) for field in self.columns)]


def read(given: QueryDict, fields: Sequence[Field], cookie: str) -> Chosen:
    """Nonsense is left out."""
    by_code = {field.code: field for field in fields}
    asked = given.getlist("column") if "columns" in given or "column" in given else cookie.split(".")
    wanted = [one for field in fields if (one := _wanted(field, given))]
    return Chosen(
        wanted=tuple(wanted),
        columns=tuple([by_code[code] for code in dict.fromkeys(asked) if code in by_code][:_MOST]),
        typed=tuple((name, text) for one in wanted for name, text in _typed(one, given)),
    )


def remember(answer: HttpResponse, chosen: Chosen, given: QueryDict, cookie: str) -> None:
    if "columns" in given:
        codes = ".".join(field.code for field in chosen.columns)
        answer.set_cookie(cookie, codes, max_age=_YEAR, samesite="Lax", httponly=True)


def offered(fields: Sequence[Field], chosen: Chosen, given: QueryDict, *, of: str) -> dict[str, Any]:
    """What the form above a list of deals or clients shows; what belongs to something else says so."""
    active = [field for field in fields if field.is_active]
    people = _people(active)
    return {
        "asked": [_shown(field, _named(field, of), given, people) for field in active],
        "number_asked": len(chosen.wanted),
        "columns": [(field.code, _named(field, of), field in chosen.columns) for field in active],
    }


def _named(field: Field, of: str) -> str:
    return field.name if field.of == of else _("{field} (client)").format(field=field.name)


def _wanted(field: Field, given: QueryDict) -> Wanted | None:
    name = f"f.{field.code}"
    if field.kind in LISTED:
        chosen = tuple(one for typed in given.getlist(name) if (one := _stored(field, typed)) not in (None, "", []))
        any_of = tuple(one[0] if isinstance(one, list) else one for one in chosen)
        return Wanted(field.code, field.kind, field.of, any_of=any_of) if any_of else None
    if field.kind in MEASURED or field.kind in DATED:
        # What a formula comes to may be less than nothing, also an amount.
        kind = Field.Kind.DECIMAL if field.is_computed else field.kind
        day = Field(code=field.code, kind=Field.Kind.DATE if field.kind in DATED else kind)
        least, most = (str(_stored(day, given.get(f"{name}.{end}", "")) or "") for end in ("from", "to"))
        return Wanted(field.code, field.kind, field.of, least=least, most=most) if least or most else None
    part = given.get(name, "").replace("\x00", "").strip()[:100]
    return Wanted(field.code, field.kind, field.of, part=part) if part else None


def _stored(field: Field, typed: str) -> Any:
    try:
        return values.plain(values.read(field, typed))
    except Refused:
        return None


def _typed(wanted: Wanted, given: QueryDict) -> list[tuple[str, str]]:
    name = f"f.{wanted.code}"
    names = (name, f"{name}.from", f"{name}.to")
    return [(one, text) for one in names for text in given.getlist(one) if text]


def _shown(field: Field, title: str, given: QueryDict, people: Sequence[tuple[str, str]]) -> dict[str, Any]:
    name = f"f.{field.code}"
    shape = "list" if field.kind in LISTED else "range" if field.kind in (*MEASURED, *DATED) else "text"
    return {
        "name": name,
        "title": title,
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
