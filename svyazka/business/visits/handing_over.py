"""A visit goes to a colleague who is able and free: he is asked, and once he agrees it is his."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import record
from svyazka.business.notices import tell as notices
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking, orphans, periods, rota, teams, work
from svyazka.business.visits.models import Asked, HandOver, Resource, Visit
from svyazka.business.visits.periods import NotFree, short
from svyazka.business.visits.rota import Rota
from svyazka.business.visits.taking_along import ANYHOW
from svyazka.business.visits.telling import about, concerned
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

State = HandOver.State
LONGEST = 200
_VERBS = {
    State.TAKEN: "visits.hand_over_taken",
    State.DECLINED: "visits.hand_over_declined",
    State.WITHDRAWN: "visits.hand_over_withdrawn",
}


def able_and_free(visit: Visit) -> list[Resource]:
    """Who has a phone of his own, knows such work, and has nothing else to do then."""
    day = clock.local(visit.starts_at).date()
    leaders = Resource.objects.bookable().filter(skills__contains=[visit.kind.skill], person__isnull=False)
    able = [one for one in leaders.exclude(pk=visit.resource_id).select_related("person") if one.goes_out]
    if not able:
        return []
    asked = rota.Asked(visit.kind, tuple(one.pk for one in able))
    there = rota.read(day, clock.local(visit.ends_at).date(), asked=asked, without=visit)
    return [one for one in able if _goes(there, visit, one)]


@transaction.atomic
def ask(visit: Visit, taker: Resource, why: str, *, by: Person) -> HandOver:
    """He hears of it at once, and so does whoever plans the days. The visit stays where it is until he agrees."""
    current = booking.lock(visit)
    said = short(why, LONGEST, "why")
    if not said:
        raise Refused(_("Say why: the colleague and the dispatcher will ask."), fields={"why": _("Why?")})
    if current.resource.person_id != by.pk:
        raise Refused(_("Only whoever leads the visit hands it over."))
    booking.refuse_change(current, None)
    if taker.pk not in {one.pk for one in able_and_free(current)}:
        raise Refused(_("{name} cannot go there at that time.").format(name=taker.name))
    made = HandOver(visit=current, giver=current.resource, taker=taker, starts_at=current.starts_at, why=said)
    made.asked_at = clock.now()
    _withdraw_stale(current)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as conflict:
        raise Refused(_("A colleague has been asked already. Withdraw that first.")) from conflict
    _tell(made, "visits.hand_over_asked", by=by)
    data = _words(made)
    notices.tell([taker.person_id] if taker.person_id else [], "visit.asked_to_take", by=by, data=data)
    notices.tell(_planners(made), "visit.is_handed_over", by=by, **_place(current), data=data)
    return made


def take(asked: HandOver, *, by: Person) -> Visit:
    """He goes there. A second tap changes nothing."""
    current = _answerable(asked, by)
    if current is None:
        return asked.visit
    visit = current.visit
    how: dict[str, Any] = {"reason": current.why, "asked": Asked.ENGINEER, "seen": ANYHOW, "version": visit.version}
    periods.purge()
    try:
        with transaction.atomic():
            moved = booking.move(visit, visit.starts_at, current.taker, by=by, is_within=True, **how)
            _answer(current, State.TAKEN, by=by)
    except booking.SlotTaken as refusal:
        raise Refused(_("You have something else to do at that time by now.")) from refusal
    return moved


@transaction.atomic
def decline(asked: HandOver, *, by: Person) -> None:
    if current := _answerable(asked, by):
        _answer(current, State.DECLINED, by=by)


@transaction.atomic
def withdraw(asked: HandOver, *, by: Person) -> None:
    """He need not answer any more. A second tap changes nothing."""
    booking.lock(asked.visit)
    current = HandOver.objects.select_related("visit", "giver", "taker").get(pk=asked.pk)
    if current.state != State.ASKED:
        return
    if current.giver.person_id != by.pk:
        raise Refused(_("Only whoever asked takes it back."))
    _answer(current, State.WITHDRAWN, by=by)


def waiting_for(person: Person) -> QuerySet[HandOver]:
    """What he has been asked and has not answered, as long as the visit is where it was."""
    rows = _standing().filter(taker__person=person)
    return rows.select_related("visit__kind", "visit__client", "giver").order_by("starts_at", "pk")


def of_visit(visit: Visit) -> HandOver | None:
    """Who has been asked to take it."""
    return _standing().filter(visit=visit).select_related("taker", "giver").first()


def _standing() -> QuerySet[HandOver]:
    rows = HandOver.objects.filter(state=State.ASKED, visit__status__in=Visit.MOVABLE)
    return rows.filter(visit__starts_at=F("starts_at"), visit__resource=F("giver"))


def _answerable(asked: HandOver, by: Person) -> HandOver | None:
    """None: it has been answered."""
    current = HandOver.objects.select_related("visit__kind", "visit__deal", "giver", "taker").get(pk=asked.pk)
    if current.taker.person_id != by.pk:
        raise Refused(_("A colleague was asked, not you."))
    if current.state in (State.TAKEN, State.DECLINED):
        return None
    if not _standing().filter(pk=current.pk).exists():
        raise Refused(_("This is no longer asked: the visit has changed meanwhile."))
    return current


def _answer(current: HandOver, state: HandOver.State, *, by: Person) -> None:
    """Of two answers at once the first counts."""
    open_rows = HandOver.objects.filter(pk=current.pk, state=State.ASKED)
    if not open_rows.update(state=state, answered_at=clock.now()):
        raise Refused(_("This is no longer asked: the visit has changed meanwhile."))
    current.state = state
    _tell(current, _VERBS[state], by=by)
    if state == State.WITHDRAWN:
        return
    kind = "visit.hand_over_taken" if state == State.TAKEN else "visit.hand_over_declined"
    people = {*_planners(current), *([current.giver.person_id] if current.giver.person_id else [])}
    notices.tell(people, kind, by=by, **_place(current.visit), data=_words(current))


def _withdraw_stale(visit: Visit) -> None:
    """What was asked of the visit as it was before."""
    old = HandOver.objects.filter(visit=visit, state=State.ASKED)
    old.exclude(pk__in=_standing().filter(visit=visit)).update(state=State.WITHDRAWN, answered_at=clock.now())


def _goes(there: Rota, visit: Visit, one: Resource) -> bool:
    """By the same rules as a booking."""
    fit = work.fit(there, visit.kind, one, visit.starts_at, visit.work)
    if fit is None or not teams.knows(there, visit.kind, one, clock.local(visit.starts_at).date()):
        return False
    try:
        teams.gather(there, visit.kind, one, fit.periods)
    except NotFree:
        return False
    return True


def _planners(asked: HandOver) -> list[int]:
    return list(orphans.planners(asked.giver).values_list("pk", flat=True))


def _place(visit: Visit) -> dict[str, int]:
    return {"deal_id": visit.deal_id, "client_id": visit.client_id}


def _words(asked: HandOver) -> dict[str, object]:
    names = {"who": asked.giver.name, "to": asked.taker.name, "why": asked.why}
    return {**names, "kind": asked.visit.kind.words, "visit_at": asked.starts_at.isoformat()}


def _tell(asked: HandOver, verb: str, *, by: Person) -> None:
    changes = {"hand_over": (asked.giver.name, asked.taker.name)}
    people = concerned(asked.visit, [asked.taker.person_id] if asked.taker.person_id else [])
    record(verb, about(asked.visit), by=by, changes=changes, note=asked.why, people=people)
