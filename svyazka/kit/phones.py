"""Telephone numbers: from what people type to one spelling, and back to what people read."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

HOME_REGION = "RU"


class NotAPhone(ValueError):
    """The text holds no telephone number that could be rung."""


@lru_cache(maxsize=20_000)
def normalise(typed: str) -> str:
    """`8 (916) 123-45-67` → `+79161234567` (E.164). Raises NotAPhone."""
    text = typed.strip()
    digits = "".join(char for char in text if char.isdigit())
    # PBXs and messengers leave out the plus: 79161234567.
    if not text.startswith("+") and len(digits) == 11 and digits.startswith("7"):
        text = "+" + digits
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException as refusal:
        raise NotAPhone(typed) from refusal
    if not phonenumbers.is_possible_number(number) or not 10 <= len(str(number.national_number)) <= 14:
        raise NotAPhone(typed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=20_000)
def readable(number: str) -> str:
    """`+79161234567` → `+7 916 123-45-67`; what is no number comes back as it is."""
    try:
        parsed = phonenumbers.parse(number, HOME_REGION)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def digits_of(typed: str) -> str:
    """Only the digits, a leading Russian 8 left out, for a search by part of a number."""
    digits = "".join(char for char in typed if char.isdigit())
    return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits
