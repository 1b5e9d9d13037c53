"""Until when something has to be done: in the working time of whoever does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.asked import Ask
from svyazka.business.staff import hours
from svyazka.business.staff.models import Person
from svyazka.kit import clock

WEEK = {str(day): [["09:00", "18:00"]] for day in range(5)}  # of whom nobody has said when he works


def asked(*, initial: int = 8 * 60) -> Ask:
    return Ask(
        "due", "minutes", _("Within"), help=_("Working time: a night or a day off does not count."), required=True,
        least=1, most=60 * 24 * 60, initial=initial,
    )  # fmt: skip


def at(minutes: int, person: Person | None) -> datetime:
    return hours.after((person.hours if person else {}) or WEEK, clock.now(), minutes, days=120)


def words(minutes: int) -> str:
    if minutes % 60:
        return gettext("within {count} min").format(count=minutes)
    count = minutes // 60
    return ngettext("within {count} hour", "within {count} hours", count).format(count=count)


def shown(text: Any, *, most: int = 80) -> str:
    """A text of a rule in its sentence."""
    said = " ".join(str(text).split())
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"
