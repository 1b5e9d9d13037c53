"""What the worker does for parameters by turns: one at a time, however many workers there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

import structlog
from django.db import DatabaseError, transaction

from svyazka.business.deals.known.computed import Written
from svyazka.business.journal.record import About, Automaton, Change, News, announce, announce_all, record_all
from svyazka.business.parameters import circles, following, recompute, recount
from svyazka.business.parameters.models import Followed, Parameter, Recount
from svyazka.business.parameters.names import CLIENT, DEAL, PERSON
from svyazka.business.parameters.values import everybody
from svyazka.kit import clock
from svyazka.kit.alone import alone

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_140
PIECE, PIECES = 1_000, 4  # of a recount; and how many at once: what else a worker does waits behind them
AN_HOUR, PEOPLE_AGAIN = timedelta(hours=1), timedelta(minutes=10)
FORGOTTEN = timedelta(hours=20)  # live events are kept for a day
MOST_ANNOUNCED = 50
KEPT = timedelta(days=7)
COUNTED = Automaton("parameters")

log = structlog.get_logger(__name__)


def go_round() -> None:
    """What has changed, and what time has made of it."""
    _alone(follow)


def count_on() -> None:
    """All of them anew, a few pieces further."""
    _alone(go_on_for_a_while)


def _alone(work: Callable[[], None]) -> None:
    try:
        with alone(LOCK) as nobody_else:
            if nobody_else:
                work()
    except DatabaseError as failure:
        log.warning("round_failed", work=f"parameters.{work.__name__}", failure=type(failure).__name__)


def follow() -> None:
    active = list(Parameter.objects.filter(is_active=True))
    if active:
        followed = _followed()
        _follow(followed, active)
        _by_time(followed, active)


def go_on_for_a_while() -> None:
    for _piece in range(PIECES):
        if not go_on():
            return


def _followed() -> Followed:
    moment = clock.now()
    beginning = {
        "at": moment, "transaction": following.seen(), "day": clock.today(), "hour_at": moment, "people_at": moment,
    }  # fmt: skip
    return Followed.objects.get_or_create(pk=1, defaults=beginning)[0]


def _follow(followed: Followed, active: Sequence[Parameter]) -> None:
    moment, seen = clock.now(), following.seen()
    if followed.at < moment - FORGOTTEN:
        _ask_all(active)
    else:
        heard = following.heard_since(followed)
        if len(heard) > following.MOST:
            _ask_all(active)
        else:
            _count_changed(heard, active)
    Followed.objects.filter(pk=followed.pk).update(at=moment, transaction=seen)


def _count_changed(heard: Sequence[following.Heard], active: Sequence[Parameter]) -> None:
    """Clients first: formulas of their deals may name what comes of it."""
    clients = _count_of(CLIENT, heard, active)
    again = [following.Heard("client", None, one.object_id) for one in clients]
    _count_of(DEAL, [*heard, *again], active)


def _count_of(of: str, heard: Sequence[following.Heard], active: Sequence[Parameter]) -> list[Written]:
    mine = [one for one in active if one.of == of]
    by_id = {one.pk: one for one in mine}
    changed: list[Written] = []
    for chosen, ids in following.touched(of, heard, mine).items() if mine else ():
        parameters = circles.in_order(circles.with_followers((by_id[one] for one in chosen), mine))
        for start in range(0, len(ids), PIECE):
            with transaction.atomic():
                written = recompute.write(parameters, ids[start : start + PIECE])
                record_all([_change(of, one) for one in written], quietly=True, is_brought=False)
            changed += written
    _tell(of, changed)
    return changed


def _change(of: str, one: Written) -> Change:
    """What something that happened has made of it stands among the changes, and rules hear of it."""
    deal_id = one.object_id if of == DEAL else None
    codes = [code for code in {**one.before, **one.after} if one.before.get(code) != one.after.get(code)]
    return Change(
        "parameters.counted",
        About(of, one.object_id, client_id=one.client_id, deal_id=deal_id),
        COUNTED,
        {code: (one.before.get(code), one.after.get(code)) for code in codes},
    )


def _by_time(followed: Followed, active: Sequence[Parameter]) -> None:
    moment, today = clock.now(), clock.today()
    if followed.day != today:
        _ask_all([one for one in active if one.by_time])
        _note(followed, day=today, hour_at=moment)
    elif followed.hour_at < moment - AN_HOUR:
        _ask_all([one for one in active if one.by_time == Parameter.ByTime.HOUR])
        _note(followed, hour_at=moment)
    if followed.people_at < moment - PEOPLE_AGAIN:
        _ask_all([one for one in active if one.of == PERSON])
        _note(followed, people_at=moment)


def _note(followed: Followed, **moments: date | datetime) -> None:
    Followed.objects.filter(pk=followed.pk).update(**moments)


def _ask_all(parameters: Sequence[Parameter]) -> None:
    for of in (CLIENT, DEAL, PERSON):
        recount.ask([one for one in parameters if one.of == of], by=None)


def go_on() -> bool:
    """One piece of the oldest recount; False: there is none."""
    with transaction.atomic():
        found = Recount.objects.select_for_update().filter(state=Recount.State.RUNNING).order_by("pk").first()
        if found is None:
            return False
        ids = everybody(found.of, after=found.reached, most=PIECE)
        if ids:
            recompute.write(_of_recount(found), ids)
            found.reached, found.done = ids[-1], found.done + len(ids)
        if len(ids) < PIECE:
            _end(found)
        found.save()
        announce("parameter", found.parameters[0])
    return True


def _of_recount(found: Recount) -> list[Parameter]:
    """And those that name one of them; one that is switched off is taken away."""
    chosen = list(Parameter.objects.filter(pk__in=found.parameters))
    active = Parameter.objects.filter(of=found.of, is_active=True)
    return circles.in_order(circles.with_followers(chosen, active))


def _end(found: Recount) -> None:
    found.state, found.ended_at = Recount.State.DONE, clock.now()
    Recount.objects.exclude(state=Recount.State.RUNNING).filter(ended_at__lt=clock.now() - KEPT).delete()
    if found.of == CLIENT:
        codes = set(Parameter.objects.filter(pk__in=found.parameters).values_list("code", flat=True))
        deals = Parameter.objects.filter(of=DEAL, is_active=True)
        recount.ask([one for one in deals if {circles.code_of(name) for name in one.reads} & codes], by=None)


def _tell(of: str, changed: Iterable[Written]) -> None:
    """The pages that show them."""
    written = list(changed)
    if len(written) > MOST_ANNOUNCED:
        announce(of, 0)
        return
    announce_all(News(of, one.object_id, {"client": one.client_id, of: one.object_id}) for one in written)
