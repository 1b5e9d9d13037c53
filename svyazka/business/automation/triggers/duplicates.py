"""Somebody who asks may be a client whom we know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.trigger import Event, Happened
from svyazka.business.automation.triggers.told import Told, event_of


class DuplicateFound(Told):
    code: ClassVar[str] = "duplicate_found"
    title: ClassVar[Any] = _("A duplicate is found")
    group: ClassVar[Any] = _("Clients")
    verbs: ClassVar[Sequence[str]] = ("duplicates.suspected",)

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        return event_of(row, suspicion=row.object_id)
