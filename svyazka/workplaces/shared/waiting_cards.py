"""Who waits for a window, ready to be shown: in the waiting list, on the deal's page, in a dialog."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.clients.naming import called_by
from svyazka.business.deals.rights import Reaching
from svyazka.business.visits import fitting, wishes
from svyazka.business.visits.models import Waiting
from svyazka.business.visits.offering import Wishes
from svyazka.business.visits.waiting_list import Line, Offered
from svyazka.kit import clock, words
from svyazka.workplaces.shared.short import Short

_TONES = {Waiting.Urgency.SOON: "warn", Waiting.Urgency.URGENT: "bad"}


@dataclass(frozen=True)
class Window:
    id: str
    when: str
    who: str
    why: str
    to_client: str  # until when he thinks about it; empty: he was not asked
    held_by: str


@dataclass(frozen=True)
class Card:
    id: str
    version: str
    deal: str
    client: str
    phone: str
    kind: str
    size: str
    address: str
    wishes: str
    note: str
    urgency: str
    tone: str
    by_message: bool
    since: str
    age: str
    until: str
    responsible: str
    windows: Sequence[Window]
    is_ours: bool


def cards(lines: Iterable[Line], whose: Reaching, short: Short) -> list[Card]:
    return [_card(line, whose, short) for line in lines]


def added(minutes: int) -> str:
    """What it costs in travel."""
    if minutes >= fitting.UNKNOWN / timedelta(minutes=1):
        return _("the way is not known")
    return _("{n} min of travel").format(n=minutes) if minutes else _("on the way anyway")


def waits(days: int) -> str:
    if not days:
        return _("has been waiting since today")
    return ngettext("has been waiting for {n} day", "has been waiting for {n} days", days).format(n=days)


def in_words(wished: Wishes, knows: str, short: Short) -> str:
    """`Tue, Thu · in the morning · not 3 June–5 June · rather Egor`."""
    said = [
        _from(wished, short),
        _weekdays(wished),
        ", ".join(str(name) for part, name in wishes.PARTS_IN_WORDS.items() if part in wished.parts),
        _not_days(wished, short),
        _("rather {name}").format(name=knows) if knows else "",
    ]
    return " · ".join(one for one in said if one)


def _card(line: Line, whose: Reaching, short: Short) -> Card:
    urgency = Waiting.Urgency(line.urgency)
    return Card(
        id=str(line.id),
        version=str(line.version),
        deal=str(line.deal_id),
        client=called_by(line.client_id, line.client_name, line.contact),
        phone=line.phone or "",
        kind=words.here(line.kind),
        size=_size(line.openings),
        address=line.address,
        wishes=in_words(wishes.read(line.wishes), line.knows or "", short),
        note=line.note,
        urgency=str(urgency.label) if urgency else "",
        tone=_TONES.get(urgency, ""),
        by_message=line.told_by == Waiting.ToldBy.MESSAGE,
        since=short.moment(line.since),
        age=short.age(line.since),
        until=short.day(line.until),
        responsible=line.responsible or "",
        windows=[_window(one, short) for one in line.offers],
        is_ours=whose.covers(responsible_id=line.responsible_id, department_id=line.department_id),
    )


def _window(one: Offered, short: Short) -> Window:
    day = WEEKDAYS_ABBR[clock.local(one.starts_at).weekday()]
    return Window(
        id=str(one.id),
        when=f"{day}, {short.moment(one.starts_at)}",
        who=one.resource,
        why="; ".join(one.reasons) or added(one.added),
        to_client=short.moment(one.expires_at) if one.to_client else "",
        held_by=one.held_by or "",
    )


def _size(openings: int | None) -> str:
    if not openings:
        return ""
    return ngettext("{n} opening", "{n} openings", openings).format(n=openings)


def _from(wished: Wishes, short: Short) -> str:
    return _("from {day} on").format(day=short.day(wished.from_day)) if wished.from_day else ""


def _weekdays(wished: Wishes) -> str:
    if not wished.not_weekdays:
        return ""
    return ", ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(wishes.WEEK - wished.not_weekdays))


def _not_days(wished: Wishes, short: Short) -> str:
    """Days in a row are said as one span."""
    days = sorted(wished.not_days)
    if not days:
        return ""
    in_a_row = all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    if in_a_row and len(days) > 1:
        return _("not {first} – {last}").format(first=short.day(days[0]), last=short.day(days[-1]))
    return _("not {days}").format(days=", ".join(short.day(day) for day in days))
