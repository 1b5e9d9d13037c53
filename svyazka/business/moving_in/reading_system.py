"""A system is tried, and read page by page into rows and events. How far it has come stands with them: after a restart
it goes on there. It is asked outside of any transaction; what it has said is kept in one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.moving_in import system as contract
from svyazka.business.moving_in.foreign import (
    KINDS,
    ForeignClient,
    ForeignDeal,
    ForeignEvent,
    ForeignPerson,
    ForeignStage,
    Kind,
    Page,
)
from svyazka.business.moving_in.models import MoveIn, MoveInEvent, MoveInRow
from svyazka.business.moving_in.staging import LAYOUT, Stager, others_of
from svyazka.business.moving_in.systems import opened
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

MOST_UNREADABLE = 200  # of which is written down why
_FOLLOWED = ("clients", "deals", "events")  # of which only what has changed can be asked for
State = MoveIn.State


def try_it(given: MoveIn) -> None:
    """Whether we get in, how it calls itself there, and how many there are."""
    with _Asking(given) as asking:
        name, counts = asking.system.name(), asking.system.counts()
        asking.keep(State.TRIED, name=name[:100], counts=dict(counts))


def read_piece(given: MoveIn) -> None:
    """The next page; behind the last one their sums, and then it is to be understood."""
    progress = given.progress
    kind = next((one for one in KINDS if not progress.get("done", {}).get(one)), None)
    with _Asking(given) as asking:
        if kind is None:
            _count_up(given, asking)
            return
        since = given.since if kind in _FOLLOWED else None
        page = asking.system.read(kind, after=progress.get("after", {}).get(kind, ""), since=since)
        _keep(given, kind, page, asking.system.reasons)


class _Asking:
    """What goes wrong stands with the move: too busy means later, a refusal that a person is needed."""

    def __init__(self, given: MoveIn) -> None:
        self.given = given
        self.system: contract.System

    def __enter__(self) -> _Asking:
        self._opened: contract.System | None = None
        try:
            self.system = self._opened = opened(self.given)
        except Refused as refusal:
            self._refused(refusal)
            raise _Stopped from None
        return self

    def __exit__(self, _kind: object, trouble: BaseException | None, _trace: object) -> bool:
        if self._opened:
            self._opened.close()
        if isinstance(trouble, contract.TryLater):
            self._wait(trouble)
            return True
        if isinstance(trouble, Refused):
            self._refused(trouble)
            return True
        return False

    def keep(self, state: State, **learnt: Any) -> None:
        found = MoveIn.objects.filter(pk=self.given.pk, state=self.given.state)
        progress = {**self.given.progress, **learnt, "waits": ""}
        found.update(state=state, progress=progress, resume_at=None, fault="")

    def _wait(self, trouble: contract.TryLater) -> None:
        until = clock.now() + timedelta(seconds=min(max(trouble.seconds, 1), 86_400))
        progress = {**self.given.progress, "waits": trouble.why}
        MoveIn.objects.filter(pk=self.given.pk, state=self.given.state).update(resume_at=until, progress=progress)

    def _refused(self, refusal: Refused) -> None:
        state = State.FAILED if self.given.state == State.TRYING else State.PAUSED
        found = MoveIn.objects.filter(pk=self.given.pk, state=self.given.state)
        found.update(state=state, fault=str(refusal.message)[:300], resume_at=None)


class _Stopped(Exception):
    pass


def go_on(given: MoveIn) -> None:
    """One question to it, or a few."""
    try:
        try_it(given) if given.state == State.TRYING else read_piece(given)
    except _Stopped:
        return


@transaction.atomic
def _keep(given: MoveIn, kind: Kind, page: Page, reasons: Mapping[str, Any]) -> None:
    """A page that came while somebody stopped it is read again."""
    current = MoveIn.objects.select_for_update().get(pk=given.pk)
    if current.state != State.READING:
        return
    progress = current.progress
    _learn(progress, page)
    rows = _rows(current, page)
    events = [thing for thing in page.things if isinstance(thing, ForeignEvent)]
    stager = Stager(current, {})
    MoveInRow.objects.bulk_create(rows)
    MoveInEvent.objects.bulk_create([stager.event(one) for one in events], ignore_conflicts=True)
    progress.setdefault("lines", {})[kind] = progress.get("lines", {}).get(kind, 0) + len(page.things)
    progress.setdefault("after", {})[kind] = page.next
    progress.setdefault("done", {})[kind] = not page.next
    progress["unreadable"] = progress.get("unreadable", 0) + len(page.unreadable)
    told = [[kind, number, str(reasons.get(why, why))] for number, why in page.unreadable]
    progress["why"] = [*progress.get("why", []), *told][:MOST_UNREADABLE]
    progress["waits"] = ""
    current.total += len(rows)
    current.resume_at = None
    current.save(update_fields=["progress", "total", "resume_at"])


def _learn(progress: dict[str, Any], page: Page) -> None:
    for thing in page.things:
        if isinstance(thing, ForeignPerson):
            people = progress.setdefault("people", {})
            name = _on_one_line(thing.name or thing.email or thing.id)
            # Namesakes are told apart by their address.
            people[thing.id] = f"{name} ({thing.email})" if name in people.values() and thing.email else name
            progress.setdefault("emails", {})[people[thing.id]] = thing.email
        elif isinstance(thing, ForeignStage):
            names = [_on_one_line(thing.pipeline), _on_one_line(thing.name)]
            progress.setdefault("stages", {})[thing.id] = names
            progress.setdefault("ends", {})[" / ".join(filter(None, names))] = thing.end


def _on_one_line(name: str) -> str:
    """As a cell is read."""
    return " ".join(name.split())


def _rows(given: MoveIn, page: Page) -> list[MoveInRow]:
    things = [thing for thing in page.things if isinstance(thing, (ForeignClient, ForeignDeal))]
    stager = Stager(given, _called(given, others_of(things)))
    return [stager.row(thing, number) for number, thing in enumerate(things, start=given.total + 1)]


def _called(given: MoveIn, numbers: list[str]) -> dict[str, str]:
    """Also those who came with an earlier move: the same words each time, or a note would seem to have changed."""
    if not numbers:
        return {}
    moves = list(MoveIn.objects.filter(account=given.account_id).values_list("pk", flat=True))
    found = MoveInRow.objects.filter(of__in=moves, kind=MoveInRow.Kind.CLIENT, outside_id__in=numbers)
    name, company = LAYOUT.index("name"), LAYOUT.index("company")
    rows = found.only("outside_id", "cells").order_by("of_id")
    return {row.outside_id: row.cells[name] or row.cells[company] for row in rows}


def _count_up(given: MoveIn, asking: _Asking) -> None:
    """As the system itself counts them now: what comes of it here is held against that."""
    found = list(asking.system.sums())
    there = {
        "deals": sum(number for _stage, number, _sum in found),
        "sum": str(sum((amount for _stage, _number, amount in found), Decimal())),
    }
    is_empty = not given.total and not given.events.exists()
    if is_empty and given.since is None:
        raise Refused(_("There are no clients, deals or events that this key may see."))
    asking.keep(State.DONE if is_empty else State.CHOOSING, there=there)


def waits_because(given: MoveIn) -> str:
    """In words, until when it is left alone stands beside it."""
    return {
        "busy": _("It is too busy, or we have asked too much."),
        "slow": _("It is too slow now."),
        "limit": _("Its limit of questions is reached."),
        "silent": _("It does not answer."),
        "cut": _("It has answered with half a page."),
    }.get(given.progress.get("waits", ""), "")
