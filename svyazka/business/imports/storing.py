"""What was checked is stored, line by line by the verbs of deals and clients, and can be taken back as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from svyazka.business.clients.models import Client
from svyazka.business.deals import rights
from svyazka.business.deals.held import held
from svyazka.business.deals.known import client_facts
from svyazka.business.deals.models import Deal, Field
from svyazka.business.imports import columns
from svyazka.business.imports.cells import typed
from svyazka.business.imports.found import code_of_deal, known_of
from svyazka.business.imports.models import Import, ImportLine
from svyazka.business.journal import because
from svyazka.business.journal.record import About, record
from svyazka.business.staff.models import Person
from svyazka.business.visits import change as visits
from svyazka.kit.refusals import Refused

PIECE = 50
State = ImportLine.State
# What concerns one line, and must not keep the others from being stored.
_FAILURES = (Refused, Deal.DoesNotExist, Client.DoesNotExist, KeyError, DataError, IntegrityError)


@transaction.atomic
def store(given: Import, *, leave_out: bool = False, by: Person) -> None:
    """From now on the worker stores it. Refused, while a line is wrong and only all of them were wanted: `leave_out`
    says that those that are right are wanted after all."""
    current = Import.objects.select_for_update().get(pk=given.pk)
    if current.state != Import.State.CHECKED:
        raise Refused(_("This file is at work already. Look at the new state."))
    if leave_out:
        current.all_or_nothing = False
        current.save(update_fields=["all_or_nothing"])
    if current.all_or_nothing and current.lines.filter(state=State.WRONG).exists():
        raise Refused(_("Some lines are wrong, and only all of them were wanted: nothing is stored."))
    if not current.lines.filter(state=State.READY).exists():
        raise Refused(_("There is nothing new in this file."))
    _take_over(current, Import.State.STORING, by=by)
    record("imports.started", About("import", current.pk), by=by, changes={"name": (None, current.name)})


@transaction.atomic
def undo(given: Import, *, by: Person) -> None:
    """What it has changed becomes as it was; what somebody has changed since stays, and is named."""
    current = Import.objects.select_for_update().get(pk=given.pk)
    if current.state != Import.State.DONE:
        raise Refused(_("Only what has been stored can be undone."))
    _take_over(current, Import.State.UNDOING, by=by)
    record("imports.undone", About("import", current.pk), by=by, changes={"name": (current.name, None)})


def store_piece(given: Import) -> bool:
    """The next lines; False: there were none, and it is done."""
    lines, work = list(given.lines.filter(state=State.READY).order_by("number")[:PIECE]), _Work(given)
    for line in lines:
        work.store(line)
        if line.state == State.WRONG and given.all_or_nothing:
            _go_on_to(given, Import.State.UNDOING)
            return True
    return bool(lines)


def undo_piece(given: Import) -> bool:
    """The next lines, the last one first."""
    lines, work = list(given.lines.filter(state=State.STORED).order_by("-number")[:PIECE]), _Work(given)
    for line in lines:
        work.undo(line)
    if not lines:
        # What had not come about when another line failed.
        given.lines.filter(state=State.READY).update(state=State.UNDONE)
    return bool(lines)


class _Work:
    """Of one piece: which columns there are is asked once."""

    def __init__(self, given: Import) -> None:
        self.by, self.reaching = given.by, rights.reaching(given.by)
        _at, self.key, targets = columns.targets(given.columns)
        self.targets = {target.key: target for target in targets.values()}
        self.places = {target.key: place for place, target in targets.items()}

    def store(self, line: ImportLine) -> None:
        try:
            with transaction.atomic():
                _commit_without_waiting()
                one = self._held(line)
                now = {key: known_of(one, self.targets[key]) for key in line.after}
                wanted = {key: new for key, new in line.after.items() if now[key] != new}
                if any(now[key] != line.before[key] for key in wanted):
                    raise Refused(_("Somebody has changed this since it was checked."))
                self._change(one, wanted)
                line.before, line.after = {key: line.before[key] for key in wanted}, wanted
                line.state = State.STORED if wanted else State.SAME
                line.save(update_fields=["state", "before", "after"])
        except _FAILURES as failure:
            self._end(line, State.WRONG, failure)

    def undo(self, line: ImportLine) -> None:
        try:
            with transaction.atomic():
                _commit_without_waiting()
                one = self._held(line)
                now = {key: known_of(one, self.targets[key]) for key in line.after}
                back = {key: before for key, before in line.before.items() if now[key] == line.after[key]}
                self._change(one, back)
                kept = [key for key in line.after if key not in back and now[key] != line.before[key]]
                line.faults = [[self.places[key], _("Somebody has changed this since: it stays.")] for key in kept]
                line.state = State.KEPT if kept else State.UNDONE
                line.save(update_fields=["state", "faults"])
        except _FAILURES as failure:
            self._end(line, State.KEPT, failure)

    def _held(self, line: ImportLine) -> Deal | Client:
        if self.key != columns.DEAL:
            return Client.objects.select_for_update().get(pk=line.object_id or 0, merged_into=None)
        deal = held(line.object_id or 0)
        if not self.reaching.covers(responsible_id=deal.responsible_id, department_id=deal.department_id):
            raise rights.NotYours
        if any(target.of == Field.Of.CLIENT for target in self.targets.values()):
            deal.client = Client.objects.select_for_update().get(pk=deal.client_id)
        return deal

    def _change(self, one: Deal | Client, wanted: Mapping[str, Any]) -> None:
        said = [(self.targets[key], typed(value)) for key, value in wanted.items()]
        if not said:
            return
        with because.brought_along():
            if isinstance(one, Deal):
                visits.change_deal(one, {code_of_deal(target): text for target, text in said}, by=self.by)
            else:
                own = {target.code: text for target, text in said if target.is_own}
                facts = {target.code: text for target, text in said if not target.is_own}
                client_facts.change(one, own, facts, by=self.by)

    def _end(self, line: ImportLine, state: str, failure: Exception) -> None:
        line.state, line.faults = state, self._faults(failure)
        line.save(update_fields=["state", "faults"])

    def _faults(self, failure: Exception) -> list[list[Any]]:
        if isinstance(failure, KeyError):
            return [[-1, _("There is no such field any more.")]]
        if isinstance(failure, (DataError, IntegrityError)):
            return [[-1, _("This cannot be stored.")]]
        if not isinstance(failure, Refused):
            return [[-1, _("It is not there any more.")]]
        places = {code_of_deal(target): self.places[target.key] for target in self.targets.values()}
        places |= {target.code: self.places[target.key] for target in self.targets.values()}
        named = [[places.get(code, -1), str(said)] for code, said in failure.fields.items()]
        return named or [[-1, str(failure.message)]]


def _commit_without_waiting() -> None:
    """For the disk: a line that a power cut takes is taken with its state, and done again."""
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit to off")


def _take_over(given: Import, state: Import.State, *, by: Person) -> None:
    """Whoever says so does it, as far as his own rights go, whoever has sent the file."""
    columns.insist_may_fill(given.columns, by=by)
    given.by = by
    given.save(update_fields=["by"])
    _go_on_to(given, state)


def _go_on_to(given: Import, state: Import.State) -> None:
    given.state = state
    given.save(update_fields=["state"])
