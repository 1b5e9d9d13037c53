"""When a client can be visited, as it is kept while he waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.visits.offering import PARTS, Wishes
from svyazka.kit.refusals import Refused

PARTS_IN_WORDS: dict[str, Promise] = {
    "morning": _("in the morning"),
    "day": _("in the afternoon"),
    "evening": _("in the evening"),
}
WEEK = frozenset(range(7))
MOST_DAYS = 20


def said(
    *,
    weekdays: Iterable[int] = (),
    parts: Iterable[str] = (),
    not_days: Iterable[date] = (),
    knows: int | None = None,
) -> Wishes:
    """Out of what was ticked: on these weekdays, where any were named. Raises Refused."""
    on, of_day, besides = frozenset(weekdays), frozenset(parts), frozenset(not_days)
    if not on <= WEEK or not of_day <= set(PARTS) or len(besides) > MOST_DAYS:
        raise Refused(_("Choose from what is offered."))
    return Wishes(parts=of_day, not_days=besides, not_weekdays=WEEK - on if on else frozenset(), knows=knows)


def stored(wishes: Wishes) -> dict[str, Any]:
    kept = {
        "from_day": wishes.from_day.isoformat() if wishes.from_day else None,
        "parts": [part for part in PARTS if part in wishes.parts],
        "not_days": [day.isoformat() for day in sorted(wishes.not_days)],
        "not_weekdays": sorted(wishes.not_weekdays),
        "knows": wishes.knows,
    }
    return {name: value for name, value in kept.items() if value}


def read(kept: Mapping[str, Any]) -> Wishes:
    return Wishes(
        from_day=date.fromisoformat(kept["from_day"]) if "from_day" in kept else None,
        parts=frozenset(part for part in kept.get("parts", ()) if part in PARTS),
        not_days=frozenset(date.fromisoformat(day) for day in kept.get("not_days", ())),
        not_weekdays=frozenset(kept.get("not_weekdays", ())),
        knows=kept.get("knows"),
    )
