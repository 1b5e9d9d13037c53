"""Weights learn from what people decide: worked out by the worker, shown beside those in force, taken over by a person
or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.matching import comparisons, in_force
from svyazka.business.clients.models import Comparison, WeightsVersion
from svyazka.business.duplicates import deciding, sureness
from svyazka.business.duplicates.models import Refit, Suspicion
from svyazka.business.journal.record import About, Actor, Automaton, record
from svyazka.business.staff.models import Person
from svyazka.engines.matching import refit as engine
from svyazka.engines.matching import weights as shipped
from svyazka.engines.matching.hindsight import Candidate, Seen, stand, tally
from svyazka.engines.matching.refit import Judged
from svyazka.engines.matching.weights import Weights
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.refusals import ChangedMeanwhile, Refused

LEAST = 30  # decisions; fewer teach nothing
NEW = 50  # after so many more the house proposes it by itself
PARTS = 5  # each is judged by weights that have learnt from the other four
HOUSE = Automaton("weights")
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_127
State = Refit.State


def number_of_decisions() -> int:
    of_pairs = Suspicion.objects.exclude(state=Suspicion.State.OPEN).exclude(decided_by=None).count()
    return of_pairs + Comparison.objects.filter(said_at__isnull=False).count()


def at_hand() -> Refit | None:
    """The one that is being worked out, or waits to be decided."""
    return Refit.objects.filter(state__in=[State.WAITING, State.READY]).order_by("-pk").first()


def begin(*, by: Person | None) -> Refit:
    """`by` nobody: the house proposes it. One that nobody has decided yet makes room."""
    if (there := number_of_decisions()) < LEAST:
        raise Refused(_("Too few decisions to learn from: {number} of {least}.").format(number=there, least=LEAST))
    try:
        with transaction.atomic():
            Refit.objects.filter(state=State.READY).update(state=State.LEFT, decided_by=by, decided_at=clock.now())
            made = Refit.objects.create(by=by, at=clock.now(), decisions=there)
            _tell("duplicates.refit_begun", made, by=by or HOUSE)
    except IntegrityError as conflict:
        raise Refused(_("They are being worked out already.")) from conflict
    return made


def propose_due() -> None:
    last = Refit.objects.order_by("-pk").first()
    learnt = last.decisions if last else 0
    if at_hand() is None and number_of_decisions() >= max(learnt + NEW, LEAST):
        begin(by=None)


def go_on() -> bool:
    """Works the one out that waits; False: there is none."""
    if not Refit.objects.filter(state=State.WAITING).exists():
        return False
    with alone(LOCK) as nobody_else:
        waiting = Refit.objects.filter(state=State.WAITING).first() if nobody_else else None
        if waiting:
            _work_out(waiting)
    return waiting is not None


@transaction.atomic
def take(refit: Refit, *, by: Person) -> WeightsVersion:
    """In force from now on. Refused where others have come into force since."""
    current = _held(refit)
    made = in_force.put(weights_of(current), why=WeightsVersion.Why.LEARNT, seen=current.stands_on, by=by)
    _decide(current, State.TAKEN, by=by)
    return made


@transaction.atomic
def leave(refit: Refit, *, by: Person) -> None:
    current = _held(refit)
    _decide(current, State.LEFT, by=by)
    _tell("duplicates.refit_left", current, by=by)


def weights_of(refit: Refit) -> Weights:
    return shipped.read(refit.text, otherwise=shipped.start())


def _held(refit: Refit) -> Refit:
    current = Refit.objects.select_for_update().get(pk=refit.pk)
    if current.state != State.READY:
        raise ChangedMeanwhile
    return current


def _decide(current: Refit, state: State, *, by: Person) -> None:
    current.state, current.decided_by, current.decided_at = state, by, clock.now()
    current.save(update_fields=["state", "decided_by", "decided_at"])


def _work_out(waiting: Refit) -> None:
    newest = in_force.newest()
    now = in_force.read(newest.text, newest.pk) if newest else shipped.start()
    examples = [*deciding.judged(), *comparisons.judged()]
    learnt = _learnt(examples, now)
    figures = {"decisions": _of_decisions(examples, now), "arrivals": _of_arrivals(now, learnt)}
    values = {"stands_on": newest.pk if newest else 0, "decisions": len(examples), "figures": figures}
    with transaction.atomic():
        ready = Refit.objects.filter(pk=waiting.pk, state=State.WAITING)
        if ready.update(state=State.READY, text=shipped.written(learnt), **values):
            _tell("duplicates.refit_ready", waiting, by=HOUSE)


def _learnt(examples: Sequence[Judged], now: Weights) -> Weights:
    """From the shipped ones on, as all decisions count each time; the thresholds stay those that a person chose."""
    start = replace(now, bits=shipped.start().bits)
    return engine.refit(start, examples, version=shipped.start().version)


def _of_decisions(examples: Sequence[Judged], now: Weights) -> dict[str, Any]:
    before = [_seen(one, now) for one in examples]
    after = [seen for part in range(PARTS) for seen in _unseen_part(examples, part, now)]
    return {"before": asdict(tally(before, now.certain)), "after": asdict(tally(after, now.certain))}


def _unseen_part(examples: Sequence[Judged], part: int, now: Weights) -> list[Seen]:
    others = [one for place, one in enumerate(examples) if place % PARTS != part]
    weights = _learnt(others, now)
    return [_seen(one, weights) for one in examples[part::PARTS]]


def _seen(one: Judged, weights: Weights) -> Seen:
    return Seen(stand([Candidate(0, one.amounts)], weights), one.same)


def _of_arrivals(now: Weights, learnt: Weights) -> dict[str, Any]:
    said = {}
    for name, weights in {"before": now, "after": learnt}.items():
        said[name] = asdict(tally((one.seen for one in sureness.look(weights)), weights.certain))
    return said


def _tell(verb: str, refit: Refit, *, by: Actor) -> None:
    record(verb, About("refit", refit.pk), by=by)
