"""What the editor of forms says by itself, in the language of whoever builds one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.sheets import wording
from svyazka.engines.sheets import read

LIMITS = {
    "sections": read.MOST_SECTIONS,
    "fields": read.MOST_FIELDS,
    "choices": read.MOST_CHOICES,
    "checks": read.MOST_CHECKS,
    "conditions": read.MOST_CONDITIONS,
    "rows": read.MOST_ROWS,
}


def words() -> dict[str, Any]:
    return {
        "kinds": _plain(wording.KINDS),
        "units": _plain(wording.UNITS),
        "rules": {code: text for code, text in _plain(wording.RULES).items() if code != "rows"},
        "findings": _plain(wording.FINDINGS),
        **_of_editing(),
        **_of_sections(),
        **_of_fields(),
        **_of_conditions(),
        **_of_checks(),
    }


def _plain(lazy: Mapping[Any, object]) -> dict[str, str]:
    return {str(code): str(text) for code, text in lazy.items()}


def _of_editing() -> dict[str, str]:
    return {
        "undo": _("Undo"),
        "redo": _("Redo"),
        "removed": _("{name} is removed"),
        "copied": _("{name} is copied"),
        "moved": _("{name}: place {place} of {number}"),
        "drag": _("Move {name}: drag it, or press the arrow keys"),
        "copy": _("Copy"),
        "remove": _("Remove"),
        "ru": _("in Russian"),
        "en": _("in English"),
        "unnamed": _("without a name yet"),
        "sound": _("Nothing is wrong with this form."),
        "unsound": _("To be put right: {count}"),
        "show_fault": _("Show the next one"),
        "not_judged": _("No connection: what is wrong with it will be said once there is one."),
        "stale": _("The phone shows the form as it last made sense."),
        "nothing_yet": _("Add a section: the form appears here while you build it."),
    }


def _of_sections() -> dict[str, str]:
    return {
        "section": _("Section"),
        "add_section": _("Add a section"),
        "first_section": _("A form is made of sections: the site, the openings, the agreement. Begin with the first."),
        "section_name": _("Name of the section"),
        "repeated": _("Filled in several times: once for each opening, line, room"),
        "row_name": _("What one of them is called"),
        "row_kinds": _("Kinds of them"),
        "add_kind": _("Add a kind"),
        "least_rows": _("At least"),
        "most_rows": _("At most"),
        "counts": _("How many there are goes into the deal's field"),
        "counts_nothing": _("nowhere"),
        "repeated_mark": _("several times"),
        "fields_count": _("fields: {count}"),
        "checks_count": _("checks: {count}"),
    }


def _of_fields() -> dict[str, str]:
    return {
        "add_field": _("Add a field"),
        "field_name": _("What it is called"),
        "field_kind": _("Kind"),
        "field_unit": _("Unit"),
        "no_unit": _("none"),
        "field_hint": _("Help beside it"),
        "need": _("Whether it has to be filled in"),
        "may": _("may be missing"),
        "should": _("is reminded of"),
        "must": _("is needed to complete the form"),
        "least": _("Not less than"),
        "most": _("Not more than"),
        "beyond": _("What is beyond that"),
        "warns": _("is warned of"),
        "stops": _("keeps the form from being completed"),
        "photos_least": _("Photos at least"),
        "default": _("Filled in beforehand"),
        "default_nothing": _("nothing"),
        "yes": _("yes"),
        "no": _("no"),
        "choices": _("To choose from"),
        "add_choice": _("Add a choice"),
        "choice_name": _("Choice"),
        "required_mark": _("needed"),
        "should_mark": _("reminded of"),
        "conditional_mark": _("only if"),
        "more": _("Unit, help, what is filled in beforehand"),
    }


def _of_conditions() -> dict[str, str]:
    return {
        "conditions": _("Asked only if"),
        "always": _("It is always asked."),
        "add_condition": _("Add a condition"),
        "and": _("and"),
        "is_one_of": _("is one of"),
        "is_between": _("lies between"),
        "from": _("Not less than"),
        "to": _("Not more than"),
        "kind_of_row": _("kind of {name}"),
        "nothing_above": _("Nothing that can be asked for stands above: a choice, yes or no, a number."),
        "choose_field": _("choose a field"),
    }


def _of_checks() -> dict[str, Any]:
    return {
        "checks": _("Checks"),
        "add_check": _("Add a check"),
        "no_checks": _("Whatever two answers have to do with each other is checked here."),
        "of_fields": _("Of"),
        "width": _("Width"),
        "height": _("Height"),
        "first_diagonal": _("Diagonal"),
        "second_diagonal": _("Second diagonal"),
        "no_second": _("there is none"),
        "smaller": _("This one"),
        "larger": _("is no more than"),
        "first": _("This one"),
        "second": _("and that one"),
        "tolerance": _("Differ by at most"),
        "off_by": _("Off by at most"),
        "sign": _("It has to be"),
        "value": _("Value"),
        "severity": _("If not"),
        "own_words": _("What is said then"),
        "own_words_hint": _("Empty: “{usual}”. {found}, {allowed} and {unit} are put in."),
        "signs": {
            "<": _("less than"),
            "<=": _("no more than"),
            "=": _("equal to"),
            "!=": _("not equal to"),
            ">=": _("no less than"),
            ">": _("more than"),
        },
    }
