"""What a password must be, said in our words: the catalogue of django.contrib.auth is not loaded here."""

from __future__ import annotations

from django.contrib.auth.password_validation import get_default_password_validators
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused

SHORTEST = 10
LONGEST = 1000  # argon2 reads the whole of it: a guess must not cost more than an answer


def check(password: str, person: Person) -> None:
    """Refuses a password that others would guess."""
    faults = [*_faults(password, person)]
    if faults:
        raise Refused(faults[0], fields={"password": format_lazy("{}" + " {}" * (len(faults) - 1), *faults)})


def _faults(password: str, person: Person) -> list[Promise]:
    if len(password) > LONGEST or "\0" in password:
        return [_("This password is too long, or holds a character that cannot be typed.")]
    codes: set[str | None] = set()
    for validator in get_default_password_validators():
        try:
            validator.validate(password, person)
        except ValidationError as fault:
            codes.update(each.code for each in fault.error_list)
    return [words for code, words in _WORDS.items() if code in codes]


_WORDS: dict[str, Promise] = {
    "password_too_short": format_lazy(
        ngettext_lazy(
            "A password has at least {length} character.", "A password has at least {length} characters.", SHORTEST
        ),
        length=SHORTEST,
    ),
    "password_too_common": _("This password stands in every list of guesses. Choose another one."),
    "password_too_similar": _("This password is too much like the name or the login."),
    "password_entirely_numeric": _("A password of digits alone is guessed quickly."),
}
