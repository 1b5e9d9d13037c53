"""A value of a company's field, in the words of the page. One line for each kind; how it is typed says `inputs.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Field
from svyazka.business.staff.models import Person
from svyazka.kit import phones, words
from svyazka.workplaces.shared.short import money
from svyazka.workplaces.shared.templatetags.svyazka import moment

Staff = Mapping[int, str]  # id → name


def said(field: Field, value: Any, staff: Staff) -> str:
    """Empty where nothing is known. What was stored while the field was of another kind is shown as it is."""
    if value in (None, "", []):
        return ""
    sayer = _SAYERS.get(Field.Kind(field.kind))
    try:
        return sayer(value, field, staff) if sayer else str(value)
    except (ArithmeticError, TypeError, ValueError):
        return str(value)


def people_in(pairs: Mapping[str, Any], fields: Mapping[str, Field]) -> set[int]:
    """Ids of the staff that stand in these values (code → value)."""
    return {
        value
        for code, value in pairs.items()
        if code in fields and fields[code].kind == Field.Kind.PERSON and isinstance(value, int)
    }


def names_of(ids: set[int]) -> Staff:
    return dict(Person.objects.filter(pk__in=ids).values_list("pk", "full_name")) if ids else {}


def word_of(field: Field, code: Any) -> str:
    return next((words.here(one["words"]) for one in field.choices if one["code"] == code), str(code))


def _number(value: Any, _field: Field, _staff: Staff) -> str:
    return formats.number_format(Decimal(str(value)), use_l10n=True, force_grouping=True)


def _money(value: Any, _field: Field, _staff: Staff) -> str:
    return money(Decimal(str(value)))


def _date(value: Any, _field: Field, _staff: Staff) -> str:
    return formats.date_format(date.fromisoformat(value), "j E Y")


def _moment(value: Any, _field: Field, _staff: Staff) -> str:
    return moment(datetime.fromisoformat(value))


def _yes(value: Any, _field: Field, _staff: Staff) -> str:
    return _("Yes") if value else _("No")


def _choice(value: Any, field: Field, _staff: Staff) -> str:
    return word_of(field, value)


def _choices(value: Any, field: Field, _staff: Staff) -> str:
    return ", ".join(word_of(field, one) for one in value)


def _phone(value: Any, _field: Field, _staff: Staff) -> str:
    return phones.readable(value)


def _person(value: Any, _field: Field, staff: Staff) -> str:
    return staff.get(value) or _("somebody who is no longer here")


_SAYERS: dict[Field.Kind, Callable[[Any, Field, Staff], str]] = {
    Field.Kind.NUMBER: _number,
    Field.Kind.DECIMAL: _number,
    Field.Kind.MONEY: _money,
    Field.Kind.DATE: _date,
    Field.Kind.MOMENT: _moment,
    Field.Kind.YES: _yes,
    Field.Kind.CHOICE: _choice,
    Field.Kind.CHOICES: _choices,
    Field.Kind.PHONE: _phone,
    Field.Kind.PERSON: _person,
}
