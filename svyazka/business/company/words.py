"""What stands in a blueprint, in words for people: names for codes, yes and no, conditions as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.automation import blueprint as automations
from svyazka.business.calls.blueprint import DAYS
from svyazka.business.company.blueprint import SECTIONS, Content
from svyazka.business.company.compare import Difference
from svyazka.business.deals.known.facts import OWN
from svyazka.business.sheets.blueprint import Definition
from svyazka.business.sheets.blueprint import told as told_form
from svyazka.business.staff.blueprint import Rights
from svyazka.business.staff.models import Role
from svyazka.business.staff.roles import REACHES, WORDS
from svyazka.business.visits.client_blueprint import RULES
from svyazka.business.visits.models import What
from svyazka.kit import words
from svyazka.kit.shapes import Condition, Many, OneOf, Record, Ref, Section, Shape, Words, Yes

NOTHING = "—"
_CODES = {**dict(DAYS), **dict(What.choices), **dict(RULES)}  # what has no name of its own
_REACHES = {reach.name.lower(): label for reach, label in REACHES.items()}


@dataclass(frozen=True)
class Change:
    """What is different: its name, what it is, what it will be."""

    what: str
    before: str
    after: str


class Names:
    """What codes are called: in the company or, where it does not have them, in the blueprint."""

    def __init__(self, *contents: Content) -> None:
        self._names: dict[tuple[str, str], str] = {("facts", code): str(label) for code, label in OWN.items()}
        self._names |= {("roles", value): str(label) for value, label in Role.choices}
        for content in contents:
            for key, name in _named(content):
                self._names.setdefault(key, name)

    def of(self, section: str, code: str) -> str:
        return self._names.get((section, code), code)


def _named(content: Content) -> Iterator[tuple[tuple[str, str], str]]:
    for section in SECTIONS:
        for item in content[section.code]:
            yield (section.code, item["code"]), name_of(item)
    for field in content["fields"]:
        yield ("facts", field["code"]), name_of(field)
        for choice in field["choices"]:
            yield (f"fields/{field['code']}", choice["code"]), name_of(choice)
    for pipeline in content["pipelines"]:
        for stage in pipeline["stages"]:
            yield ("stages", stage["code"]), name_of(stage)


def name_of(item: Mapping[str, Any]) -> str:
    name = item.get("name", "")
    code = str(item.get("code", ""))
    return (words.here(name) if isinstance(name, Mapping) else str(name)) or str(_CODES.get(code, code))


def changes_of(difference: Difference, names: Names) -> list[Change]:
    section = next(one for one in SECTIONS if one.code == difference.section)
    record = _record(section, is_part=difference.within is not None)
    found = []
    for key, (before, after) in (difference.changes or {}).items():
        if key == section.parts and not difference.within:
            order = [", ".join(names.of(section.parts, code) for code in codes) for codes in (before, after)]
            found.append(Change(_("Order of the stages"), *order))
        elif key in record.parts:
            part = record.parts[key]
            found += _changes(str(part.label), part.shape, before, after, names)
    return found


def told(difference: Difference, names: Names) -> list[tuple[str, str]]:
    """What there is to say of something new, besides its name."""
    section = next(one for one in SECTIONS if one.code == difference.section)
    record = _record(section, is_part=difference.within is not None)
    return [
        (str(record.parts[key].label), in_words(record.parts[key].shape, difference.item[key], names))
        for key in record.lean(difference.item)
        if record.parts[key].label and key not in ("code", "name")
    ]


def _record(section: Section, *, is_part: bool) -> Record:
    if not is_part:
        return section.item
    many = section.item.parts[section.parts].shape
    assert isinstance(many, Many)
    assert isinstance(many.of, Record)
    return many.of


def _changes(label: str, shape: Shape, before: Any, after: Any, names: Names) -> Iterator[Change]:
    """A text that differs in another language than the reader's is shown in that one."""
    if isinstance(shape, Words) and words.here(before) == words.here(after):
        for language in sorted({*before, *after}):
            pair = before.get(language, NOTHING), after.get(language, NOTHING)
            if pair[0] != pair[1]:
                yield Change(f"{label} ({language})", *pair)
    else:
        yield Change(label, in_words(shape, before, names), in_words(shape, after, names))


def in_words(shape: Shape, value: Any, names: Names) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(shape, Words):
        return words.here(value)
    if isinstance(shape, Ref):
        return names.of(shape.section, value)
    if isinstance(shape, Yes):
        return _("yes") if value else _("no")
    if isinstance(shape, OneOf):
        return str(dict(shape.of).get(value, value))
    if isinstance(shape, Condition):
        return "; ".join(_condition(code, values, names) for code, values in value.items())
    if isinstance(shape, Definition):
        return told_form(value)
    if isinstance(shape, automations.Written):
        return automations.told(value)
    if isinstance(shape, Rights):
        return "; ".join(f"{WORDS[right]}: {_REACHES[reach]}" for right, reach in value.items())
    if isinstance(shape, Many):
        of_records = isinstance(shape.of, Record)
        return ("; " if of_records else ", ").join(in_words(shape.of, one, names) for one in value)
    return _record_in_words(shape, value, names) if isinstance(shape, Record) else str(value)


def _condition(code: str, values: list[Any], names: Names) -> str:
    wanted = _(" or ").join(names.of(f"fields/{code}", str(value)) for value in values)
    return f"{names.of('fields', code)}: {wanted}"


def _record_in_words(record: Record, value: Mapping[str, Any], names: Names) -> str:
    if "name" in record.parts:
        return _("{name} (no longer offered)").format(name=name_of(value)) if value.get("gone") else name_of(value)
    lean = record.lean(value)
    parts = ((record.parts[key], value[key]) for key in lean)
    return ", ".join(f"{part.label}: {in_words(part.shape, one, names)}" for part, one in parts)
