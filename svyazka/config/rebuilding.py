"""`svyazka calls rebuild`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time

from django.utils import timezone

from svyazka.business.intake.rebuild_calls import rebuild_calls
from svyazka.config.staffing import BY
from svyazka.kit import clock


def main(since: date | None, until: date | None, *, pbx: str = "") -> int:
    """Days by the company's clock."""
    begin = _moment(since, time.min) if since else datetime.min.replace(tzinfo=UTC)
    end = _moment(until, time.max) if until else clock.now()
    done = rebuild_calls(begin, end, pbx=pbx, by=BY, tell=_say)
    print(f"the same: {done.same}, different: {done.changed}, not there before: {done.made}", end="")
    print(f", older than the ledger: {done.cut}" if done.cut else "")
    return 0


def _moment(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


def _say(at: datetime) -> None:
    print(f"{timezone.localtime(at):%Y-%m-%d %H:%M}", file=sys.stderr, flush=True)
