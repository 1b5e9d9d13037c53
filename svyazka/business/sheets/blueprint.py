"""The forms of a blueprint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.journal.record import Actor
from svyazka.business.sheets import forms, wording
from svyazka.business.sheets.models import FormKind
from svyazka.business.visits.models import VisitKind
from svyazka.engines.sheets.read import read
from svyazka.kit import words
from svyazka.kit.shapes import Code, Fault, Many, Mention, Part, Path, Reading, Record, Ref, Section, Words, Yes
from svyazka.kit.yaml_text import Node

_NUMBER = re.compile(r"-?[0-9]{1,9}([.][0-9]{1,6})?")


@dataclass(frozen=True)
class Definition:
    """The sections of a form, as the engine of forms reads them."""

    def read(self, node: Node, path: Path, reading: Reading) -> list[Any]:
        given = {"sections": _plain(node)}
        for fault in read(given)[1]:
            place = _node_at(node, fault.path[1:])
            reading.wrong(place, (*path, *fault.path[1:]), wording.fault(given, fault))
        return given["sections"] if isinstance(given["sections"], list) else []

    def lean(self, value: Any) -> Any:
        return value

    def mentions(self, value: Any, path: Path) -> Iterator[Mention]:
        for section in value:
            code = (section.get("rows") or {}).get("counts") if isinstance(section, Mapping) else ""
            if code:
                yield Mention((*path, section["code"], "rows"), "fields", code)


def _plain(node: Node) -> Any:
    """A text that stands without quotation marks may be a number, a yes or a no."""
    if isinstance(node.value, dict):
        return {key: _plain(one) for key, one in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(one) for one in node.value]
    if node.is_quoted:
        return node.value
    if node.value in ("true", "false"):
        return node.value == "true"
    if _NUMBER.fullmatch(node.value):
        return float(node.value) if "." in node.value else int(node.value)
    return node.value


def _node_at(node: Node, path: Path) -> Node:
    """What the path leads to, or the last on the way to it."""
    for step in path:
        if isinstance(node.value, dict) and step in node.value:
            node = node.value[str(step)]
        elif isinstance(node.value, list) and isinstance(step, int):
            node = node.value[step]
        else:
            break
    return node


def told(sections: list[Mapping[str, Any]]) -> str:
    """How much stands in a form."""
    count = sum(len(section.get("fields", ())) for section in sections)
    fields = ngettext("{count} field", "{count} fields", count).format(count=count)
    return f"{', '.join(str(section.get('code')) for section in sections)} ({fields})"


def _of_company() -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "name": one.words,
            "visit_kinds": [kind.code for kind in one.visit_kinds.all()],
            "is_active": one.is_active,
            "sections": newest.definition["sections"] if (newest := forms.newest_of(one)) else [],
        }
        for one in FormKind.objects.prefetch_related("visit_kinds")
    ]


def _put(items: list[dict[str, Any]], chosen: set[str], by: Actor) -> None:
    for position, given in enumerate(items):
        FormKind.objects.filter(code=given["code"]).update(position=position)
        if given["code"] in chosen:
            values = {"words": given["name"], "is_active": given["is_active"], "position": position}
            form, _made = FormKind.objects.update_or_create(code=given["code"], defaults=values)
            form.visit_kinds.set(VisitKind.objects.filter(code__in=given["visit_kinds"]))
            forms.write(form, {"sections": given["sections"]}, by=by)


def _faults(content: Mapping[str, Any]) -> Iterator[Fault]:
    numbers = {one["code"] for one in content["fields"] if (one["of"], one["kind"]) == ("deal", "number")}
    names = {one["code"]: words.here(one["name"]) for one in content["fields"]}
    for given in content["sheet_forms"]:
        for section in given["sections"]:
            code = (section.get("rows") or {}).get("counts", "")
            if code in names.keys() - numbers:
                said = _("Rows are counted into a field of the deal that is a number; “{field}” is not.")
                yield Fault(("sheet_forms", given["code"], "sections"), said.format(field=names[code]))


SHEET_FORMS = Section(
    "sheet_forms",
    gettext_lazy("Forms on site"),
    Record(
        {
            "code": Part(Code()),
            "name": Part(Words(), gettext_lazy("Title")),
            "visit_kinds": Part(Many(Ref(section="visit_kinds")), gettext_lazy("During these visits"), default=[]),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
            "sections": Part(Definition(), gettext_lazy("What is filled in")),
        }
    ),
    of_company=_of_company,
    put=_put,
    faults=_faults,
)
