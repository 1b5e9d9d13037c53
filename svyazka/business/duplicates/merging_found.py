"""What a search through the whole base was certain of is merged, group by group; and all of it taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import apart
from svyazka.business.clients.matching import filing, whose
from svyazka.business.clients.models import Client
from svyazka.business.duplicates import merging
from svyazka.business.duplicates.models import Merge, Search, Suspicion
from svyazka.business.journal.record import About, record
from svyazka.business.staff.models import Person
from svyazka.engines.matching import clusters
from svyazka.kit.refusals import Refused

GROUPS = 20  # of a piece
MERGES = 20
State = Search.State
_RESTING = (State.FOUND, State.STOPPED, State.MERGED, State.UNDONE)
_LAST = 2**62


@transaction.atomic
def merge_certain(search: Search, *, by: Person) -> None:
    """From now on the worker merges what is certain and still to be decided."""
    current = _resting(search)
    if not certain(current):
        raise Refused(_("Nothing certain is left to be merged."))
    _turn(current, State.MERGING, "duplicates.search_merging", by=by)


@transaction.atomic
def undo_all(search: Search, *, by: Person) -> None:
    """From now on the worker takes back every merge of this search, the last one first."""
    current = _resting(search)
    if not Merge.objects.filter(search_id=current.pk, undone_at=None).exists():
        raise Refused(_("Nothing of this search is merged."))
    current.position = _LAST
    _turn(current, State.UNDOING, "duplicates.search_undoing", by=by)


def certain(search: Search) -> bool:
    return _certain(search).exists()


def merge_piece(search: Search) -> bool:
    """The next groups of those who are certainly one; False: there were none. Whoever cannot be merged goes to people,
    so that his turn does not come again."""
    for _group in range(GROUPS):
        with transaction.atomic():
            if Search.objects.select_for_update().get(pk=search.pk).state != State.MERGING:
                return True
            first = _certain(search).order_by("pk").first()
            if first is None:
                return False
            _merge_group(search, _group_of(search, first))
    return True


def undo_piece(search: Search) -> bool:
    """The next merges; what somebody has changed since stays, as with every undoing."""
    done = Merge.objects.filter(search_id=search.pk, undone_at=None, pk__lt=search.position).order_by("-pk")
    for one in done[:MERGES]:
        with transaction.atomic():
            Search.objects.filter(pk=search.pk).update(position=one.pk)
            search.position = one.pk
            if Merge.objects.filter(pk=one.pk, undone_at=None).exists():
                merging.undo(one, by=search.by)
    return done.exists()


def _resting(search: Search) -> Search:
    current = Search.objects.select_for_update().get(pk=search.pk)
    if current.state not in _RESTING:
        raise Refused(_("This search is at work. Wait for it, or stop it."))
    return current


def _turn(current: Search, state: State, verb: str, *, by: Person) -> None:
    """Whoever says so does it, whoever has begun the search."""
    current.state, current.by = state, by
    current.save(update_fields=["state", "by", "position"])
    record(verb, About("search", current.pk), by=by)


def _certain(search: Search) -> QuerySet[Suspicion]:
    return search.suspicions.filter(band=Suspicion.Band.CERTAIN, state=Suspicion.State.OPEN)


def _group_of(search: Search, first: Suspicion) -> list[Suspicion]:
    """All that hang together with it by pairs that are certain."""
    found, members = {first.pk: first}, {first.client_id, first.other_id}
    while near := list(_touching(_certain(search), members).exclude(pk__in=found)):
        found |= {one.pk: one for one in near}
        members |= {number for one in near for number in (one.client_id, one.other_id)}
    return list(found.values())


def _touching(given: QuerySet[Suspicion], client_ids: Collection[int]) -> QuerySet[Suspicion]:
    return given.filter(Q(client_id__in=client_ids) | Q(other_id__in=client_ids))


def _merge_group(search: Search, group: Sequence[Suspicion]) -> None:
    """Into the one whom we know longest."""
    members = sorted({number for one in group for number in (one.client_id, one.other_id)})
    if why := _fault(members):
        _leave(group, why)
        return
    try:
        with transaction.atomic():
            for gone in members[1:]:
                _merge(search, members[0], gone)
    except Refused:
        _leave(group, "refused")


def _fault(members: Sequence[int]) -> str | None:
    if len(members) > clusters.MOST:
        return "crowd"
    filing.file(set(members) - whose.records_of(members).keys())
    said = [(one, other) for one in members for other in apart.of(one) if other in members]
    return clusters.fault(whose.records_of(members), apart=said)


def _merge(search: Search, kept: int, gone: int) -> None:
    both = Client.objects.in_bulk([kept, gone])
    asked = _touching(_touching(Suspicion.objects.filter(state=Suspicion.State.OPEN), [kept]), [gone]).first()
    merging.merge(both[kept], both[gone], suspicion=asked, search_id=search.pk, by=search.by)


def _leave(group: Sequence[Suspicion], why: str) -> None:
    """To people, who are told why."""
    for one in group:
        one.band, one.doubts = Suspicion.Band.PROBABLE, [*one.doubts, why]
    Suspicion.objects.bulk_update(group, ["band", "doubts"])
