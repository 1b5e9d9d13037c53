"""Files of deals, clients and visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.trigger import Event, Happened
from svyazka.business.automation.triggers.told import Told, event_of


class FileAdded(Told):
    code: ClassVar[str] = "file_added"
    title: ClassVar[Any] = _("A file is added")
    group: ClassVar[Any] = _("Clients")
    verbs: ClassVar[Sequence[str]] = ("files.added",)

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        return event_of(row, file=row.object_id)
