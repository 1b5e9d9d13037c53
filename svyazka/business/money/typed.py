"""What people write beside sums: on one line, and no longer than it is kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable


def tidy(typed: str, longest: int, field: str) -> str:
    clean = " ".join(storable(typed).split())
    if len(clean) > longest:
        raise Refused(_("This is too long."), fields={field: _("This is too long.")})
    return clean
