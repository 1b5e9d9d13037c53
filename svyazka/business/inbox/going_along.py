"""When two clients become one, so do their threads: he waits since the earlier of both."""

from __future__ import annotations

from datetime import datetime

from svyazka.business.inbox.models import FallenBack, Thread
from svyazka.kit.cells import Cell, change, take_out
from svyazka.kit.going_along import Along, Fate, Two


def _one_thread(two: Two) -> list[Cell]:
    both = {one.client_id: one for one in Thread.objects.filter(client_id__in=[two.kept, two.gone])}
    if len(both) < 2:
        return []
    kept, gone = both[two.kept], both[two.gone]
    return change(Thread, kept.pk, _together(kept, gone)) + take_out(Thread, [gone.pk])


def _together(kept: Thread, gone: Thread) -> dict[str, object]:
    newer = max(kept, gone, key=lambda one: one.last_at)
    waits = [one.waits_since for one in (kept, gone) if one.waits_since]
    state = Thread.State.OPEN if Thread.State.OPEN in (kept.state, gone.state) else newer.state
    return {
        "state": str(state),
        "snoozed_until": _whole(newer.snoozed_until) if state == Thread.State.SNOOZED else None,
        "responsible_id": kept.responsible_id or gone.responsible_id,
        "department_id": kept.department_id or gone.department_id,
        "category": newer.category,
        "waits_since": _whole(min(waits)) if waits else None,
        "last_at": _whole(newer.last_at),
        **{name: getattr(newer, name) for name in ("last_text", "last_is_ours", "last_account")},
    }


def _whole(at: datetime | None) -> str | None:
    """To the microsecond: cells would keep the thousandths only."""
    return at.isoformat() if at else None


ALONG = Along({(Thread, "client_id"): Fate.MOVES, (FallenBack, "client_id"): Fate.MOVES}, rule=_one_thread)
