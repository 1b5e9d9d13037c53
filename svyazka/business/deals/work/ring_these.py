"""Deals are put on the calling list: a call to be made for each, shared out among several people. Set-based: hundreds
at once, with the same rows as `tasks.plan` leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import rights
from svyazka.business.deals.handing import assigning
from svyazka.business.deals.handing.assigning import Held
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal import bell
from svyazka.business.journal.record import Actor, announce
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.engines import sharing
from svyazka.engines.sharing import Candidate, Piece
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

MOST = 500


class Share(StrEnum):
    RESPONSIBLE = "responsible"  # each deal's own person rings
    EVENLY = "evenly"
    ANYBODY = "anybody"  # whoever takes the next


@dataclass(frozen=True)
class Listed:
    """What came of it, in deals."""

    given: Mapping[int | None, int] = field(default_factory=dict)  # person → how many; None: whoever takes the next
    had: int = 0  # there was a call to be made already
    not_ours: int = 0  # of another department
    gone: int = 0  # closed meanwhile


@transaction.atomic
def ring_these(
    deal_ids: Collection[int],
    *,
    what: str,
    due_at: datetime,
    share: Share,
    among: Sequence[Person] = (),
    by: Actor,
) -> Listed:
    """A call for each of these deals that has none yet."""
    what = tasks.said(what)
    tasks.refuse_time(due_at)
    _refuse_sharing(deal_ids, share, among)
    held = assigning.hold(deal_ids)
    reached, had = _looked_up([one.id for one in held], by)
    ours = [one for one in held if one.id in reached]
    wanted = [one for one in ours if one.id not in had]
    people = _shared(wanted, share, among)
    _plan(wanted, people, what, due_at, by=by)
    given = Counter(people)
    _tell(given, what, due_at, by=by)
    return Listed(given, len(ours) - len(wanted), len(held) - len(ours), len({*deal_ids}) - len(held))


def have_one(deal_ids: Collection[int]) -> set[int]:
    """Those that are to be rung already."""
    open_calls = Task.objects.filter(deal_id__in=deal_ids, kind=Task.Kind.CALL, done_at=None)
    return set(open_calls.values_list("deal_id", flat=True))


def _refuse_sharing(deal_ids: Collection[int], share: Share, among: Sequence[Person]) -> None:
    if not deal_ids:
        raise Refused(_("Tick the deals first."))
    if len(deal_ids) > MOST:
        raise Refused(_("These are too many at once. Narrow the list."))
    if share is Share.EVENLY and not among:
        raise Refused(_("Tick the people who ring."), fields={"among": _("Tick the people who ring.")})
    if any(not one.is_active or not roles.may(one, "calling.do") for one in among):
        raise Refused(_("Choose people who work with the calling list."))


def _looked_up(deal_ids: Collection[int], by: Actor) -> tuple[set[int], set[int]]:
    """Which of them this person may change, and which have a call already. They are locked: a call that somebody else
    is just planning is seen. The house itself may change all."""
    reaching = rights.reaching(by) if isinstance(by, Person) else None
    with connection.cursor() as cursor:
        cursor.execute("select id, responsible_id, department_id from deals_deal where id = any(%s)", [list(deal_ids)])
        rows = cursor.fetchall()
    reached = {
        deal for deal, who, of in rows if reaching is None or reaching.covers(responsible_id=who, department_id=of)
    }
    return reached, have_one(reached)


def _shared(wanted: Sequence[Held], share: Share, among: Sequence[Person]) -> list[int | None]:
    if share is Share.RESPONSIBLE:
        return [one.responsible_id for one in wanted]
    if share is Share.ANYBODY:
        return [None] * len(wanted)
    return sharing.in_turn([Candidate(one.pk) for one in among], [Piece()] * len(wanted))


def _plan(wanted: Sequence[Held], people: Sequence[int | None], what: str, due_at: datetime, *, by: Actor) -> None:
    Task.objects.bulk_create(
        [
            Task(deal_id=one.id, kind=Task.Kind.CALL, what=what, due_at=due_at, person_id=person, by_id=by.actor_id)
            for one, person in zip(wanted, people, strict=True)
        ],
        batch_size=MOST,
    )
    given: dict[str, Any] = {
        "deals": [one.id for one in wanted],
        "at": clock.now(),
        "by": by.actor_id,
        "actor": "" if by.actor_id else by.actor_name,
    }
    given |= {"what": what, "due_at": due_at.isoformat()}
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, given)
        cursor.execute(_RECORD, given)
    transaction.on_commit(bell.ring)


# As next_steps.show_on_deal does it for one.
_SHOW = """
update deals_deal deal set next_step = first.what, next_step_at = first.due_at
from (
    select distinct on (deal_id) deal_id, what, due_at from deals_task
    where deal_id = any(%(deals)s) and done_at is null order by deal_id, due_at, id
) first where deal.id = first.deal_id
"""
_RECORD = """
with entry as (
    insert into journal_entry (at, by_id, actor, verb, kind, object_id, client_id, deal_id, changes, note)
    select %(at)s, %(by)s, %(actor)s, 'deals.step_planned', 'deal', id, client_id, id,
           jsonb_build_object('what', jsonb_build_array(null, %(what)s::text),
                              'due_at', jsonb_build_array(null, %(due_at)s::text)), ''
    from deals_deal where id = any(%(deals)s)
)
insert into journal_liveevent (at, topic, object_id, people, data)
select %(at)s, 'deal', id, null, jsonb_build_object('client', client_id, 'deal', id) from deals_deal
where id = any(%(deals)s)
"""


def _tell(given: Mapping[int | None, int], what: str, due_at: datetime, *, by: Actor) -> None:
    """One notice for each, however many clients he has to ring."""
    for person_id, count in given.items():
        if person_id:
            announce("task", 0, people=[person_id])
            tell([person_id], "task.to_ring", by=by, data={"count": count, "what": what, "due_at": due_at.isoformat()})
