"""How much room files take, and whether their stores work."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import Count, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.files.models import KeptFile
from svyazka.kit import stores as kinds

NAMES: dict[str, Promise] = {
    "files": _("Files of deals, clients and visits"),
    "attachments": _("Files of messages"),
    "recordings": _("Recordings of calls"),
    "default": _("Photos of visits, agreements, what is imported"),
}


@dataclass(frozen=True)
class Store:
    name: Promise
    place: str
    trouble: str


def in_all() -> tuple[int, int]:
    """How many, and how many bytes; also those that can still be put back."""
    known = KeptFile.objects.aggregate(count=Count("pk"), size=Sum("size"))
    return known["count"], known["size"] or 0


def stores() -> list[Store]:
    """Each is tried out: something is written, read and removed."""
    return [Store(NAMES[alias], *kinds.tried(storages[alias])) for alias in NAMES if alias in settings.STORAGES]
