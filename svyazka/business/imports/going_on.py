"""What a worker does for imports, beside its other work: piece by piece, so that a restart goes on where it was."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Count
from django.utils import translation

from svyazka.business.imports import checking, storing
from svyazka.business.imports.models import Import, ImportLine
from svyazka.business.journal.record import About, record
from svyazka.kit.alone import alone

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_104
# What is done at each state, and what comes behind it.
_WORK: dict[str, tuple[Callable[[Import], bool], Import.State]] = {
    Import.State.CHECKING: (checking.check_piece, Import.State.CHECKED),
    Import.State.STORING: (storing.store_piece, Import.State.DONE),
    Import.State.UNDOING: (storing.undo_piece, Import.State.UNDONE),
}


def go_on() -> bool:
    """One piece of the oldest that is at work; False: there is nothing to do."""
    if not Import.objects.filter(state__in=_WORK).exists():
        return False
    with alone(LOCK) as nobody_else:
        given = Import.objects.filter(state__in=_WORK).select_related("by").order_by("pk").first()
        if given is None or not nobody_else:
            return False
        work, next_state = _WORK[given.state]
        # What is wrong with a line is said in the language of whoever has sent it.
        with translation.override(given.by.language):
            if not work(given):
                _end(given, next_state)
    return True


def figures(given: Import) -> dict[str, int]:
    """How many lines there are of each state."""
    counted = given.lines.values_list("state").annotate(number=Count("pk"))
    return {**dict.fromkeys(ImportLine.State.values, 0), **dict(counted)}


def left_alone(given: Import) -> int:
    """Lines that say something else than what is known, where that was not to be written over."""
    fine = (ImportLine.State.SAME, ImportLine.State.READY, ImportLine.State.STORED)
    return given.lines.filter(state__in=fine).exclude(faults=[]).count()


def _end(given: Import, state: Import.State) -> None:
    if not Import.objects.filter(pk=given.pk, state=given.state).update(state=state):
        return
    if state == Import.State.CHECKED:
        return
    number = figures(given)
    verb = "imports.stored" if state == Import.State.DONE else "imports.taken_back"
    changes = {"name": (None, given.name), "lines": (None, number["stored"] or number["undone"])}
    record(verb, About("import", given.pk), by=given.by, changes=changes)
