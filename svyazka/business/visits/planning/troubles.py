"""Why no plan came of it, in words with what to do."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.visits.planning.reading import Days

TROUBLES: Mapping[str, Promise] = {
    "no_visits": _("There are no visits on these days, so there is nothing to plan."),
    "no_shift": _("Nobody has working hours on these days. Enter them with the resources first."),
    "no_place": _(
        "Of no visit on these days it is known where it is. Connect a geocoder in the settings, Maps and travel, or put"
        " the addresses on the map by hand."
    ),
    "all_stay": _("Every visit of these days stays where it is: locked, under way, or of a kind that is not moved."),
    "broken_off": _("Planning has broken off. Nothing was changed; ask for it again."),
}
STAYS: Mapping[str, Promise] = {
    "locked": _("locked by somebody"),
    "under_way": _("under way"),
    "team": _("of several people, or with vehicles and tools: another crew at most"),
    "member": _("of a member of a crew, alone"),
    "no_place": _("not on the map yet"),
}


def trouble_of(days: Days) -> str:
    """Why there is nothing to plan; empty: there is."""
    if not days.visits and not days.waits:
        return "no_visits"
    if not days.problem.days:
        return "no_shift"
    if days.waits or len(days.stays) < len(days.visits):
        return ""
    why = set(days.stays.values())
    if "team" in why:  # another crew may go
        return ""
    return "no_place" if why == {"no_place"} else "all_stay"
