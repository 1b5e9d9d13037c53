"""The format of a blueprint: its sections, in the order in which they are stored, and how a file of it is read.

Every hole is said, with its line, before anything is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.automation.blueprint import AUTOMATIONS
from svyazka.business.calls.blueprint import BREAKS, CALLING_HOURS, LINE
from svyazka.business.catalogue.blueprint import PRODUCT_GROUPS, PRODUCTS
from svyazka.business.clients.blueprint import SOURCES
from svyazka.business.conversations.blueprint import ACCOUNT, FORMS
from svyazka.business.deals.known.facts import OWN
from svyazka.business.deals.paths.blueprint import FIELDS, LOSS_REASONS, PIPELINES
from svyazka.business.offers.blueprint import OFFER_TEMPLATES
from svyazka.business.parameters.blueprint import PARAMETERS
from svyazka.business.places.blueprint import PLACE
from svyazka.business.sheets.blueprint import SHEET_FORMS
from svyazka.business.site_work.blueprint import PAYMENT_WAYS, PRICE_LIST
from svyazka.business.sorting.blueprint import CATEGORIES
from svyazka.business.staff.blueprint import DEPARTMENTS, PERSON, ROLES
from svyazka.business.staff.models import Role
from svyazka.business.visits.blueprint import MOVE_REASONS, NOT_DONE_REASONS, RESOURCE, VISIT_KINDS
from svyazka.business.visits.client_blueprint import CLIENT_MESSAGES, CLIENT_RULES
from svyazka.kit import yaml_text
from svyazka.kit.shapes import (
    Code,
    Fault,
    Item,
    Later,
    Many,
    Part,
    Path,
    Reading,
    Record,
    Section,
    Shape,
    Words,
    normal,
)
from svyazka.kit.yaml_text import Unreadable

SECTIONS: tuple[Section, ...] = (
    DEPARTMENTS,
    ROLES,
    SOURCES,
    FIELDS,
    LOSS_REASONS,
    PIPELINES,
    VISIT_KINDS,
    MOVE_REASONS,
    NOT_DONE_REASONS,
    PAYMENT_WAYS,
    PRICE_LIST,
    PRODUCT_GROUPS,
    PRODUCTS,
    OFFER_TEMPLATES,
    SHEET_FORMS,
    CLIENT_MESSAGES,
    CLIENT_RULES,
    FORMS,
    CATEGORIES,
    PARAMETERS,
    BREAKS,
    CALLING_HOURS,
    AUTOMATIONS,
)
_DEMONSTRATION = Record(
    {
        "staff": Part(Many(PERSON), default=[]),
        "resources": Part(Many(RESOURCE), default=[]),
        "places": Part(Many(PLACE), default=[]),
        "forms": Part(Many(ACCOUNT), default=[]),
        "bots": Part(Many(ACCOUNT), default=[]),
        "lines": Part(Many(LINE), default=[]),
    }
)
# Sections that later versions will have; their place is kept.
_LATER = ("message_templates", "reports")
_WHOLE = Record(
    {
        "code": Part(Code(), default=""),
        "name": Part(Words(), default={}),
        **{section.code: Part(section.shape, default=[]) for section in SECTIONS},
        **{code: Part(Later(), default=[]) for code in _LATER},
        "demonstration": Part(_DEMONSTRATION, default={}),
    }
)

Content = dict[str, list[Item]]  # code of a section → its items, with nothing left out


@dataclass(frozen=True)
class Blueprint:
    """A file that has been read. With faults, nothing of it may be stored."""

    content: Content
    demonstration: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()
    name: Mapping[str, str] = field(default_factory=dict)  # as it calls itself, in each language


class Unsound(Exception):
    """The blueprint has holes. Each is named."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.text for fault in self.faults))


def known() -> list[str]:
    """Codes of the blueprints that come with the house."""
    return sorted(file.name.removesuffix(".yaml") for file in _folder().iterdir() if file.name.endswith(".yaml"))


@lru_cache(maxsize=8)
def of_house(code: str) -> Blueprint:
    return sound(text_of_house(code))


