"""A channel through which nothing goes out now: it is left alone for a while, longer each time, and whoever keeps the
channels hears of it when that lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

from svyazka.business.journal.record import Automaton
from svyazka.business.notices.models import Outage
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=15)
TOLD_AFTER = timedelta(minutes=30)
SILENT = "bot.silent"  # what the administrators hear of; not through the bot that is silent


def pause(account: str, why: Outage.Why, *, after: float = 0.0) -> datetime:
    """Until when it is left alone, inside the caller's transaction. `after`: so many seconds the other side has asked
    for. One that only asks for patience works: nobody need hear of it."""
    now = clock.now()
    outage, _is_new = Outage.objects.select_for_update().get_or_create(
        account=account, defaults={"why": why, "since": now, "until": now}
    )
    if after:
        outage.until = now + min(timedelta(seconds=after), LONGEST_PAUSE)
    else:
        outage.until = now + min(FIRST_PAUSE * 2 ** min(outage.tries, 10), LONGEST_PAUSE)
        outage.tries += 1
    outage.why = why
    is_lasting = outage.why == Outage.Why.DENIED or (outage.tries and outage.since <= now - TOLD_AFTER)
    if is_lasting and not outage.told_at:
        outage.told_at = now
        _tell_administrators(outage)
    outage.save()
    return outage.until


def over(account: str) -> None:
    Outage.objects.filter(account=account).delete()


def _tell_administrators(outage: Outage) -> None:
    people = Person.objects.working().filter(role__in=roles.having("settings.change")).values_list("pk", flat=True)
    data = {"bot": outage.account, "since_at": outage.since.isoformat()}
    tell(people, SILENT, by=Automaton(outage.account), data=data)
