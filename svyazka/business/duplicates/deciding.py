"""Somebody says whether two are one: one and the same, two different clients, or later. Each can be taken back, and
weights learn from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import apart as said_apart
from svyazka.business.clients.models import Client
from svyazka.business.deals import held
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.duplicates import merging, suspicions
from svyazka.business.duplicates.models import Merge, Suspicion
from svyazka.business.journal.record import About, announce, record
from svyazka.business.staff.models import Person
from svyazka.engines.matching.refit import Judged
from svyazka.engines.matching.terms import TERMS
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

State = Suspicion.State


@transaction.atomic
def same(suspicion: Suspicion, *, kept: Client | None = None, by: Person) -> Merge:
    """They are one: the one we have known longer stays, unless `kept` says otherwise. What the merge does with the
    other suspicions of the two it says itself (`going_along.py`)."""
    current = _open(suspicion)
    stays = current.client if kept and kept.pk == current.client_id else current.other
    goes = current.other if stays.pk == current.client_id else current.client
    _announce(current)
    return merging.merge(stays, goes, suspicion=current, by=by)


@transaction.atomic
def apart(suspicion: Suspicion, *, by: Person) -> None:
    """They are two, and nobody is asked again."""
    current = _open(suspicion)
    said_apart.say(current.client, current.other, by=by)
    _hold_deal(current)
    if not _move(current, State.APART, by=by):
        raise ChangedMeanwhile
    _end_task(current, by=by)
    _announce(current)


@transaction.atomic
def later(suspicion: Suspicion, *, until: datetime | None, by: Person) -> None:
    """Out of sight until then; `None`: at once again."""
    current = _open(suspicion)
    if until:
        tasks.refuse_time(until)
    _hold_deal(current)
    Suspicion.objects.filter(pk=current.pk).update(until=until)
    changes = {"until": (None, until.isoformat() if until else None)}
    record("duplicates.put_off", _about(current), by=by, changes=changes)
    task = Task.objects.filter(pk=current.task_id or 0, done_at=None).first()
    if task and not (until and _left(current).filter(until=None).exists()):
        tasks.put_off(task, until=until, by=by)


@transaction.atomic
def take_back(suspicion: Suspicion, *, by: Person) -> merging.Undone | None:
    """What was decided was a mistake: it is open again. What a merge had changed is put back as far as it can be."""
    current = Suspicion.objects.select_related("client", "other").filter(pk=suspicion.pk).first()
    if current is None:
        raise ChangedMeanwhile
    _announce(current)
    if current.state == State.SAME:
        return _separate(current, by=by)
    if current.state == State.APART:
        said_apart.take_back(current.client, current.other, by=by)
        _hold_deal(current)
        _move(current, State.OPEN, by=by)
        _open_task(current, by=by)
    return None


def judged() -> Iterator[Judged]:
    """What people have decided, as `engines.matching.refit` learns from it: by what was known at that time."""
    decided = Suspicion.objects.exclude(state=State.OPEN).exclude(decided_by=None).order_by("pk")
    for state, reasons in decided.values_list("state", "reasons").iterator():
        amounts = {term: amount for term, _bits, _ours, _theirs, amount in reasons if term in TERMS}
        yield Judged(amounts, same=state == State.SAME)


def _open(suspicion: Suspicion) -> Suspicion:
    current = Suspicion.objects.select_related("client", "other").filter(pk=suspicion.pk).first()
    if current is None:
        raise Refused(_("This question has answered itself: the same is asked elsewhere."))
    if current.state != State.OPEN:
        raise ChangedMeanwhile(_("Somebody has decided this already. Look at the new state."))
    return current


def _hold_deal(current: Suspicion) -> None:
    """The deal of its task before anything else: as everybody does who changes a deal and what hangs on it."""
    deal_id = Task.objects.filter(pk=current.task_id or 0).values_list("deal_id", flat=True).first()
    if deal_id:
        held.hold(deal_id)


def _move(current: Suspicion, state: str, *, by: Person) -> bool:
    is_open = state == State.OPEN
    values = {"state": state, "decided_at": None if is_open else clock.now(), "decided_by": None if is_open else by}
    moved = Suspicion.objects.filter(pk=current.pk, state=current.state).update(**values, until=None)
    return bool(moved)


def _separate(current: Suspicion, *, by: Person) -> merging.Undone | None:
    done = Merge.objects.filter(suspicion=current, undone_at=None).order_by("-pk").first()
    if done is None:
        raise Refused(_("These two were merged by another merge. Take that one back, among the merges."))
    return merging.undo(done, by=by)


def _left(current: Suspicion) -> QuerySet[Suspicion]:
    return Suspicion.objects.filter(task_id=current.task_id or 0, state=State.OPEN).exclude(pk=current.pk)


def _end_task(current: Suspicion, *, by: Person) -> None:
    """Once nothing of what it asks for is left to be decided."""
    task = Task.objects.filter(pk=current.task_id or 0, done_at=None).first()
    if task and not _left(current).exists():
        tasks.done(task, by=by)


def _open_task(current: Suspicion, *, by: Person) -> None:
    task = Task.objects.select_related("person", "deal").filter(pk=current.task_id or 0).first()
    if task is None or task.done_at is None:
        return
    if task.done_by_id == by.pk and task.done_at > clock.now() - tasks.TAKE_BACK:
        tasks.take_back(task, by=by)
    else:
        open_deal = task.deal if task.deal and task.deal.is_open else None
        suspicions.ask([current], person=task.person, deal=open_deal, by=by)


def _announce(current: Suspicion) -> None:
    """To the pages that show it. That they were merged or are apart, the journal says of the clients."""
    announce("suspicion", current.pk, data={"client": current.client_id})


def _about(current: Suspicion) -> About:
    return About("suspicion", current.pk, client_id=current.client_id, deal_id=current.deal_id)
