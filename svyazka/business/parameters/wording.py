"""What is wrong with a formula, and why nothing comes of one here, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from svyazka.engines.formulas.formula import Kind, Named, Trouble, Wrong
from svyazka.engines.formulas.functions import BY_CODE, RUSSIAN

KINDS = {
    Kind.NUMBER: gettext_lazy("a number"),
    Kind.MONEY: gettext_lazy("an amount of money"),
    Kind.TEXT: gettext_lazy("a text"),
    Kind.DATE: gettext_lazy("a date"),
    Kind.MOMENT: gettext_lazy("a date with its hour"),
    Kind.YES: gettext_lazy("yes or no"),
    Kind.LIST: gettext_lazy("a choice from a list"),
}
_WRONG = {
    "too_long": gettext_lazy("The formula is too long: {most} characters at most."),
    "too_many": gettext_lazy("The formula has too many pieces: {most} at most. Make two parameters of it."),
    "too_deep": gettext_lazy("Too many brackets in each other."),
    "strange": gettext_lazy("“{said}” means nothing here."),
    "text_open": gettext_lazy("The quotation mark is not closed."),
    "name_open": gettext_lazy("The square bracket of a name is not closed."),
    "name_empty": gettext_lazy("There is no name between the square brackets."),
    "value_missing": gettext_lazy("Something is missing here: a number, a name or a function."),
    "sign_missing": gettext_lazy("A sign is missing here: + − * / or “;” between the parts of a function."),
    "bracket_open": gettext_lazy("This bracket is not closed."),
    "bracket_too_many": gettext_lazy("There is a closing bracket too many."),
    "compared_twice": gettext_lazy("Only two can be compared; say “and” between two comparisons."),
    "number_long": gettext_lazy("The number is too long."),
    "no_such_function": gettext_lazy("There is no function “{name}”."),
    "bare_name": gettext_lazy("What is “{name}”? Names stand in square brackets."),
    "brackets_missing": gettext_lazy("After “{name}” there must be brackets with what it is to be counted of."),
    "no_such_name": gettext_lazy("There is nothing named “{name}”."),
    "no_such_choice": gettext_lazy("“{name}” is never “{said}”."),
    "list_result": gettext_lazy("A choice from a list is no result. Compare it with one of its values."),
    "money_times_money": gettext_lazy("An amount cannot be multiplied by an amount."),
    "counted": gettext_lazy("“{sign}” cannot be done with {left} and {right}."),
    "compared": gettext_lazy("{left} and {right} cannot be compared by “{sign}”."),
    "kinds_differ": gettext_lazy("Here it is {left}, there {right}: both must be of one kind."),
    "places": gettext_lazy("How many places are kept must be a number from 0 to {most}."),
    "circle": gettext_lazy("That goes round in a circle: {circle}."),
    "itself": gettext_lazy("The parameter names itself."),
}
_TROUBLES = {
    "unknown": gettext_lazy("“{name}” is not known"),
    "division": gettext_lazy("a division by nought"),
    "too_large": gettext_lazy("the number grows too large"),
    "too_far": gettext_lazy("the date is too far away"),
}


def of_wrong(wrong: Wrong) -> str:
    """A sentence, with the nearest name where there is one."""
    given = {key: KINDS.get(value, value) if key in ("left", "right") else value for key, value in wrong.given.items()}
    if wrong.code == "kind":
        said = _of_kind(wrong.given)
    elif wrong.code == "how_many":
        said = _how_many(wrong.given)
    else:
        said = str(_WRONG[wrong.code]).format(**given)
    said = said[:1].upper() + said[1:]
    near = wrong.given.get("near")
    return said + _(" Perhaps “{near}”?").format(near=near) if near else said


def of_trouble(trouble: Trouble, names: Mapping[str, Named]) -> str:
    """A part of a sentence: “not counted: …”."""
    name = names[trouble.name].words if trouble.name in names else trouble.name
    return str(_TROUBLES[trouble.code]).format(name=name)


def _of_kind(given: Mapping[str, Any]) -> str:
    takes = _(" or ").join(str(KINDS[kind]) for kind in given["takes"])
    by = word_of(given["by"])
    return _("“{by}” needs {takes} here, and this is {kind}.").format(by=by, takes=takes, kind=KINDS[given["kind"]])


def _how_many(given: Mapping[str, Any]) -> str:
    least, most = given["least"], given["most"]
    if least == most:
        words = _("“{name}” needs exactly {least} parts with “;” between them; there are {number}.")
    else:
        words = _("“{name}” needs {least} to {most} parts with “;” between them; there are {number}.")
    return words.format(**given)


def word_of(code: str) -> str:
    """A function or a sign as it is written in the language of the page."""
    is_russian = (get_language() or "ru").startswith("ru")
    return RUSSIAN.get(code, code) if is_russian and (code in BY_CODE or code in RUSSIAN) else code
