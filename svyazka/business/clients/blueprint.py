"""The sources of a blueprint."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source
from svyazka.business.journal.record import Actor
from svyazka.kit.shapes import Code, Part, Record, Section, Words


def _of_company() -> list[dict[str, Any]]:
    return [{"code": one.code, "name": one.words} for one in Source.objects.order_by("pk")]


def _put(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    for given in items:
        if given["code"] in chosen:
            Source.objects.update_or_create(code=given["code"], defaults={"words": given["name"]})


SOURCES = Section(
    "sources",
    _("Sources"),
    Record({"code": Part(Code(60)), "name": Part(Words(), _("Title"))}),
    of_company=_of_company,
    put=_put,
)
