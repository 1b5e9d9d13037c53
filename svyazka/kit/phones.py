"""Telephone numbers: from what people type to one spelling, and back to what people read."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from svyazka.kit import regions

HOME_REGION, HOME_CODE = "RU", 7


class NotAPhone(ValueError):
    """The text holds no telephone number that could be rung."""


@lru_cache(maxsize=20_000)
def normalise(typed: str) -> str:
    """`8 (916) 123-45-67` → `+79161234567` (E.164). Raises NotAPhone."""
    number = _read(typed) or _read_without_plus(typed)
    if number is None:
        raise NotAPhone(typed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _read(typed: str) -> phonenumbers.PhoneNumber | None:
    """As somebody at home writes it; of home only whole numbers, with the code of the town."""
    try:
        number = phonenumbers.parse(typed.strip(), HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    length = len(str(number.national_number))
    is_whole = length == 10 if number.country_code == HOME_CODE else length >= 7
    return number if is_whole and phonenumbers.is_possible_number(number) else None


def _read_without_plus(typed: str) -> phonenumbers.PhoneNumber | None:
    """PBXs and messengers leave out the plus, or write 00 for it: 79161234567, 00375291234567."""
    digits = "".join(char for char in typed if char.isdigit()).removeprefix("00")
    number = _read(f"+{digits}") if len(digits) >= 11 and not typed.strip().startswith("+") else None
    # Any digits in a row could be a number of some country: only one that is really given out.
    return number if number and phonenumbers.is_valid_number(number) else None


@lru_cache(maxsize=20_000)
def readable(number: str) -> str:
    """`+79161234567` → `+7 916 123-45-67`; what is no number comes back as it is."""
    try:
        parsed = phonenumbers.parse(number, HOME_REGION)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def local_time(number: str, moment: datetime) -> datetime | None:
    """What time it is there then, as far as the number says it: a town's does, a mobile one of Russia's does not."""
    if region := regions.of_number(number):
        return moment.astimezone(region.zone)
    found = {moment.astimezone(zone).utcoffset(): zone for zone in _zones(number)}
    return moment.astimezone(next(iter(found.values()))) if len(found) == 1 else None


def is_mobile(number: str) -> bool:
    try:
        return phonenumbers.number_type(phonenumbers.parse(number, HOME_REGION)) == phonenumbers.PhoneNumberType.MOBILE
    except phonenumbers.NumberParseException:
        return False


def country_of(number: str) -> str:
    """Two letters; empty where the number does not say it."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, HOME_REGION)) or ""
    except phonenumbers.NumberParseException:
        return ""


@lru_cache(maxsize=20_000)
def _zones(number: str) -> tuple[ZoneInfo, ...]:
    try:
        names = time_zones_for_number(phonenumbers.parse(number, HOME_REGION))
        return tuple(ZoneInfo(name) for name in names if name != UNKNOWN_TIMEZONE)
    except (phonenumbers.NumberParseException, ZoneInfoNotFoundError):
        return ()


def digits_of(typed: str) -> str:
    """Only the digits, a leading Russian 8 left out, for a search by part of a number."""
    digits = "".join(char for char in typed if char.isdigit())
    return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits
