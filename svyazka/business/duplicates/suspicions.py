"""Somebody may be a client whom we know already: it is written down, with its reasons, and the responsible manager is
asked to look."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from svyazka.business.clients import naming
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal_of
from svyazka.business.deals.work import tasks
from svyazka.business.duplicates import wording
from svyazka.business.duplicates.models import Search, Suspicion
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff import hours, roles
from svyazka.business.staff.models import Person, Role
from svyazka.engines.matching.decide import Decision, Likely
from svyazka.kit import clock

MOST = 3
WORKING_MINUTES = 4 * 60  # to look at it
WEEK = {str(day): [["09:00", "18:00"]] for day in range(5)}  # of whom nobody has said when he works
AHEAD = timedelta(days=3)  # a step that is due later than that does not put it off
LONGEST = 200  # of a task
PROBABLE = 0.5

Band = Suspicion.Band


@dataclass(frozen=True)
class Found:
    """Two of whom somebody has to say whether they are one: `client` came later."""

    client_id: int
    other_id: int
    probability: float
    reasons: Sequence[Sequence[Any]]
    doubts: Sequence[str]
    version: str
    deal_id: int | None = None

    @property
    def band(self) -> Band:
        if not self.doubts:
            return Band.CERTAIN
        is_vetoed = any(doubt in wording.VETOES for doubt in self.doubts)
        return Band.PROBABLE if self.probability >= PROBABLE and not is_vetoed else Band.DOUBTFUL


@transaction.atomic(savepoint=False)
def suspect(client: Client, decision: Decision, *, deal: Deal | None, by: Actor) -> list[Suspicion]:
    """Of whom the new `client` may be a duplicate, three at most, each pair once; and one task for all of them."""
    found = [of_likely(client.pk, one, decision, deal_id=deal.pk if deal else None) for one in decision.likely[:MOST]]
    new = enter(found)
    if not new:
        return []
    _ask(new, deal, by=by)
    about = About("suspicion", new[0].pk, client_id=client.pk, deal_id=deal.pk if deal else None)
    others = ", ".join(f"№ {one.other_id}" for one in new)
    record("duplicates.suspected", about, by=by, changes={"like": (None, others)})
    return new


def of_likely(client_id: int, likely: Likely, decision: Decision, *, deal_id: int | None = None) -> Found:
    score = likely.score
    doubts = list(score.vetoes or (doubt for doubt in decision.doubts if doubt != "veto"))
    if not doubts and score.probability < decision.certain:
        doubts.append("unlikely")
    reasons = [[one.term, round(one.bits, 3), one.ours, one.theirs, one.amount] for one in score.reasons]
    return Found(client_id, likely.id, score.probability, reasons, doubts, decision.version, deal_id)


def enter(found: Iterable[Found], *, search: Search | None = None) -> list[Suspicion]:
    """Those that nobody was asked before, in one statement; not those who were said to be two."""
    given = [
        {
            "client_id": one.client_id, "other_id": one.other_id, "deal_id": one.deal_id,
            "probability": one.probability, "reasons": list(one.reasons), "doubts": list(one.doubts),
            "weights": one.version, "band": one.band,
        }
        for one in found
    ]  # fmt: skip
    if not given:
        return []
    new = [search.pk if search else None, clock.now(), json.dumps(given, ensure_ascii=False)]
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, new)
        ids = [number for (number,) in cursor.fetchall()]
    made = Suspicion.objects.select_related("client", "other").filter(pk__in=ids)
    return sorted(made, key=lambda one: (-one.probability, one.pk))


_ENTER = """
insert into duplicates_suspicion
    (client_id, other_id, deal_id, probability, reasons, doubts, weights, band, search_id, state, at)
select client_id, other_id, deal_id, probability, reasons, doubts, weights, band, %s, 'open', %s
from jsonb_to_recordset(%s) as given (
    client_id bigint, other_id bigint, deal_id bigint, probability float, reasons jsonb, doubts jsonb, weights text,
    band text)
where client_id <> other_id and not exists (
    select from clients_apart said
    where said.one_id = least(client_id, given.other_id) and said.other_id = greatest(client_id, given.other_id))
on conflict do nothing returning id
"""


def ask(suspected: Sequence[Suspicion], *, person: Person | None, deal: Deal | None, by: Actor) -> Task:
    """One task, whose words say of whom it may be a duplicate and why."""
    task = tasks.plan(deal, _said(suspected), due_at=_due_at(person, deal), person=person, by=by)
    Suspicion.objects.filter(pk__in=[one.pk for one in suspected]).update(task=task)
    for one in suspected:
        one.task = task
    return task


def _ask(new: Sequence[Suspicion], deal: Deal | None, *, by: Actor) -> None:
    known = new[0].other
    theirs = open_deal_of(known)
    last = theirs or Deal.objects.of_client(known.pk).first()
    person = next((one for one in map(_whose, (last, deal)) if one), None) or _head()
    open_one = next((one for one in (deal, theirs) if one and one.is_open), None)
    ask(new, person=person, deal=open_one, by=by)


def _whose(deal: Deal | None) -> Person | None:
    person = deal.responsible if deal else None
    return person if person and person.is_active else None


def _head() -> Person | None:
    """Whom the rules left alone, the head hands out."""
    return Person.objects.working().filter(role__in=roles.based_on(Role.HEAD)).order_by("pk").first()


def _due_at(person: Person | None, deal: Deal | None) -> datetime:
    """Within some hours of work; but what the client waits for stays the next step of the deal."""
    now = clock.now()
    due_at = hours.after((person.hours if person else {}) or WEEK, now, WORKING_MINUTES)
    step_at = deal.next_step_at if deal else None
    return max(due_at, step_at + timedelta(minutes=1)) if step_at and step_at < now + AHEAD else due_at


def _said(suspected: Sequence[Suspicion]) -> str:
    """In the company's language: it is written down. As many reasons as there is room for."""
    first = suspected[0]
    with translation.override(settings.LANGUAGE_CODE):
        name = naming.called(first.other, list(first.other.contact_points.all()))[:80]
        text = _("Perhaps it is {name} (№ {number})").format(name=name, number=first.other_id)
        more = _("and {number} more").format(number=len(suspected) - 1) if len(suspected) > 1 else ""
        ends = [wording.objection(first, most=1), more]
        likely = [one.text for one in wording.because(first) if one.speaks_for]
    room = LONGEST - len(text) - sum(len(end) + 2 for end in ends)
    if reasons := wording.as_many(likely, room=room):
        text = f"{text} — {', '.join(reasons)}"
    return "; ".join(filter(None, [text, *ends]))[:LONGEST]
