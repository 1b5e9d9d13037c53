"""What a trigger or an action asks of whoever builds a rule: a list, which the builder draws and `read` checks.

Each trigger and each action has a method beside those of its contract:

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            Ask("stage", "stage", _("Which stage"), required=True),
            Ask("who", "person", _("Who gets it"), first=(("responsible", _("whoever is responsible")),)),
            Ask("title", "text", _("What is to be done"), required=True, inserts=True),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

`options` is what is stored, or what stands in the form at this moment: the form may depend on it, for it is drawn anew
after each choice. One that asks nothing returns an empty list. What comes of each kind:

    text, long          str; long is a text of several lines; `inserts`: fields can be put into it
    formula             str, as it was typed (engines.formulas checks it)
    url                 str
    number              str of a Decimal: "2.5"; `least`, `most`
    money               str of a Decimal: "1250.50"
    whole, minutes      int; `least`, `most`. Minutes are typed as a number of minutes, hours or days, and come as "90"
    day, time           str: "2026-11-28", "09:00"
    yes                 bool
    choice              str: one of `choices` [(value, label), …]
    stage, person, template      int: the number of a Stage, Person, ApprovedTemplate
    pipeline, role, department, field, category, channel, visit_kind, loss_reason, source      str: its code
    value               str: of the field that another Ask names in `of`, typed by the kind of that field

`many`: a list of them, several may be ticked. `first`: choices before the listed ones, stored as the words of code that
stand there. Not filled in: "", None for numbers, False, or an empty list. What is chosen must exist; a pipeline or a
person that has been switched off since stays chosen, and the builder says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import choices
from svyazka.kit import money
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

MOST_MINUTES = 366 * 24 * 60
LONGEST = {"text": 300, "long": 4000, "formula": 2000, "url": 500}


@dataclass(frozen=True)
class Ask:
    """One input of the form. `shown_when`: only while another one has one of these values: ("how", ("person",))."""

    name: str
    kind: str
    label: Any
    help: Any = ""
    required: bool = False
    many: bool = False
    choices: Sequence[tuple[str, Any]] = ()
    first: Sequence[tuple[str, Any]] = ()
    of: str = ""
    holder: str = "deal"  # of a field: the deal's or the client's
    inserts: bool = False
    least: int | None = None
    most: int | None = None
    initial: Any = ""
    shown_when: tuple[str, Sequence[str]] | None = None

    @property
    def is_chosen(self) -> bool:
        return self.kind == "choice" or self.kind in choices.LISTS


def read(form: Sequence[Ask], typed: Mapping[str, Any]) -> dict[str, Any]:
    """As it is stored. Refused names every input that is at fault."""
    found: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for ask in form:
        try:
            found[ask.name] = _one(ask, typed) if is_shown(ask, typed) else empty(ask)
        except Refused as refusal:
            wrong[ask.name] = refusal.message
    if wrong:
        raise Refused(_("Not all of it is filled in as it should be."), fields=wrong)
    return found


def is_shown(ask: Ask, typed: Mapping[str, Any]) -> bool:
    if ask.shown_when is None:
        return True
    name, values = ask.shown_when
    return str(typed.get(name) or "") in values


def empty(ask: Ask) -> Any:
    if ask.many:
        return []
    return {"yes": False, "number": None, "money": None, "whole": None, "minutes": None}.get(ask.kind, "")


def _one(ask: Ask, typed: Mapping[str, Any]) -> Any:
    given = typed.get(ask.name)
    if ask.many:
        several = given if isinstance(given, list | tuple) else [given]
        found = list(dict.fromkeys(_value(ask, text) for one in several if (text := _text(one))))
    else:
        text = _text(given)
        found = _value(ask, text) if text else empty(ask)
    if ask.required and found in ("", None, [], False):
        raise Refused(_("This has to be filled in."))
    return found


def _text(given: Any) -> str:
    return "" if given is None else storable(str(given)).replace("\r\n", "\n").strip()


def _value(ask: Ask, text: str) -> Any:
    if ask.is_chosen:
        return _chosen(ask, text)
    return _READERS[ask.kind](ask, text)


def _chosen(ask: Ask, text: str) -> Any:
    if text in (code for code, _label in (*ask.first, *ask.choices)):
        return text
    if ask.kind != "choice" and (found := choices.find(ask.kind, text, holder=ask.holder)) is not None:
        return found
    raise Refused(_("Choose one of the list."))


def _within(ask: Ask, text: str) -> str:
    if len(text) > LONGEST[ask.kind]:
        raise Refused(_("This is too long: {most} letters at most.").format(most=LONGEST[ask.kind]))
    return " ".join(text.split()) if ask.kind == "text" else text


def _web_address(ask: Ask, text: str) -> str:
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        is_one = False
    if not is_one:
        raise Refused(_("A web address is needed here: https://…"))
    return _within(ask, text)


def _number(ask: Ask, text: str) -> str:
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation as refusal:
        raise Refused(_("A number is needed here, for example 2,5.")) from refusal
    if not number.is_finite() or abs(number) >= Decimal("1e12") or -int(number.as_tuple().exponent) > 6:
        raise Refused(_("A number is needed here, for example 2,5."))
    _insist_between(ask, number)
    return money.plain(number)


def _money(_ask: Ask, text: str) -> str:
    return format(money.read(text), "f")


def _whole(ask: Ask, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise Refused(_("A whole number is needed here, for example 3."))
    _insist_between(ask, Decimal(text))
    return int(text)


def _minutes(ask: Ask, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > MOST_MINUTES:
        raise Refused(_("A year at most."))
    _insist_between(ask, Decimal(text))
    return int(text)


def _insist_between(ask: Ask, number: Decimal) -> None:
    if ask.least is not None and number < ask.least:
        raise Refused(_("{least} at least.").format(least=ask.least))
    if ask.most is not None and number > ask.most:
        raise Refused(_("{most} at most.").format(most=ask.most))


def _day(_ask: Ask, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as refusal:
        raise Refused(_("A date is needed here.")) from refusal


def _time(_ask: Ask, text: str) -> str:
    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError as refusal:
        raise Refused(_("An hour is needed here, for example 09:00.")) from refusal


def _of_a_field(_ask: Ask, text: str) -> str:
    if len(text) > LONGEST["long"]:
        raise Refused(_("This is too long: {most} letters at most.").format(most=LONGEST["long"]))
    return text


_READERS: dict[str, Callable[[Ask, str], Any]] = {
    "text": _within,
    "long": _within,
    "formula": _within,
    "url": _web_address,
    "number": _number,
    "money": _money,
    "whole": _whole,
    "minutes": _minutes,
    "day": _day,
    "time": _time,
    "yes": lambda _ask, text: text in ("1", "on", "yes", "true", "True"),
    "value": _of_a_field,
}
