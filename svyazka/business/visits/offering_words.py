"""Why this window, and why none: what whoever is on the phone says to the client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.visits.models import Resource
from svyazka.engines.routing.wanted import Reason, WhyNot, Window
from svyazka.kit import clock

NEXT_STREET = 7 * 60  # seconds of the way, with parking
MOST_REASONS = 3
_OF_THE_WAY = ("near", "added")


def reasons(
    window: Window, resources: Mapping[int, Resource], midnight: datetime, *, is_on_map: bool
) -> tuple[str, ...]:
    """`midnight`: of the day of the window. An address of which only the town is known says nothing of ways."""
    sound = [one for one in window.reasons if is_on_map or one.kind not in _OF_THE_WAY]
    found = [said for one in sound if (said := _reason(one, resources, midnight))]
    return tuple(found[:MOST_REASONS]) or (() if is_on_map else (_("free; the address is not on the map yet"),))


def soonest() -> tuple[str, ...]:
    return (_("the soonest of all"),)


def why_not(counts: Mapping[WhyNot, int], *, wished: bool) -> tuple[str, ...]:
    """`counts`: how many failed each rule; `wished`: the client has said when it suits."""
    found = [_WHY_NOT[rule](number) for rule in _WHY_NOT if (number := counts.get(rule, 0))]
    if not found:
        found = [_("Nobody can be booked for such work.") if not wished else _("Nothing is free in these days.")]
    if wished:
        found.append(_("Other days or another part of the day may go."))
    return tuple(found)


def _reason(one: Reason, resources: Mapping[int, Resource], midnight: datetime) -> str:
    resource = resources.get(one.worker or 0)
    name = resource.name if resource else ""
    if one.kind == "near" and one.moment is not None:
        return _near(name, clock.local(midnight + timedelta(seconds=one.moment)), one.seconds)
    if one.kind == "added":
        return _added(one.seconds)
    if one.kind == "soonest":
        return soonest()[0]
    return str(_PLAIN[one.kind]().format(name=name)) if one.kind in _PLAIN else ""


def _near(name: str, begins: datetime, seconds: int) -> str:
    at = f"{begins:%H:%M}"
    if not seconds:
        return _("{name} is in the same house at {at}").format(name=name, at=at)
    if seconds <= NEXT_STREET:
        return _("{name} is on the next street at {at}").format(name=name, at=at)
    minutes = round(seconds / 60)
    return _("{name} is {minutes} min away at {at}").format(name=name, minutes=minutes, at=at)


def _added(seconds: int) -> str:
    minutes = round(seconds / 60)
    if minutes <= 0:
        return _("adds nothing to the way")
    return _("adds {minutes} min to the way").format(minutes=minutes)


_PLAIN: dict[str, Callable[[], str]] = {
    "known": lambda: _("the client knows {name}"),
    "only": lambda: _("only {name} goes there for such work"),
    "empty_day": lambda: _("nothing else on that day yet"),
    "wish": lambda: _("as the client wished"),
}

# In the order in which the rules are asked.
_WHY_NOT: dict[WhyNot, Callable[[int], str]] = {
    "skill": lambda number: ngettext(
        "{count} does no such work.", "{count} do no such work.", number
    ).format(count=number),
    "territory": lambda number: ngettext(
        "{count} does not go to that district.", "{count} do not go to that district.", number
    ).format(count=number),
    "shift": lambda number: ngettext(
        "{count} has no shift that is long enough at such a time.",
        "{count} have no shift that is long enough at such a time.",
        number,
    ).format(count=number),
    "booked": lambda number: ngettext(
        "{count} is booked up.", "{count} are booked up.", number
    ).format(count=number),
    "travel": lambda number: ngettext(
        "{count} would not get there and on in time.", "{count} would not get there and on in time.", number
    ).format(count=number),
    "team": lambda number: ngettext(
        "{count} could come, but people or things that have to go along are not free.",
        "{count} could come, but people or things that have to go along are not free.",
        number,
    ).format(count=number),
}  # fmt: skip
