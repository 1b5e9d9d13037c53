"""What is asked of the company's own fields."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked
from svyazka.business.automation.action import Case
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.conditions.saying import CLIENT, DEAL
from svyazka.business.deals.known import values
from svyazka.business.deals.models import Field
from svyazka.kit import words
from svyazka.kit.refusals import Refused

EQUAL, OTHER, LEAST, MOST, HOLDS, KNOWN, UNKNOWN = "equal", "other", "least", "most", "holds", "known", "unknown"
_NUMBERS = (Field.Kind.NUMBER, Field.Kind.DECIMAL, Field.Kind.MONEY)
_ORDERED = (*_NUMBERS, Field.Kind.DATE, Field.Kind.MOMENT)
_TEXTS = (Field.Kind.TEXT, Field.Kind.LONG_TEXT, Field.Kind.LINK, Field.Kind.EMAIL, Field.Kind.PHONE)
_SAID = {
    EQUAL: _("“{field}” is {value}"),
    OTHER: _("“{field}” is not {value}"),
    LEAST: _("“{field}” is at least {value}"),
    MOST: _("“{field}” is at most {value}"),
    HOLDS: _("“{field}” contains “{value}”"),
    KNOWN: _("“{field}” is known"),
    UNKNOWN: _("“{field}” is not known"),
}


class FieldIs(ABC):
    """Of a holder: the deal, or the client."""

    code: ClassVar[str]
    title: ClassVar[Any]
    group: ClassVar[Any]
    holder: ClassVar[str]

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        field = self._field(given)
        how = [(EQUAL, _("is")), (OTHER, _("is not")), (KNOWN, _("is known")), (UNKNOWN, _("is not known"))]
        if field and field.kind in _ORDERED:
            how[2:2] = [(LEAST, _("is at least")), (MOST, _("is at most"))]
        if field and field.kind in _TEXTS:
            how[2:2] = [(HOLDS, _("contains"))]
        shown = ("how", (EQUAL, OTHER, LEAST, MOST, HOLDS))
        return [
            Ask("field", "field", _("Which field"), holder=self.holder, required=True),
            Ask("how", "choice", _("How"), choices=how, required=True, initial=EQUAL),
            Ask("value", "value", _("Value"), of="field", holder=self.holder, required=True, shown_when=shown),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        found = asked.read(self.form(typed), typed_of(typed, "value"))
        field = self._field(found)
        if field is None or found["how"] in (KNOWN, UNKNOWN):
            return found
        try:
            plain = found["value"] if found["how"] == HOLDS else values.plain(values.read(field, found["value"]))
        except Refused as refusal:
            raise Refused(refusal.message, fields={"value": refusal.message}) from refusal
        return {**found, "value": plain}

    def words(self, given: Mapping[str, Any]) -> str:
        field = self._field(given)
        name = field.name if field else given["field"]
        return str(_SAID[given["how"]]).format(field=name, value=shown(field, given["value"]))

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        known = self._known(given["field"], case)
        is_known = known not in (None, "", [])
        if given["how"] in (KNOWN, UNKNOWN):
            return bool(is_known == (given["how"] == KNOWN))
        if not is_known:
            return bool(given["how"] == OTHER)
        return _COMPARED[given["how"]](known, given["value"])

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        return None

    @abstractmethod
    def _known(self, code: str, case: Case) -> Any: ...

    def _field(self, given: Mapping[str, Any]) -> Field | None:
        return Field.objects.filter(code=str(given.get("field") or ""), of=self.holder).first()


class DealField(FieldIs):
    code = "deal_field"
    title = _("Field of the deal")
    group = DEAL
    holder = Field.Of.DEAL

    def _known(self, code: str, case: Case) -> Any:
        return case.deal.facts.get(code) if case.deal else None

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        """Over the index of the facts."""
        is_so = given["how"] == EQUAL and not isinstance(given["value"], list)
        field = self._field(given) if is_so else None
        return Q(facts__contains={given["field"]: given["value"]}) if field and field.kind in _AS_STORED else None


_AS_STORED = (Field.Kind.CHOICE, Field.Kind.YES, Field.Kind.TEXT, Field.Kind.NUMBER, Field.Kind.DATE)


class ClientField(FieldIs):
    code = "client_field"
    title = _("Field of the client")
    group = CLIENT
    holder = Field.Of.CLIENT

    def _known(self, code: str, case: Case) -> Any:
        return case.client.facts.get(code) if case.client else None


def _same(known: Any, wanted: Any) -> bool:
    if isinstance(known, list) or isinstance(wanted, list):
        listed = known if isinstance(known, list) else [known]
        return any(one in listed for one in (wanted if isinstance(wanted, list) else [wanted]))
    return bool(_ordered(known) == _ordered(wanted))


def _at_least(known: Any, wanted: Any) -> bool:
    one, other = _ordered(known), _ordered(wanted)
    return bool(type(one) is type(other) and one >= other)


def _ordered(value: Any) -> Any:
    """Amounts and numbers stand in JSON as text; so do moments, each in its zone."""
    if isinstance(value, bool):
        return value
    text = str(value)
    try:
        return Decimal(text)
    except InvalidOperation:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text.casefold()
    return moment if moment.tzinfo else text


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    EQUAL: _same,
    OTHER: lambda known, wanted: not _same(known, wanted),
    LEAST: _at_least,
    MOST: lambda known, wanted: _at_least(wanted, known),
    HOLDS: lambda known, wanted: str(wanted).casefold() in str(known).casefold(),
}


def typed_of(stored: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """What is stored as people type it: several of a list, one after another."""
    several = {name: "; ".join(map(str, stored[name])) for name in names if isinstance(stored.get(name), list)}
    return {**stored, **several}


def shown(field: Field | None, value: Any) -> str:
    """A value as it is stored, in words."""
    if value in ("", None):
        return ""
    if field and field.choices:
        named = {one["code"]: words.here(one["words"]) for one in field.choices}
        chosen = value if isinstance(value, list) else [value]
        return gettext(" or ").join(f"“{named.get(one, one)}”" for one in chosen)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value)
