"""A file comes in. It is kept as it is; the worker reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.moving_in.models import MoveIn
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.kit.sheets import Bounds
from svyazka.kit.texts import storable

BOUNDS = Bounds(file=300_000_000, lines=1_048_576, columns=300, unpacked=1_500_000_000, merged=True)
KEPT_UNDECIDED = timedelta(days=30)
State = MoveIn.State


@transaction.atomic
def take_in(name: str, file: Any, *, by: Person) -> MoveIn:
    """`file`: of Django, as it was uploaded. Refused says at once what needs no reading."""
    if not file.size:
        raise Refused(_("The file is empty."))
    if file.size > BOUNDS.file:
        raise Refused(_("The file is too large: up to 300 MB can be read. Part it into several."))
    made = MoveIn(name=storable(name).replace("/", " ")[:120] or "?", by=by)
    made.file.save(f"{uuid4().hex}.table", file, save=False)
    made.save()
    record("moving_in.uploaded", About("move_in", made.pk), by=by, changes={"name": (None, made.name)})
    return made


@transaction.atomic
def remove(given: MoveIn, *, by: Person) -> None:
    """With all that stands in the file. What was moved over stays, and can be undone no more."""
    current = MoveIn.objects.select_for_update().get(pk=given.pk)
    if current.is_at_work:
        raise Refused(_("This move is at work already. Look at the new state."))
    record("moving_in.removed", About("move_in", current.pk), by=by, changes={"name": (current.name, None)})
    _delete(current)


def forget_old() -> None:
    """Those that nobody has decided about for long: they hold personal data that nobody needs."""
    waiting = (State.TRIED, State.PAUSED, State.CHOOSING, State.CHECKED, State.FAILED, State.UNDONE)
    for given in MoveIn.objects.filter(at__lt=clock.now() - KEPT_UNDECIDED, state__in=waiting):
        _delete(given)


def _delete(given: MoveIn) -> None:
    file = given.file
    given.rows.all().delete()
    given.events.all().delete()
    account = given.account
    given.delete()
    if account and not account.moves.exists():
        account.delete()  # and with it the key
    if file:
        transaction.on_commit(lambda: file.delete(save=False))