def text_of_house(code: str) -> bytes:
    given: bytes = (_folder() / f"{code}.yaml").read_bytes()
    return given


def sound(given: bytes) -> Blueprint:
    found = read(given)
    if found.faults:
        raise Unsound(found.faults)
    return found


def read(given: bytes) -> Blueprint:
    """All faults at once, in the order of the lines."""
    try:
        node = yaml_text.read(given)
    except Unreadable as fault:
        return Blueprint({}, {}, (Fault((), fault.why, fault.line, fault.column),))
    reading = Reading()
    whole = _WHOLE.read(node, (), reading)
    content: Content = {section.code: whole[section.code] for section in SECTIONS}
    demonstration = whole["demonstration"] or {key: [] for key in _DEMONSTRATION.parts}
    # What does not look right cannot be compared with the rest; what is missing there has been said already.
    later = [] if reading.faults else [*faults_of(content), *_of_demonstration(demonstration, content)]
    placed = [*reading.faults, *(Fault(one.path, one.text, *reading.place(one.path)) for one in later)]
    faults = tuple(sorted(placed, key=lambda one: (one.line, one.column)))
    return Blueprint(content, demonstration, faults, whole["name"])


def faults_of(content: Content) -> list[Fault]:
    """What cannot be so although each part looks right: names of what is not there, and the rules of each room."""
    unknown = [fault for section in SECTIONS for fault in _unknown_in(section, content)]
    return [*unknown, *(fault for section in SECTIONS for fault in section.faults(content))]


def company() -> Content:
    """The company as it is set up now."""
    return {section.code: normal(section.shape, section.of_company()) for section in SECTIONS}


def _of_demonstration(demonstration: Mapping[str, Any], content: Content) -> Iterator[Fault]:
    yield from _unknown(_DEMONSTRATION, demonstration, content)
    yield from _twice(demonstration)


def _unknown_in(section: Section, content: Content) -> Iterator[Fault]:
    return _unknown(section.shape, content[section.code], content, (section.code,))


def _unknown(shape: Shape, value: Any, content: Content, path: Path = ("demonstration",)) -> Iterator[Fault]:
    codes = _codes(content, value if path == ("demonstration",) else {})
    for mention in shape.mentions(value, path):
        if mention.code not in codes[mention.section]:
            yield Fault(mention.path, str(_UNKNOWN[mention.section]).format(code=mention.code))


def _codes(content: Content, demonstration: Mapping[str, Any]) -> dict[str, set[str]]:
    found = {section: {item["code"] for item in items} for section, items in content.items()}
    return {
        **found,
        "facts": found["fields"] | set(OWN),
        "stages": {stage["code"] for pipeline in content["pipelines"] for stage in pipeline["stages"]},
        "roles": found["roles"] | set(Role.values),
        "staff": {person["login"] for person in demonstration.get("staff", ())},
    }


def _twice(demonstration: Mapping[str, Any]) -> Iterator[Fault]:
    """What the database holds to be one man's alone."""
    for lists, key in ((("staff",), "login"), (("staff",), "extension"), (("lines",), "number"),
                       (("resources",), "person"), (("places",), "address"), (("forms", "bots"), "key")):  # fmt: skip
        seen: set[str] = {""}
        for name in lists:
            for place, item in enumerate(demonstration[name]):
                if item[key] in seen - {""}:
                    path = ("demonstration", name, item.get("code", place), key)
                    yield Fault(path, _("“{value}” stands here twice.").format(value=item[key]))
                seen.add(item[key])


def _folder() -> Any:
    return files("svyazka.blueprints")


_UNKNOWN = {
    "departments": gettext_lazy("There is no department “{code}”."),
    "sources": gettext_lazy("There is no source “{code}”."),
    "fields": gettext_lazy("There is no field “{code}”."),
    "facts": gettext_lazy("There is no field “{code}”."),
    "pipelines": gettext_lazy("There is no pipeline “{code}”."),
    "stages": gettext_lazy("There is no stage “{code}”."),
    "roles": gettext_lazy("There is no role “{code}”: nobody has it."),
    "staff": gettext_lazy("Nobody in the demonstration has the log-in “{code}”."),
}
