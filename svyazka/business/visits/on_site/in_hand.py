"""What of a visit a phone has seen, and the proof that the visit was in this person's hand: what he did with it is kept
also when it was given to somebody else meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit

_SIGNER = Signer(salt="svyazka.visit.in_hand")


def seen(visit: Visit, person: Person) -> dict[str, Any]:
    """Goes out with every page of a visit, and comes back with whatever was done there."""
    return {
        "hand": _SIGNER.signature(f"{visit.pk} {person.pk}"),
        "starts_at": visit.starts_at.isoformat(),
        "report": mark_of(visit.report),
    }


def was(shown: Mapping[str, Any], visit: Visit, person: Person) -> bool:
    """Whether this person had the visit on his phone once."""
    given = shown.get("hand")
    return isinstance(given, str) and constant_time_compare(given, _SIGNER.signature(f"{visit.pk} {person.pk}"))


def is_moved(shown: Mapping[str, Any], visit: Visit) -> bool:
    """Whether it is at another time now than he saw."""
    try:
        return datetime.fromisoformat(shown["starts_at"]) != visit.starts_at
    except (KeyError, TypeError, ValueError):
        return False  # a page that does not say


def mark_of(text: str) -> str:
    """Enough to know a text again."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
