"""What the workers do from time to time for problems: one at a time, however many workers there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import DatabaseError

from svyazka.business.problems import digest, sweep, usual
from svyazka.business.problems.models import Swept
from svyazka.kit import clock
from svyazka.kit.alone import alone

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_003
AGAIN = timedelta(seconds=55)
COUNTED_AGAIN = timedelta(hours=23)

log = structlog.get_logger(__name__)


def sweep_all() -> None:
    """Once a minute: whichever worker is there first."""
    if not Swept.objects.filter(all_at__gt=clock.now() - AGAIN).exists():
        _alone(sweep.sweep_all)


def sweep_changed() -> None:
    _alone(sweep.sweep_changed)


def count_stays() -> None:
    """Once a day."""
    if Swept.objects.filter(stays_at__lt=clock.now() - COUNTED_AGAIN).exists():
        _alone(usual.count_stays)


def morning() -> None:
    """Once a day, when the digest is due."""
    if digest.is_due(clock.now()):
        _alone(digest.send)


def _alone(work: Callable[[], object]) -> None:
    """Whoever comes while another is at it leaves it to him. What fails must not hold up the ledger."""
    try:
        with alone(LOCK) as nobody_else:
            if nobody_else:
                work()
    except DatabaseError as failure:
        log.warning("round_failed", work=work.__name__, failure=type(failure).__name__)
