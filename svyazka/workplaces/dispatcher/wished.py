"""What the caller wishes, as it stands in one line of the form."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from svyazka.business.visits.models import Visit
from svyazka.business.visits.offering import PARTS, Wishes
from svyazka.workplaces.shared import typed


@dataclass(frozen=True)
class Choice:
    code: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class Line:
    from_day: str
    parts: list[Choice]
    not_on: list[Choice]


def read(given: QueryDict, client_id: int) -> Wishes:
    """Nonsense is no wish. Whoever has been at the client's is known to him."""
    return Wishes(
        from_day=typed.day(given.get("from_day")),
        parts=frozenset(given.getlist("part")) & PARTS.keys(),
        not_weekdays=frozenset(number for number in range(7) if str(number) in given.getlist("not_on")),
        knows=_knows(client_id),
    )


def line(wishes: Wishes) -> Line:
    names = {"morning": _("morning"), "day": pgettext("part of the day", "day"), "evening": _("evening")}
    return Line(
        wishes.from_day.isoformat() if wishes.from_day else "",
        [Choice(code, name, code in wishes.parts) for code, name in names.items()],
        [Choice(str(number), str(WEEKDAYS_ABBR[number]), number in wishes.not_weekdays) for number in range(7)],
    )


def _knows(client_id: int) -> int | None:
    done = Visit.objects.filter(client=client_id, status=Visit.Status.DONE).order_by("-starts_at")
    return done.values_list("resource_id", flat=True).first()
