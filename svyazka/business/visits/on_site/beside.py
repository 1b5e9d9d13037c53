"""What was done on site and does not go together with what the office did meanwhile: both are kept, side by side, until
somebody takes one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import announce, record
from svyazka.business.notices import tell as notices
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking, orphans
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site import kinds
from svyazka.business.visits.on_site.kinds import Kind
from svyazka.business.visits.telling import about, concerned
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def as_it_is(visit: Visit) -> dict[str, str]:
    """How the office has the visit."""
    return {"status": visit.status, "starts_at": visit.starts_at.isoformat(), "who": visit.resource.name}


def tell(action: Action, visit: Visit) -> None:
    """Once for each time that something of this person's is left open on the visit."""
    rows = list_open().filter(visit=visit, person=action.person_id).exclude(pk=action.pk)
    record("visits.set_beside", about(visit), by=action.person, note=action.kind, people=concerned(visit))
    announce("deal", visit.deal_id, data={"visit": visit.pk})
    if rows.exists():
        return
    people = {one.pk for one in orphans.planners(visit.resource)}
    place = {"deal_id": visit.deal_id, "client_id": visit.client_id}
    data = {"who": action.person.full_name, "cause": action.cause, "visit": visit.pk}
    notices.tell(people, "visit.set_beside", by=action.person, **place, data=data)


def list_open() -> Any:
    """All that nobody has decided yet, in the order in which it came."""
    return Action.objects.filter(outcome=Action.Outcome.BESIDE, decided_at=None).order_by("came_at", "number")


def of_visits(numbers: Sequence[int]) -> dict[int | None, list[Action]]:
    """What is open of these visits: visit → actions."""
    found: dict[int | None, list[Action]] = {}
    for action in list_open().filter(visit__in=list(numbers)).select_related("person"):
        found.setdefault(action.visit_id, []).append(action)
    return found


def may_take(action: Action, visit: Visit, person: Person) -> bool:
    """The office always; whoever did it where the visit is still his."""
    if roles.may(person, "visits.book"):
        return True
    changed = action.cause in (Action.Cause.MOVED, Action.Cause.CHANGED)
    return changed and action.person_id == person.pk


def take(visit: Visit, person: Person, *, by: Person) -> None:
    """What this person did on site counts, in his order; what the office had stands in the journal. A second click
    changes nothing."""
    _decide(visit, person, Action.Decision.TAKEN, by=by)


def leave(visit: Visit, person: Person, *, by: Person) -> None:
    """It stays as the office has it; what was done on site stays readable. A second click changes nothing."""
    _decide(visit, person, Action.Decision.LEFT, by=by)


@transaction.atomic
def _decide(visit: Visit, person: Person, decision: Action.Decision, *, by: Person) -> None:
    current = booking.lock(visit)
    actions = list(list_open().filter(visit=current, person=person).select_related("person"))
    if not actions:
        return
    if decision == Action.Decision.TAKEN:
        _refuse_taking(actions, current, by)
        _take_over(actions, current)
    else:
        _refuse_leaving(actions)
    now = clock.now()
    for action in actions:
        action.decision, action.decided_at, action.decided_by = decision, now, by
        action.save(update_fields=["decision", "decided_at", "decided_by", "answer", "file", "words"])
    changes = {"beside": (None, decision)}
    record("visits.beside_decided", about(current), by=by, changes=changes, people={*concerned(current), person.pk})
    announce("deal", current.deal_id, data={"visit": current.pk})


def _refuse_taking(actions: Sequence[Action], visit: Visit, by: Person) -> None:
    if not all(may_take(action, visit, by) for action in actions):
        raise Refused(_("The visit is not yours any more: the dispatcher decides."))


def _refuse_leaving(actions: Sequence[Action]) -> None:
    of_these = (kinds.of(action.kind) for action in actions)
    if any(isinstance(kind, Kind) and kind.must_count for kind in of_these):
        raise Refused(_("Money was taken on site: take what was done there. A wrong sum is put right afterwards."))


def _take_over(actions: Sequence[Action], visit: Visit) -> None:
    """With the words of whoever did it, and at the time at which he did it."""
    for action in actions:
        kind = kinds.of(action.kind)
        if not isinstance(kind, Kind):
            raise Refused(_("The house does not know this kind of action any more."))
        action.insists = True
        if action.file:
            with action.file.open("rb") as kept:
                action.picture = kept.read()
        if not _applied(action, kind, visit):
            continue
        visit.refresh_from_db()
        if action.file:
            transaction.on_commit(partial(action.file.storage.delete, str(action.file.name)))
            action.file = ""


def _applied(action: Action, kind: Kind, visit: Visit) -> bool:
    """What cannot be any more stays readable, with the reason; the rest is taken all the same."""
    try:
        with transaction.atomic():
            action.answer = dict(kind.apply(action, visit, action.person) or {})
    except Refused as refusal:
        action.words = str(refusal.message)
        return False
    return True
