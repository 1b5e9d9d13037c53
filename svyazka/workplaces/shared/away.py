"""Who is on leave or ill, in words: wherever a person is chosen, or shown as responsible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.staff import presence
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.short import Short


class Absent(Refused):
    """Whoever was chosen is not there. The second click, with `anyway`, appoints all the same."""

    def __init__(self, person: Person, said: str) -> None:
        self.person_id = person.pk
        words = gettext_lazy("{name} is {absent}. The deal would wait until then.")
        super().__init__(format_lazy(words, name=person.full_name, absent=said))


def until(back_at: datetime | None, short: Short) -> str:
    """`absent through 14 May` when it ends with that day, `absent until 14 May 12:00` when within it."""
    if back_at is None:
        return ""
    local = clock.local(back_at)
    if local.time() == time():
        return _("absent through {day}").format(day=short.day((local - timedelta(days=1)).date()))
    return _("absent until {time}").format(time=short.moment(back_at))


def period(begin: datetime, end: datetime, short: Short) -> str:
    """`1 May – 14 May` for whole days, else with the hours."""
    whole = clock.local(begin).time() == clock.local(end).time() == time()
    if not whole:
        return f"{short.moment(begin)} – {short.moment(end)}"
    first, last = clock.local(begin).date(), (clock.local(end) - timedelta(days=1)).date()
    return short.day(first) if first == last else f"{short.day(first)} – {short.day(last)}"


def absent(people: Iterable[int] | None = None, short: Short | None = None) -> dict[int, str]:
    """By id, those who are away: of `people`, or of the whole staff. One statement."""
    short = short or Short()
    return {number: until(back_at, short) for number, back_at in presence.absent_now(people).items()}


def marked(people: Sequence[Person]) -> list[tuple[Person, str]]:
    """Each with the words that stand beside the name."""
    known = absent([one.pk for one in people])
    return [(one, known.get(one.pk, "")) for one in people]


def warn(person: Person, anyway: str | None) -> None:
    """Before somebody is appointed by hand. `anyway`: whom the warning was about that has been seen."""
    said = absent([person.pk]).get(person.pk)
    if said and anyway != str(person.pk):
        raise Absent(person, said)
