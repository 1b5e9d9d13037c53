"""How long a planner may go on, whom it tells how far it is, and who may stop it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    share: float  # of the time that may be taken
    day: int  # which is being planned
    cost: int  # of its best plan so far


@dataclass
class Watch:
    """Seconds of the processor, not of the wall: a busy machine makes the plan later, not worse."""

    seconds: float
    clock: Callable[[], float] = time.process_time
    is_stopped: Callable[[], bool] = lambda: False
    tell: Callable[[Progress], None] = lambda _progress: None

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def used(self) -> float:
        return self.clock() - self.began

    def past(self, moment: float) -> Callable[[], bool]:
        return lambda: self.is_stopped() or self.used >= moment
