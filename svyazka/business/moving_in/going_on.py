"""What the chores do for moves, beside their other work: piece by piece, so that a restart goes on where it was."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.db.models import Count, Q
from django.utils import translation

from svyazka.business.journal import because
from svyazka.business.journal.record import About, record
from svyazka.business.moving_in import checking, reading, reading_system, storing, undoing
from svyazka.business.moving_in.models import AT_WORK, MoveIn, MoveInEvent, MoveInRow
from svyazka.kit import clock
from svyazka.kit.alone import alone

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_117
State = MoveIn.State
# What is done at each state, and what comes behind it.
_WORK: dict[str, tuple[Callable[[MoveIn], bool], State]] = {
    State.CHECKING: (checking.check_piece, State.CHECKED),
    State.RUNNING: (storing.store_piece, State.DONE),
    State.UNDOING: (undoing.undo_piece, State.UNDONE),
}


def go_on() -> bool:
    """One piece of the oldest that is at work and need not wait; False: there is nothing to do."""
    may_go = Q(resume_at=None) | Q(resume_at__lte=clock.now())
    at_work = MoveIn.objects.filter(may_go, state__in=AT_WORK)
    if not at_work.exists():
        return False
    with alone(LOCK) as nobody_else:
        given = at_work.select_related("by", "pipeline", "account").order_by("pk").first() if nobody_else else None
        if given is None:
            return False
        # What is wrong with a line is said in the language of whoever has sent it.
        with translation.override(given.by.language), because.brought_along():
            _work_on(given)
    return True


def _work_on(given: MoveIn) -> None:
    if given.state in (State.TRYING, State.READING):
        (reading_system.go_on if given.is_of_a_system else reading.read)(given)
        return
    work, next_state = _WORK[given.state]
    if not work(given):
        _end(given, next_state)


def _end(given: MoveIn, state: State) -> None:
    if not MoveIn.objects.filter(pk=given.pk, state=given.state).update(state=state, ended_at=clock.now()):
        return
    if state == State.CHECKED:
        return
    number = figures(given)
    verb = "moving_in.stored" if state == State.DONE else "moving_in.taken_back"
    lines = number["stored"] if state == State.DONE else number["undone"]
    record(verb, About("move_in", given.pk), by=given.by, changes={"name": (None, given.name), "lines": (None, lines)})


def figures_of_events(given: MoveIn) -> dict[str, int]:
    """How many there are of each state."""
    number: dict[str, int] = dict.fromkeys(MoveInEvent.State.values, 0)
    if given.is_of_a_system:
        number |= dict(given.events.order_by().values_list("state").annotate(Count("id")))
    return {**number, "all": sum(number.values())}


def figures(given: MoveIn) -> dict[str, int]:
    """How many lines there are of each state, and of each outcome that is not undone; in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [given.pk])
        found = cursor.fetchall()
    number = dict.fromkeys([*MoveInRow.State.values, *filter(None, MoveInRow.Outcome.values), "faults"], 0)
    number["new_lines"] = number.pop("new")
    number["new"] = 0
    for state, outcome, lines, faults in found:
        number["new_lines" if state == MoveInRow.State.NEW else state] += lines
        if state in (MoveInRow.State.READY, MoveInRow.State.STORED) and outcome:
            number[outcome] += lines
            number["faults"] += faults
    return number


_FIGURES = """
select state, outcome, count(*), count(*) filter (where faults <> '[]') from moving_in_moveinrow where of_id = %s
group by state, outcome
"""
