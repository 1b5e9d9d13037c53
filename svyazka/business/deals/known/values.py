"""Values of the company's fields: from what somebody typed to what is stored. One line for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Field
from svyazka.business.staff.models import Person
from svyazka.kit import emails, phones
from svyazka.kit.refusals import Refused


def read(field: Field, typed: Any) -> Any:
    """What the text means; None where it is empty. Refused says what is wrong with it."""
    text = str(typed if typed is not None else "").replace("\x00", "").strip()
    return _READERS[Field.Kind(field.kind)](text, field) if text else None


def read_all(fields: Mapping[str, Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """All that was typed, by code. Refused names every value that cannot be, in its `fields`."""
    read_so_far: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for code, typed in given.items():
        if code not in fields:
            wrong[code] = _("There is no such field.")
            continue
        if fields[code].is_computed:
            wrong[code] = _("This is counted by its formula: nobody fills it in.")
            continue
        try:
            read_so_far[code] = read(fields[code], typed)
        except Refused as refusal:
            wrong[code] = refusal.message
    if wrong:
        raise Refused(_("Some values cannot be right."), fields=wrong)
    return read_so_far


def plain(value: Any) -> Any:
    """As it stands in JSON: dates and amounts as text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def _text(given: str, field: Field) -> str:
    return _within(given, _LONGEST.get(field.code, 300))


_LONGEST = {"client_name": 200}  # as its column has it


def _long_text(given: str, _field: Field) -> str:
    return _within(given, 4000)


def _within(given: str, longest: int) -> str:
    if len(given) > longest:
        raise Refused(_("This is too long."))
    return given


def _number(given: str, _field: Field) -> int:
    if not given.isdecimal() or len(given) > 9:
        raise Refused(_("A whole number is needed here, for example 3."))
    return int(given)


def _decimal(given: str, _field: Field) -> Decimal:
    try:
        number = Decimal("".join(given.split()).replace(",", "."))
    except InvalidOperation as refusal:
        raise Refused(_("A number is needed here, for example 2,5.")) from refusal
    if not number.is_finite() or abs(number) >= Decimal("1e12") or -int(number.as_tuple().exponent) > 6:
        raise Refused(_("A number is needed here, for example 2,5."))
    return number


def _money(given: str, _field: Field) -> Decimal:
    compact = "".join(given.split()).replace(",", ".").removesuffix("₽")
    try:
        amount = Decimal(compact)
    except InvalidOperation as refusal:
        raise Refused(_("An amount is needed here, for example 54 300,50.")) from refusal
    # Three digits behind the comma: somebody wrote 54,300 and means thousands.
    if not amount.is_finite() or not 0 <= amount < Decimal("1e12") or -int(amount.as_tuple().exponent) > 2:
        raise Refused(_("The amount must be positive and in roubles and kopecks."))
    return abs(amount.quantize(Decimal("0.01")))


def _date(given: str, _field: Field) -> date:
    try:
        day = date.fromisoformat(given)
    except ValueError as refusal:
        raise Refused(_("A date is needed here.")) from refusal
    _in_our_days(day)
    return day


def _moment(given: str, _field: Field) -> datetime:
    """An hour without a zone is the company's."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as refusal:
        raise Refused(_("A date and an hour are needed here.")) from refusal
    _in_our_days(moment)
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _in_our_days(day: date) -> None:
    if not 1990 <= day.year <= 2100:
        raise Refused(_("Look at the year of this date."))


def _yes(given: str, _field: Field) -> bool:
    return given.lower() in ("1", "true", "yes", "on", "\u0434\u0430")


def _choice(given: str, field: Field) -> str:
    """By its code, or by its words in any language."""
    if code := _code_of(given, field):
        return code
    raise Refused(_("Choose one of the list."))


def _code_of(given: str, field: Field) -> str:
    said = given.lower()
    for one in field.choices:
        if said in (one["code"].lower(), *(words.lower() for words in one["words"].values())):
            return str(one["code"])
    return ""


def _choices(given: str, field: Field) -> list[str]:
    """Parted by commas or semicolons; the words of one may hold a comma themselves."""
    # Each piece is compared with all of the list: a hundred kilobytes of commas took twenty seconds.
    if given.count(",") + given.count(";") > len(field.choices) * _MOST_COMMAS:
        raise Refused(_("This is too long."))
    found: list[str] = []
    for part in given.split(";"):
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        while pieces:
            code, length = _longest_choice(pieces, field)
            found.append(code)
            pieces = pieces[length:]
    return list(dict.fromkeys(found))


def _longest_choice(pieces: Sequence[str], field: Field) -> tuple[str, int]:
    """Which one of the list begins here, and over how many pieces it goes."""
    for length in range(min(len(pieces), _MOST_COMMAS), 1, -1):
        if code := _code_of(", ".join(pieces[:length]), field):
            return code, length
    return _choice(pieces[0], field), 1


_MOST_COMMAS = 5


def _phone(given: str, _field: Field) -> str:
    try:
        return phones.normalise(given)
    except ValueError as refusal:
        raise Refused(_("This is no telephone number.")) from refusal


def _email(given: str, _field: Field) -> str:
    try:
        return emails.normalise(given)
    except ValueError as refusal:
        raise Refused(_("This is no e-mail address.")) from refusal


def _link(given: str, _field: Field) -> str:
    """Only what a browser opens as a page: never `javascript:`."""
    full = given if "://" in given else f"https://{given}"
    try:
        parts = urlsplit(full)
    except ValueError as refusal:
        raise Refused(_("This is no web address.")) from refusal
    if parts.scheme not in ("http", "https") or "." not in parts.netloc or " " in full:
        raise Refused(_("This is no web address."))
    return _within(full, 500)


def _person(given: str, _field: Field) -> int:
    number = int(given) if given.isdecimal() and len(given) < 10 else 0
    if not Person.objects.filter(pk=number).exists():
        raise Refused(_("Choose one of the staff."))
    return number


_READERS: dict[Field.Kind, Callable[[str, Field], Any]] = {
    Field.Kind.TEXT: _text,
    Field.Kind.LONG_TEXT: _long_text,
    Field.Kind.NUMBER: _number,
    Field.Kind.DECIMAL: _decimal,
    Field.Kind.MONEY: _money,
    Field.Kind.DATE: _date,
    Field.Kind.MOMENT: _moment,
    Field.Kind.YES: _yes,
    Field.Kind.CHOICE: _choice,
    Field.Kind.CHOICES: _choices,
    Field.Kind.PHONE: _phone,
    Field.Kind.EMAIL: _email,
    Field.Kind.LINK: _link,
    Field.Kind.PERSON: _person,
}
