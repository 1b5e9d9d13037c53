"""Quiet hours: from one time of the day to another, by the clock of whoever wants quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Quiet:
    begin: time
    end: time
    zone: ZoneInfo

    def holds(self, moment: datetime) -> bool:
        here = moment.astimezone(self.zone).time()
        if self.begin < self.end:
            return self.begin <= here < self.end
        return here >= self.begin or here < self.end

    def over_at(self, moment: datetime) -> datetime:
        """This moment, where it is not quiet; otherwise the next one at which it no longer is. In a night in which the
        clock is put forward over the end, or back behind it, that is not simply the end of that day."""
        if self.begin == self.end or not self.holds(moment):
            return moment
        today = moment.astimezone(self.zone).date()
        # `fold`: an hour that is there twice has two ends; one that is left out has none, and what stands for it is
        # still quiet or is not.
        ends = (
            datetime.combine(today + timedelta(days=day), self.end, tzinfo=self.zone).replace(fold=fold)
            for day in range(3)
            for fold in (0, 1)
        )
        return min(end for one in ends if (end := one.astimezone(UTC)) > moment and not self.holds(end))
