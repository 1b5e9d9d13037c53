"""When two clients become one, nobody has to ask any more whether they are; who else he may be is asked of the one who
is left."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from svyazka.business.deals.going_along import tick_off
from svyazka.business.duplicates.models import Merge, Suspicion
from svyazka.kit import cells, clock
from svyazka.kit.cells import Cell
from svyazka.kit.going_along import Along, Fate, Two


def _decide(two: Two) -> list[Cell]:
    of_gone = Suspicion.objects.select_for_update().filter(Q(client=two.gone) | Q(other=two.gone)).order_by("pk")
    same = [one for one in of_gone if {one.client_id, one.other_id} == {two.kept, two.gone}]
    others = [one for one in of_gone if one not in same]
    asked = _asked_of(two.kept)
    double = [one for one in others if _third(one, two.gone) in asked]
    moving = [one for one in others if one not in double]
    changed = [*_answer(two, same), *cells.take_out(Suspicion, [one.pk for one in double]), *_point_on(two, moving)]
    return changed + _end_tasks(two, [*same, *double])


def _asked_of(client_id: int) -> set[int]:
    of_kept = Suspicion.objects.filter(Q(client=client_id) | Q(other=client_id))
    return {_third(one, client_id) for one in of_kept}


def _third(one: Suspicion, known: int) -> int:
    return one.other_id if one.client_id == known else one.client_id


def _answer(two: Two, same: Iterable[Suspicion]) -> list[Cell]:
    decided = {"state": Suspicion.State.SAME, "decided_at": clock.now(), "decided_by_id": two.by}
    still_open = [one for one in same if one.state == Suspicion.State.OPEN]
    return [cell for one in still_open for cell in cells.change(Suspicion, one.pk, decided)]


def _end_tasks(two: Two, answered: Iterable[Suspicion]) -> list[Cell]:
    """Nothing of what they ask for is left to be decided."""
    asking = {one.task_id for one in answered if one.task_id}
    left = Suspicion.objects.filter(task__in=asking, state=Suspicion.State.OPEN).values_list("task_id", flat=True)
    return tick_off(sorted(asking - set(left)), by=two.by)


def _point_on(two: Two, moving: Iterable[Suspicion]) -> list[Cell]:
    changed = []
    for one in moving:
        column = "client_id" if one.client_id == two.gone else "other_id"
        changed += cells.change(Suspicion, one.pk, {column: two.kept})
    return changed


ALONG = Along(
    {
        (Suspicion, "client_id"): Fate.RULED,
        (Suspicion, "other_id"): Fate.RULED,
        (Merge, "kept_id"): Fate.STAYS,
        (Merge, "gone_id"): Fate.STAYS,
    },
    rule=_decide,
)
