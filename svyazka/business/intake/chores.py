"""What has to be done from time to time, by one worker at a time: pieces of tables ahead of need, and clearing away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection, transaction

from svyazka.business.calls.commands import forget_old as forget_old_commands
from svyazka.business.calls.setting_up.examine import forget_old as forget_old_examinations
from svyazka.business.clients.matching.comparisons import forget_old as forget_old_comparisons
from svyazka.business.duplicates.refitting import propose_due as propose_weights
from svyazka.business.intake.models import ArrivalKey
from svyazka.business.intake.tally import forget_old as forget_old_tallies
from svyazka.business.journal.record import forget_old_news
from svyazka.business.notices.reading import forget_old_notices
from svyazka.business.places.times import forget_old as forget_old_times
from svyazka.business.sheets.sheets import forget_old_saves
from svyazka.business.sorting.learning import propose_due as propose_learning
from svyazka.business.staff.log_in import forget_old_guesses
from svyazka.business.staff.sessions import SessionStore
from svyazka.business.visits.links import forget_old_misses
from svyazka.business.visits.road.sending import forget_old as forget_old_news_of_visits
from svyazka.business.visits.road.tomorrow import forget_old as forget_old_days_told
from svyazka.business.visits.whereabouts.marks import forget_old as forget_old_marks
from svyazka.kit import clock, partitions
from svyazka.kit.alone import alone

AHEAD = timedelta(days=92)
PIECES: tuple[tuple[str, partitions.Span], ...] = (
    ("journal_entry", "month"),
    ("clients_interaction", "month"),
    ("sorting_sorted", "month"),
    ("calls_call", "month"),
    ("calls_statespan", "month"),
    ("calls_recording", "month"),
    ("intake_arrival", "week"),
)
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_002

log = structlog.get_logger(__name__)


def do_chores() -> bool:
    """Each by itself: one that fails keeps no other from being done. False: somebody else is at it."""
    with alone(LOCK) as nobody_else:
        for chore in CHORES if nobody_else else ():
            _do(chore)
    return nobody_else


def make_pieces_ahead() -> None:
    today = clock.now().date()
    for table, span in PIECES:
        partitions.ensure(table, span=span, first=today, last=today + AHEAD)


def clear_arrival_keys() -> None:
    ArrivalKey.objects.filter(received_at__lt=clock.now() - timedelta(days=60)).delete()


CHORES: tuple[Callable[[], None], ...] = (
    make_pieces_ahead,
    clear_arrival_keys,
    forget_old_news,
    forget_old_notices,
    forget_old_guesses,
    forget_old_commands,
    forget_old_examinations,
    forget_old_times,
    forget_old_misses,
    forget_old_saves,
    forget_old_news_of_visits,
    forget_old_days_told,
    forget_old_marks,
    forget_old_comparisons,
    forget_old_tallies,
    propose_weights,
    propose_learning,
    SessionStore.clear_expired,
)


def _do(chore: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            # New pieces lock their table for a moment; whoever waits for a long transaction must not hold up the rest.
            with connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '5s'")
            chore()
    except DatabaseError as failure:
        log.warning("chore_failed", chore=chore.__name__, failure=type(failure).__name__)
