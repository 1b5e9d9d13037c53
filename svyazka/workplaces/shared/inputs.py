"""Values of fields on a page, ready to be typed over: of deals, clients, visits. The template: `shared/input.html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Field
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.workplaces.shared.said import said, word_of
from svyazka.workplaces.shared.short import typed_money

_WIDE = (Field.Kind.TEXT, Field.Kind.LONG_TEXT, Field.Kind.CHOICES, Field.Kind.LINK)


@dataclass(frozen=True)
class Staff:
    """Whoever may be chosen or has been, in one statement for all fields of a page."""

    names: Mapping[int, str]
    working: Sequence[int] = ()


NOBODY = Staff({})


@dataclass(frozen=True)
class Input:
    field: str
    name: str
    kind: str
    value: str
    said: str = ""  # what is stored, for those who read it only
    hint: str = ""
    fault: str = ""
    theirs: str = ""  # what somebody else has meanwhile written there
    wanted: bool = False  # the deal cannot go on without it
    first: bool = False
    form: str = "fact"
    options: Sequence[tuple[str, str]] = ()  # of a list
    is_fixed: bool = False  # nobody asks for it any more, or a formula counts it
    how: str = ""  # where it is said how a formula came to it
    why: str = ""  # nothing came of that

    @property
    def id(self) -> str:
        return f"{self.form}-{self.field}"

    @property
    def is_short(self) -> bool:
        """Two of these fit beside each other."""
        return self.kind not in _WIDE and not self.hint

    @property
    def ticked(self) -> list[str]:
        return [one.strip() for one in self.value.split(",")]

    @property
    def told_by(self) -> str:
        """Ids of what is said of it beneath, for those who hear the page."""
        parts = [("hint", self.hint), ("fault", self.fault)]
        return " ".join(f"{self.id}-{part}" for part, there in parts if there)


def staff_for(fields: Sequence[Field], known: Mapping[str, Any]) -> Staff:
    asked = [known.get(field.code) for field in fields if field.kind == Field.Kind.PERSON]
    if not asked:
        return NOBODY
    either = Q(is_active=True) | Q(pk__in=[pk for pk in asked if isinstance(pk, int)])
    people = list(Person.objects.filter(either).order_by("full_name").values_list("pk", "full_name", "is_active"))
    return Staff({pk: name for pk, name, _works in people}, [pk for pk, _name, works in people if works])


def make(
    field: Field,
    stored: Any,
    staff: Staff,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, object] | None = None,
    conflict: bool = False,
    prefix: str = "",
    wanted: bool = False,
    first: bool = False,
) -> Input:
    """`typed`, by code: what stands there instead of what is stored. `conflict`: what is stored is said beside it."""
    as_stored, in_words = written(stored, field.kind), said(field, stored, staff.names)
    value = (typed or {}).get(field.code, as_stored)
    return Input(
        field=prefix + field.code,
        name=str(facts.OWN.get(field.code) or field.name),
        kind=field.kind,
        value=value,
        said=in_words,
        hint=field.hint,
        fault=str((faults or {}).get(field.code, "")),
        theirs=_("Stored now: {value}").format(value=in_words or "—") if conflict and value != as_stored else "",
        wanted=wanted,
        first=first,
        form="move" if prefix else "fact",
        options=_options(field, stored, staff),
        is_fixed=not field.is_active or field.is_computed,
    )


def read(given: QueryDict) -> dict[str, str]:
    """What a form of such inputs holds, by name; several ticks of one list, beside each other."""
    return {
        name: ", ".join(filter(None, map(str, given.getlist(name)))).replace("\x00", "")
        for name in given
        if name not in ("version", "csrfmiddlewaretoken")
    }


def written(value: Any, kind: str) -> str:
    """A value as it stands in an input."""
    if value in (None, ""):
        return ""
    if kind == Field.Kind.MONEY:
        return _written_amount(str(value))
    if kind == Field.Kind.DECIMAL:
        return str(value).replace(".", ",")
    if kind == Field.Kind.YES:
        return "yes" if value else "no"
    if kind == Field.Kind.CHOICES and isinstance(value, list):
        return ", ".join(value)
    if kind == Field.Kind.MOMENT:
        return _written_moment(str(value))
    return str(value)


def _written_amount(value: str) -> str:
    try:
        return typed_money(Decimal(value))
    except (InvalidOperation, ValueError):
        return value


def _written_moment(value: str) -> str:
    try:
        return clock.local(datetime.fromisoformat(value)).strftime("%Y-%m-%dT%H:%M")
    except ValueError:
        return value


def _options(field: Field, stored: Any, staff: Staff) -> Sequence[tuple[str, str]]:
    """What can be chosen; what is no longer offered only where it has been."""
    if field.kind == Field.Kind.PERSON:
        return [(str(pk), name) for pk, name in staff.names.items() if pk in staff.working or pk == stored]
    chosen = stored if isinstance(stored, list) else [stored]
    offered = [one["code"] for one in field.choices if not one.get("gone") or one["code"] in chosen]
    return [(code, word_of(field, code)) for code in offered]
