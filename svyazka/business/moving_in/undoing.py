"""A whole move is taken back, the last line first. What somebody has worked on since stays, and is named."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from svyazka.business.clients import history, take_over
from svyazka.business.clients.matching import filing
from svyazka.business.deals import take_over as deals
from svyazka.business.journal.record import About, record
from svyazka.business.moving_in import events
from svyazka.business.moving_in.models import MovedIn, MoveIn, MoveInRow
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused

PIECE = 200
VERBS = "moving_in."
State = MoveInRow.State


@transaction.atomic
def undo(given: MoveIn, *, by: Person) -> None:
    """From now on the worker takes it back."""
    current = MoveIn.objects.select_for_update().get(pk=given.pk)
    if current.state not in (MoveIn.State.DONE, MoveIn.State.STOPPED):
        raise Refused(_("Only what has moved over can be undone."))
    current.by, current.state = by, MoveIn.State.UNDOING
    current.save(update_fields=["by", "state"])
    record("moving_in.undone", About("move_in", current.pk), by=by, changes={"name": (current.name, None)})


@transaction.atomic
def undo_piece(given: MoveIn) -> bool:
    """The next lines, the last one first; what was stopped before it came about is not wanted any more."""
    rows = list(given.rows.filter(state=State.STORED).order_by("-number")[:PIECE])
    if not rows:
        given.rows.filter(state=State.READY).update(state=State.UNDONE)
        return events.undo_piece(given)
    _Undoing(given, rows).undo()
    return True


class _Undoing:
    """Some lines: what was worked on since is asked once for all of them."""

    def __init__(self, given: MoveIn, rows: Sequence[MoveInRow]) -> None:
        self.given, self.rows = given, rows
        made = [row for row in rows if row.changes.get("deal") == "made" and row.deal_id]
        self.kept_deals = self._touched_deals(made)
        self.again: set[int] = set()  # whose record has to be filed anew
        self.why: dict[int, list[str]] = {row.pk: [] for row in rows}

    def undo(self) -> None:
        for row in self.rows:
            self._undo_deal(row)
        for row in self.rows:
            self._undo_learnt(row)
        self._undo_clients([row for row in self.rows if row.changes.get("client") == "made"])
        filing.file(self.again)
        self._keep()

    def _touched_deals(self, made: Sequence[MoveInRow]) -> set[int]:
        ours = [number for row in self._of_deals(made) for number in row.changes.get("notes", [])]
        numbers = [row.deal_id or 0 for row in made]
        happened, tasks = events.of_deals(numbers)
        ours += happened
        return deals.touched(numbers, verbs=VERBS, ours=ours, tasks=deals.untouched_tasks(tasks))

    def _of_deals(self, made: Sequence[MoveInRow]) -> list[MoveInRow]:
        """Whichever move has brought their notes: a later one may have added some."""
        return list(MoveInRow.objects.filter(deal_id__in=[row.deal_id for row in made]).only("changes"))

    def _undo_deal(self, row: MoveInRow) -> None:
        number = row.deal_id or 0
        if row.changes.get("deal") == "made":
            if number in self.kept_deals:
                self.why[row.pk].append(_("Somebody has worked on the deal since: it stays."))
            else:
                self._forget_deal(row, number)
        elif "deal_was" in row.changes:
            self._put_back(row, number, row.changes["deal_was"], row.changes["deal_is"])
        if not (row.changes.get("deal") == "made" and number in self.kept_deals):
            history.take_back(row.changes.get("notes", []))

    def _forget_deal(self, row: MoveInRow, number: int) -> None:
        try:
            with transaction.atomic():
                deals.forget([number])
                MovedIn.objects.filter(origin=self.given.origin, kind=MovedIn.Kind.DEAL, object_id=number).delete()
        except (ProtectedError, IntegrityError):
            self.kept_deals.add(number)
            self.why[row.pk].append(_("Something hangs on the deal: it stays."))

    def _put_back(self, row: MoveInRow, number: int, was: Mapping[str, Any], made: Mapping[str, Any]) -> None:
        if not deals.put_back(number, was=was, made=made):
            self.why[row.pk].append(_("Somebody has changed this since: it stays."))

    def _undo_learnt(self, row: MoveInRow) -> None:
        if not (learnt := row.changes.get("learnt")) or not row.client_id:
            return
        if take_over.unlearn(row.client_id, learnt):
            self.why[row.pk].append(_("Somebody has changed this since: it stays."))
        self.again.add(row.client_id)

    def _undo_clients(self, made: Sequence[MoveInRow]) -> None:
        numbers = [row.client_id or 0 for row in made]
        ours = [number for row in self._of_clients(numbers) for number in row.changes.get("notes", [])]
        ours += events.of_clients(numbers)[0]
        touched = take_over.touched(numbers, verbs=VERBS, ours=ours)
        for row in made:
            number = row.client_id or 0
            if number in touched:
                self.why[row.pk].append(_("Something has happened with the client since: he stays."))
            elif not self._forget_client(number):
                self.why[row.pk].append(_("Something hangs on the client: he stays."))

    def _of_clients(self, numbers: Sequence[int]) -> list[MoveInRow]:
        return list(MoveInRow.objects.filter(client_id__in=numbers).only("changes"))

    def _forget_client(self, number: int) -> bool:
        try:
            with transaction.atomic():
                take_over.forget([number])
        except (ProtectedError, IntegrityError):
            return False
        MovedIn.objects.filter(kind=MovedIn.Kind.CLIENT, object_id=number, origin=self.given.origin).delete()
        self.again.add(number)
        return True

    def _keep(self) -> None:
        given = [
            {
                "id": row.pk,
                "state": State.KEPT if self.why[row.pk] else State.UNDONE,
                "faults": [*row.faults, *([-1, why] for why in self.why[row.pk])],
            }
            for row in self.rows
        ]
        with connection.cursor() as cursor:
            cursor.execute(_KEPT, [json.dumps(given, ensure_ascii=False)])
        self._forget_numbers([row for row in self.rows if not self.why[row.pk]])

    def _forget_numbers(self, undone: Sequence[MoveInRow]) -> None:
        """Whom they joined was here before: by its number there, nobody is known any more."""
        joined = [row.outside_id for row in undone if row.outside_id and not row.is_deal(self.given)]
        ours = MovedIn.objects.filter(of=self.given, origin=self.given.origin, kind=MovedIn.Kind.CLIENT)
        ours.filter(outside_id__in=joined).delete()


_KEPT = """
update moving_in_moveinrow r set state = given.state, faults = given.faults
from jsonb_to_recordset(%s) as given (id bigint, state text, faults jsonb) where r.id = given.id
"""
