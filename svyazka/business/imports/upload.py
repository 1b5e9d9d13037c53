"""A file comes in: nothing of it is known to the house before somebody has said which column is what."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from svyazka.business.imports import columns
from svyazka.business.imports.models import Import
from svyazka.business.journal.record import About, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock, sheets
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

SAMPLES = 20
# What people sent stands in the lines, and what was there before: so long an import can be undone.
KEPT = timedelta(days=30)


@transaction.atomic
def take_in(name: str, content: bytes, *, by: Person) -> Import:
    """Reads the file whole. Refused says why it cannot be."""
    sheet = sheets.read(content)
    titles = [storable(title) for title in sheet.titles]
    made = Import.objects.create(name=storable(name)[:120], by=by, titles=titles)
    made.columns = columns.propose(titles, [cells for _number, cells in sheet.lines[:SAMPLES]])
    made.save(update_fields=["columns"])
    _keep(made, sheet.lines)
    record("imports.uploaded", About("import", made.pk), by=by, changes={"name": (None, made.name)})
    return made


def _keep(made: Import, lines: Iterable[tuple[int, list[str]]]) -> None:
    with connection.cursor() as cursor, cursor.copy(_LINES) as copy:
        for number, cells in lines:
            kept = json.dumps([storable(cell) for cell in cells], ensure_ascii=False)
            copy.write_row((made.pk, number, kept, "new", "[]", "{}", "{}"))


_LINES = "copy imports_importline (of_id, number, cells, state, faults, before, after) from stdin"


@transaction.atomic
def remove(given: Import, *, by: Person) -> None:
    """With all that people sent in it. What it has stored stays, and can be undone no more."""
    current = Import.objects.select_for_update().get(pk=given.pk)
    if current.is_at_work:
        raise Refused(_("This file is at work already. Look at the new state."))
    record("imports.removed", About("import", current.pk), by=by, changes={"name": (current.name, None)})
    current.delete()


def forget_old() -> None:
    """What is at work stays until it has ended."""
    at_work = (Import.State.CHECKING, Import.State.STORING, Import.State.UNDOING)
    Import.objects.filter(at__lt=clock.now() - KEPT).exclude(state__in=at_work).delete()
