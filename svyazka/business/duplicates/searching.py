"""A search through the whole base, by the worker, piece by piece: a restart goes on where it was. It only looks; what
was certain is merged when somebody says so (`merging_found.py`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.matching import filing, whose
from svyazka.business.clients.models import Client, ClientRecord
from svyazka.business.duplicates import merging_found, suspicions
from svyazka.business.duplicates.models import Search, Suspicion
from svyazka.business.journal.record import About, announce, record
from svyazka.business.staff.models import Person
from svyazka.engines.matching.record import VERSION
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

PIECE = 200
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_105
State = Search.State


def begin(*, by: Person) -> Search:
    """One at a time: another one would find the same."""
    there = Client.objects.filter(merged_into=None).aggregate(clients=Count("pk"), last=Max("pk"))
    if not there["last"]:
        raise Refused(_("There are no clients yet."))
    try:
        with transaction.atomic():
            made = Search.objects.create(by=by, clients=there["clients"], last=there["last"])
            _tell("duplicates.search_begun", made, by=by)
    except IntegrityError as conflict:
        raise Refused(_("A search is going on already. Wait for it, or stop it.")) from conflict
    return made


@transaction.atomic
def stop(search: Search, *, by: Person) -> None:
    """What it has found or done by then stays."""
    current = _held(search)
    rests = {State.SEARCHING: State.STOPPED, State.MERGING: State.MERGED}.get(State(current.state))
    if rests is None:
        raise Refused(_("It has ended already."))
    _rest(current, rests)
    _tell("duplicates.search_stopped", current, by=by)


def resume(search: Search, *, by: Person) -> None:
    """One that was stopped looks at the rest."""
    try:
        with transaction.atomic():
            current = _held(search)
            if current.state != State.STOPPED:
                raise Refused(_("Only a search that was stopped can go on."))
            current.state, current.ended_at = State.SEARCHING, None
            current.save(update_fields=["state", "ended_at"])
            _tell("duplicates.search_begun", current, by=by)
    except IntegrityError as conflict:
        raise Refused(_("A search is going on already. Wait for it, or stop it.")) from conflict


def go_on() -> bool:
    """One piece of the oldest that is at work; False: there is nothing to do."""
    if not Search.objects.filter(state__in=_WORK).exists():
        return False
    with alone(LOCK) as nobody_else:
        search = Search.objects.select_related("by").filter(state__in=_WORK).order_by("pk").first()
        if search is None or not nobody_else:
            return False
        work, rests, verb = _WORK[search.state]
        if not work(search):
            _end(search, rests, verb)
    return True


def look(search: Search) -> bool:
    """The next clients, each beside those whom we know longer; False: there were none."""
    with transaction.atomic():
        current = _held(search)
        ids = _next(current)
        if not ids or current.state != State.SEARCHING:
            return current.state != State.SEARCHING
        filing.file(_not_filed(ids))
        new = suspicions.enter(_resembling(ids), search=current)
        current.position, current.looked_at = ids[-1], current.looked_at + len(ids)
        current.save(update_fields=["position", "looked_at"])
        if new:
            announce("suspicion", new[0].pk)
    return True


def figures(search: Search) -> dict[str, dict[str, int]]:
    """How many it has found, by certainty and by what became of them."""
    counted = search.suspicions.values_list("band", "state").annotate(number=Count("pk"))
    found = {band: dict.fromkeys(Suspicion.State.values, 0) for band in Suspicion.Band.values}
    for band, state, number in counted:
        found[band][state] = number
    return found


# What is done at each state, what comes behind it, and what the journal says then.
_WORK: dict[str, tuple[Callable[[Search], bool], State, str]] = {
    State.SEARCHING: (look, State.FOUND, "duplicates.search_ended"),
    State.MERGING: (merging_found.merge_piece, State.MERGED, "duplicates.search_merged"),
    State.UNDOING: (merging_found.undo_piece, State.UNDONE, "duplicates.search_undone"),
}


def _held(search: Search) -> Search:
    return Search.objects.select_for_update().get(pk=search.pk)


def _next(search: Search) -> list[int]:
    there = Client.objects.filter(pk__gt=search.position, pk__lte=search.last, merged_into=None)
    return list(there.order_by("pk").values_list("pk", flat=True)[:PIECE])


def _not_filed(ids: list[int]) -> list[int]:
    filed = ClientRecord.objects.filter(pk__in=ids, version=VERSION).values_list("pk", flat=True)
    return sorted({*ids} - {*filed})


def _resembling(ids: list[int]) -> list[suspicions.Found]:
    """Of two, whoever came later is looked at. That a third one resembles him as much is no doubt here: all three may
    be one, and whether they are is asked before they are merged."""
    found = []
    for client_id, decision in whose.like_many(ids).items():
        plain = replace(decision, doubts=tuple(one for one in decision.doubts if one == "veto"))
        found += [suspicions.of_likely(client_id, one, plain) for one in plain.likely if one.id < client_id]
    return found


def _end(search: Search, rests: State, verb: str) -> None:
    with transaction.atomic():
        current = _held(search)
        if current.state == search.state:
            _rest(current, rests)
            _tell(verb, current, by=search.by)


def _rest(current: Search, state: State) -> None:
    if current.state == State.SEARCHING:
        current.ended_at = clock.now()
    current.state = state
    current.save(update_fields=["state", "ended_at"])


def _tell(verb: str, search: Search, *, by: Person) -> None:
    record(verb, About("search", search.pk), by=by)
