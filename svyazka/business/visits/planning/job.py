"""Planning asked for, and worked on by a process of its own, one at a time."""

from __future__ import annotations

import time
from datetime import date, timedelta

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from svyazka.business.journal.record import About, Actor, Automaton, announce, record
from svyazka.business.notices import tell as notices
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Proposal
from svyazka.engines.routing.watch import Watch
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

HOUSE = Automaton("planning")
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_215
MOST_DAYS = 14
AHEAD = timedelta(days=60)
SECONDS_A_DAY = 60.0  # of the processor, at most; a small day is through much sooner
TELL_EVERY = 0.5  # seconds between two looks at the database
AT_WORK = (Proposal.State.WAITING, Proposal.State.WORKING)

log = structlog.get_logger(__name__)


@transaction.atomic
def ask(first: date, days: int, *, by: Actor) -> Proposal:
    """Today stays as it is: people are on their way already."""
    _one_after_the_other()
    _refuse(first, days)
    if at_work := Proposal.objects.filter(state__in=AT_WORK).select_related("asked_by").first():
        who = at_work.asked_by.full_name if at_work.asked_by else _("Svyazka")
        words = _("A plan is being made just now, asked for by {who}. Wait until it is there, or stop it.")
        raise Refused(words.format(who=who))
    proposal = Proposal.objects.create(
        first_day=first, last_day=first + timedelta(days=days - 1), asked_at=clock.now(), asked_by_id=by.actor_id
    )
    record("visits.planning_asked", about(proposal), by=by, changes={"days": (None, in_words(proposal))})
    return proposal


@transaction.atomic
def stop(proposal: Proposal, *, by: Person) -> None:
    """What has been found by then is shown. A second click changes nothing."""
    current = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if not current.is_at_work or current.stop_asked:
        return
    current.stop_asked = True
    if current.state == Proposal.State.WAITING:
        current.state, current.ended_at = Proposal.State.STOPPED, clock.now()
    current.save(update_fields=["stop_asked", "state", "ended_at"])
    record("visits.planning_stopped", about(current), by=by, changes={"days": (None, in_words(current))})


def is_at_work() -> bool:
    return Proposal.objects.filter(state__in=AT_WORK).exists()


def is_waited_for() -> bool:
    """Somebody has asked and nobody is at it, or whoever was is dead."""
    if not is_at_work():
        return False
    with alone(LOCK) as nobody_else:
        return nobody_else


def work_off() -> bool:
    """The one that has been asked for; whether there was one. Loads the solvers: in a process of its own."""
    with alone(LOCK) as nobody_else:
        if not nobody_else:
            return False
        left_behind = Proposal.objects.filter(state=Proposal.State.WORKING)
        left_behind.update(state=Proposal.State.FAILED, trouble="broken_off", ended_at=clock.now())
        proposal = Proposal.objects.filter(state=Proposal.State.WAITING).order_by("pk").first()
        if proposal is None:
            return False
        _begin(proposal)
        try:
            _work(proposal)
        except Exception as failure:
            log.warning("planning_failed", failure=type(failure).__name__)
            proposal.state, proposal.trouble = Proposal.State.FAILED, "broken_off"
        _end(proposal)
    return True


def about(proposal: Proposal) -> About:
    return About("plan", proposal.pk)


def in_words(proposal: Proposal) -> str:
    """As the journal tells it: `27.11.2026 – 29.11.2026`."""
    days = dict.fromkeys(f"{day:%d.%m.%Y}" for day in (proposal.first_day, proposal.last_day))
    return " – ".join(days)


def planners() -> list[int]:
    """Whom a plan that was made by itself concerns."""
    return list(Person.objects.working().filter(role__in=roles.having("visits.plan")).values_list("pk", flat=True))


def _one_after_the_other() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('planning', 0))")


def _refuse(first: date, days: int) -> None:
    if first <= clock.today():
        words = _("Today is under way: planning begins with tomorrow at the earliest.")
        raise Refused(words, fields={"first_day": words})
    if first > clock.today() + AHEAD:
        words = _("This is too far ahead: in two months so much changes.")
        raise Refused(words, fields={"first_day": words})
    if not 1 <= days <= MOST_DAYS:
        words = _("From one day to {most}.").format(most=MOST_DAYS)
        raise Refused(words, fields={"days": words})


def _begin(proposal: Proposal) -> None:
    proposal.state, proposal.began_at = Proposal.State.WORKING, clock.now()
    proposal.save(update_fields=["state", "began_at"])
    announce("plan", proposal.pk)


def _work(proposal: Proposal) -> None:
    from svyazka.business.visits.planning import making  # loads the solvers

    days = (proposal.last_day - proposal.first_day).days + 1
    telling = _Telling(proposal)
    watch = Watch(
        SECONDS_A_DAY * days, is_stopped=telling.is_stopped, tell=lambda progress: telling.tell(progress.share)
    )
    making.make(proposal, watch)


@transaction.atomic
def _end(proposal: Proposal) -> None:
    proposal.ended_at, proposal.share = clock.now(), 1.0
    proposal.save()
    announce("plan", proposal.pk)
    if proposal.state == Proposal.State.READY:
        people = [proposal.asked_by_id] if proposal.asked_by_id else planners()
        data = {"plan": proposal.pk, "days": in_words(proposal)}
        notices.tell(people, "plan.ready", by=HOUSE, data=data)


class _Telling:
    """How far it is goes into the database; whether somebody wants it stopped comes out of it. Not at every step."""

    def __init__(self, proposal: Proposal) -> None:
        self.row = Proposal.objects.filter(pk=proposal.pk)
        self.share, self.looked_at, self.stopped = 0.0, 0.0, False

    def tell(self, share: float) -> None:
        self.share = min(max(share, self.share), 1.0)

    def is_stopped(self) -> bool:
        if not self.stopped and time.monotonic() - self.looked_at >= TELL_EVERY:
            self.looked_at = time.monotonic()
            self.row.update(share=self.share)
            self.stopped = self.row.filter(stop_asked=True).exists()
        return self.stopped
