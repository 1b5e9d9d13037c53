"""When two clients become one: deals are his, and he is rung back once."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from svyazka.business.clients import change as clients
from svyazka.business.clients.models import Client
from svyazka.business.deals.known import searched
from svyazka.business.deals.models import CallingHold, Deal, FactKey, Field, MissedCall, RingBack, Task
from svyazka.business.deals.work import next_steps, ring_backs
from svyazka.kit import cells, clock
from svyazka.kit.cells import Cell
from svyazka.kit.going_along import Along, Fate, Two


def tick_off(task_ids: Collection[int], *, by: int | None) -> list[Cell]:
    """What nobody has to do any more because two clients are one."""
    with translation.override(settings.LANGUAGE_CODE):
        result = _("The clients were merged.")
    done = {"done_at": clock.now(), "done_by_id": by, "snoozed_until": None, "result": result}
    still_open = Task.objects.filter(pk__in=task_ids, done_at=None).order_by("pk").values_list("pk", flat=True)
    return [cell for number in still_open for cell in cells.change(Task, number, done)]


def _turns_and_ring_backs(two: Two) -> list[Cell]:
    return [*_keep_turn(two), *_ring_back_once(two)]


def _keep_turn(two: Two) -> list[Cell]:
    """Whoever is just ringing goes on; where two are ringing at once, each with his own."""
    if CallingHold.objects.filter(client_id=two.kept).exists():
        return []
    return cells.move(CallingHold, "client_id", two.gone, two.kept)


def _ring_back_once(two: Two) -> list[Cell]:
    both = RingBack.objects.select_for_update().filter(client_id__in=[two.kept, two.gone], done_at=None)
    found = {one.client_id: one for one in both.select_related("task")}
    changed: list[Cell] = []
    if len(found) == 2:
        mine, double = found[two.kept], found[two.gone]
        times = mine.times + double.times
        first, last = min(mine.first_missed_at, double.first_missed_at), max(mine.last_missed_at, double.last_missed_at)
        changed += cells.change(RingBack, mine.pk, {"times": times, "first_missed_at": first, "last_missed_at": last})
        what = ring_backs.said(times, last)
        due_at = min(mine.task.due_at, double.task.due_at)
        changed += cells.change(Task, mine.task_id, {"what": what, "due_at": due_at})
        changed += cells.move(MissedCall, "ring_back_id", double.pk, mine.pk)
        changed += cells.change(RingBack, double.pk, {"done_at": clock.now()})
        changed += tick_off([double.task_id], by=two.by)
    return changed + cells.move(RingBack, "client_id", two.gone, two.kept)


def _made_anew(two: Two) -> None:
    """What leads to them by the company's own fields, and what is next on their deals."""
    both = Client.objects.filter(pk__in=[two.kept, two.gone]).order_by("pk")
    words = {one.pk: " ".join(searched.words_of(one.facts, Field.Of.CLIENT)) for one in both}
    clients.find_by(words)
    still_open = Deal.objects.filter(client_id__in=words, closed_at=None)
    next_steps.show_on_deals(still_open.order_by("pk").values_list("pk", flat=True))


ALONG = Along(
    {
        (Deal, "client_id"): Fate.MOVES,
        (CallingHold, "client_id"): Fate.RULED,
        (RingBack, "client_id"): Fate.RULED,
        (FactKey, "object_id"): Fate.MADE_ANEW,  # by the database, whenever facts change
    },
    rule=_turns_and_ring_backs,
    afterwards=_made_anew,
)
