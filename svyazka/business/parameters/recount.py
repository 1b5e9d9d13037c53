"""All deals or clients counted anew, piece by piece, by the worker: shown with its progress, and stoppable."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.parameters.models import Parameter, Recount
from svyazka.business.staff.models import Person
from svyazka.kit import clock

TABLES = {"deal": "deals_deal", "client": "clients_client", "person": "staff_person"}


def ask(parameters: Iterable[Parameter], *, by: Person | None) -> None:
    """What is asked for again while it goes on begins anew, in one go with the rest."""
    chosen = list(parameters)
    if not chosen:
        return
    of = str(chosen[0].of)
    with transaction.atomic():
        running = Recount.objects.select_for_update().filter(of=of, state=Recount.State.RUNNING).first()
        found = running or Recount(of=of, parameters=[], asked_at=clock.now())
        found.parameters = sorted({*found.parameters, *(one.pk for one in chosen)})
        found.asked_by = by if by and by.pk else None
        found.reached, found.done, found.last = 0, 0, _last(of)
        found.save()
        announce("parameter", chosen[0].pk)


@transaction.atomic
def stop(found: Recount, *, by: Actor) -> None:
    """What was counted so far stays."""
    stopped = Recount.objects.filter(pk=found.pk, state=Recount.State.RUNNING).update(
        state=Recount.State.STOPPED, ended_at=clock.now()
    )
    if stopped:
        record("parameters.recount_stopped", About("recount", found.pk), by=by)
        announce("parameter", 0)


def share(found: Recount) -> int:
    """How far it is, in hundredths."""
    return min(99, 100 * found.reached // max(1, found.last))


def latest_of() -> dict[int, Recount]:
    """Of each parameter, its last one."""
    found: dict[int, Recount] = {}
    for one in Recount.objects.order_by("-asked_at", "-pk")[:100]:
        for parameter in one.parameters:
            found.setdefault(parameter, one)
    return found


def _last(of: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select coalesce(max(id), 0) from {TABLES[of]}")  # noqa: S608  # names of our own only
        return int(cursor.fetchone()[0])
