"""Why people take breaks, in the company's own words, and how long each may last."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import BreakReason
from svyazka.business.journal.names import Names
from svyazka.business.journal.record import Actor
from svyazka.kit import words
from svyazka.kit.refusals import Refused

BREAKS = Names(BreakReason, about="break_reason", verb="calls.break_reason", is_ordered=True)
LONGEST = 24 * 60  # minutes


@transaction.atomic
def change(reason: BreakReason, typed: Mapping[str, str], *, minutes: int, by: Actor) -> None:
    """Breaks that go on already stay as long as they may. `minutes`: 0, as long as they last."""
    if not 0 <= minutes <= LONGEST:
        message = format_lazy(_("From {least} to {most}."), least=0, most=LONGEST)
        raise Refused(message, fields={"minutes": message})
    current = BREAKS.held(reason)
    before = {"name": words.to_store(current.words), "minutes": current.minutes}
    BREAKS.call(current, typed)
    current.minutes = minutes
    after = {"name": words.to_store(current.words), "minutes": minutes}
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if changes or current.words != reason.words:
        current.save()
        BREAKS.record("changed", current, by=by, changes=changes, note=words.to_store(current.words))
