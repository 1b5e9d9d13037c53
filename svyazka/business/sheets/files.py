"""A form as a file: written for people, read with all that is wrong in it and the line where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from svyazka.business.sheets.blueprint import Definition
from svyazka.business.sheets.models import FormKind, FormVersion
from svyazka.kit import yaml_text
from svyazka.kit.shapes import Fault, Part, Reading, Record, Words

LARGEST = 300_000  # bytes
_HEAD = "# A form of Svyazka. It is taken in under Settings → Forms on site.\n"
_SHAPE = Record({"name": Part(Words()), "sections": Part(Definition())})


@dataclass(frozen=True)
class Read:
    """With faults it is only what could be read of it."""

    name: Mapping[str, str] = field(default_factory=dict)
    definition: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def written(form: FormKind, version: FormVersion) -> str:
    content = {"name": form.words, "sections": version.definition["sections"]}
    return _HEAD + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=150)


def read(given: bytes) -> Read:
    """YAML, or JSON, which is YAML as well."""
    if len(given) > LARGEST:
        return Read(
            faults=(Fault((), _("The file is longer than {most} kB; a form is a page or two.").format(most=300)),)
        )
    try:
        node = yaml_text.read(given)
    except yaml_text.Unreadable as fault:
        return Read(faults=(Fault((), fault.why, fault.line, fault.column),))
    reading = Reading()
    content = _SHAPE.read(node, (), reading)
    return Read(content["name"], {"sections": content["sections"]}, tuple(reading.faults))
