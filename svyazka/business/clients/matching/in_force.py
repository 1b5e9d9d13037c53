"""By which weights clients are compared: the newest version, or those that are shipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import WeightsVersion
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person
from svyazka.engines.matching import weights as engine
from svyazka.engines.matching.weights import Unfit, Weights
from svyazka.kit import clock
from svyazka.kit.asking import Asking, answered, ask
from svyazka.kit.refusals import ChangedMeanwhile, Refused

Why = WeightsVersion.Why
log = structlog.get_logger(__name__)


class _Read(NamedTuple):
    number: int
    at: datetime
    weights: Weights


# The one that this process has read last. Each question asks whether it is still the newest.
_last: _Read | None = None


def asking() -> Asking[Weights]:
    """Rides along with other questions, and brings the text only when there is another one."""
    global _last
    kept = _last
    newest = yield from ask(_NEWEST, {"number": kept.number if kept else 0, "at": kept.at if kept else None})
    if not newest:
        return engine.start()
    number, at, text = newest[0]
    if text is not None or kept is None:
        kept = _last = _Read(number, at, read(text or "", number))
    return kept.weights


_NEWEST = """
select id, at, case when (id, at) is distinct from (%(number)s::bigint, %(at)s::timestamptz) then text end
from clients_weightsversion order by id desc limit 1
"""


def now() -> Weights:
    return answered(asking())


def newest() -> WeightsVersion | None:
    return WeightsVersion.objects.order_by("-pk").first()


def read(text: str, number: int) -> Weights:
    """What stands in a version, under a name of its own. One that this Svyazka cannot use any more is passed over:
    requests must not wait for it."""
    if not text:
        return engine.start()
    try:
        weights = engine.read(text, otherwise=engine.start())
    except Unfit as wrong:
        log.error("weights_unfit", number=number, wrong=str(wrong))
        return engine.start()
    return replace(weights, version=f"{weights.version}.{number}")


@transaction.atomic
def choose(certain: float, *, seen: int, by: Person) -> WeightsVersion:
    """Another threshold, the rest as it is. `seen`: the number of the version that whoever chooses has looked at."""
    current = now()
    least = max(current.nameless, current.alone, current.doubtful)
    if not least <= certain < 1:
        raise Refused(_("Choose one of the thresholds."))
    if certain == current.certain:
        raise Refused(_("This threshold is in force already."))
    return put(replace(current, certain=certain), why=Why.CHOSEN, seen=seen, by=by)


@transaction.atomic
def put(weights: Weights, *, why: Why, seen: int, by: Person) -> WeightsVersion:
    """In force from now on."""
    plain = replace(weights, version=engine.start().version)
    text = engine.written(plain)
    engine.read(text)
    return _write(WeightsVersion(text=text, certain=weights.certain, why=why), seen=seen, by=by)


@transaction.atomic
def go_back(to: WeightsVersion | None, *, seen: int, by: Person) -> WeightsVersion:
    """`None`: to those that are shipped."""
    text = to.text if to else ""
    certain = read(text, 0).certain
    return _write(WeightsVersion(text=text, certain=certain, why=Why.BACK, back_to=to), seen=seen, by=by)


def _write(made: WeightsVersion, *, seen: int, by: Person) -> WeightsVersion:
    before = newest()
    if seen != (before.pk if before else 0):
        raise ChangedMeanwhile
    made.follows, made.by, made.at = seen, by, clock.now()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as conflict:
        raise ChangedMeanwhile from conflict
    _tell(made, before, by=by)
    return made


def _tell(made: WeightsVersion, before: WeightsVersion | None, *, by: Actor) -> None:
    was = before.certain if before else engine.start().certain
    record(_VERBS[made.why], About("weights", made.pk), by=by, changes={"certain": (was, made.certain)})


_VERBS: dict[str, str] = {
    WeightsVersion.Why.CHOSEN: "clients.weights_chosen",
    WeightsVersion.Why.LEARNT: "clients.weights_learnt",
    WeightsVersion.Why.BACK: "clients.weights_back",
}
