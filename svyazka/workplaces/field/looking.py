"""What is different since somebody looked last, in words; and what his phone tells us he has seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from svyazka.business.visits import looked
from svyazka.business.visits.looked import Difference, Gone, News
from svyazka.business.visits.models import Look, Visit, VisitQuerySet
from svyazka.business.visits.on_site.sent import Unreadable
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Told:
    """`marks`: a word each, for the day; `lines`: with what it was and is, for the visit. `shown`: what the page shows;
    it comes back once somebody has looked."""

    is_new: bool
    is_open: bool
    marks: Sequence[str]
    lines: Sequence[tuple[str, str]]
    shown: str


@dataclass(frozen=True)
class GoneLine:
    gone: Gone
    where: str


def told(visit: Visit, found: News) -> Told:
    short = Short()
    named = [(_NAMES[one.what](), _SAID.get(one.what, _was_and_is)(one, short)) for one in found.differences]
    marks = [name for name, _line in named] if found.is_open else []
    return Told(found.is_new, found.is_open, marks, named, json.dumps(looked.shown(visit), ensure_ascii=False))


def gone(found: Sequence[Gone]) -> list[GoneLine]:
    short = Short()
    return [GoneLine(one, _where(one, short)) for one in found]


def _where(one: Gone, short: Short) -> str:
    if one.visit.status == Visit.Status.CANCELLED:
        return _("called off: {reason}").format(reason=one.visit.reason) if one.visit.reason else _("called off")
    if one.is_his:
        return _("moved to {when}").format(when=short.moment(one.visit.starts_at))
    return _("given to {name}").format(name=one.visit.resource)


_NAMES: dict[str, Callable[[], str]] = {
    "time": lambda: _("Time"),
    "address": lambda: _("Address"),
    "phone": lambda: _("Phone"),
    "wishes": lambda: _("Client's wishes"),
    "brief": lambda: _("The office's note"),
    "joined": lambda: _("Joins you"),
    "left": lambda: _("Does not join you any more"),
}


def _was_and_is(one: Difference, _short: Short) -> str:
    return f"{one.before or '—'} → {one.now or '—'}"


def _time(one: Difference, short: Short) -> str:
    was, now, over = (datetime.fromisoformat(stamp) for stamp in (one.before[0], *one.now))
    return f"{short.moment(was)} → {short.moment(now)}–{clock.local(over):%H:%M}"


_SAID: dict[str, Callable[[Difference, Short], str]] = {
    "time": _time,
    "phone": lambda _one, _short: _("another one"),
    "joined": lambda one, _short: ", ".join(one.now),
    "left": lambda one, _short: ", ".join(one.now),
}


@needs("visits.carry_out", "POST")
def look(request: PageRequest, visit_id: int) -> HttpResponse:
    """By a form: without scripts, and of a visit that is not his any more."""
    visit = get_object_or_404(_known(request, [visit_id]))
    looked.look(visit, _json(request.POST.get("shown", "")), by=request.person)
    is_his = Visit.objects.exclude(status=Visit.Status.CANCELLED).with_person(request.person).filter(pk=visit_id)
    return redirect("field_visit", visit_id=visit_id) if is_his.exists() else redirect("field_day")


@needs("visits.carry_out", "POST")
def looks(request: PageRequest) -> HttpResponse:
    """What was opened on a phone, with signal or without: any number of times, in any order. One that says nothing to
    us does not keep the others."""
    try:
        listed = _read(request.body)
    except RequestDataTooBig:
        return JsonResponse({"words": _("Too much at once.")}, status=413)
    except Refused as refusal:
        return JsonResponse({"words": str(refusal.message)}, status=refusal.status)
    visits = {one.pk: one for one in _known(request, [number for number, _row in listed])}
    taken = sum(_take(request, visits[number], row) for number, row in listed if number in visits)
    return JsonResponse({"taken": taken})


def _take(request: PageRequest, visit: Visit, row: dict[str, Any]) -> bool:
    try:
        looked.look(visit, row.get("shown"), by=request.person, at=_moment(row.get("at")))
    except Unreadable:
        return False
    return True


def _known(request: PageRequest, numbers: Sequence[int]) -> VisitQuerySet:
    """His own, and those that he has seen while they were his."""
    own = Visit.objects.with_person(request.person).filter(pk__in=numbers)
    seen = Look.objects.filter(person=request.person, visit__in=numbers)
    return Visit.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=seen.values("visit")))


def _read(body: bytes) -> list[tuple[int, dict[str, Any]]]:
    given = _json(body)
    rows = given.get("looks") if isinstance(given, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_AT_ONCE:
        raise Unreadable("looks")
    return list(_numbered(rows))


def _numbered(rows: list[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    for row in rows:
        if isinstance(row, dict) and (number := whole_number(str(row.get("visit")))):
            yield number, row


def _moment(given: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise Unreadable("at") from None
    if moment.tzinfo is None or not 1970 <= moment.year < 2200:
        raise Unreadable("at")
    return moment.astimezone(UTC)


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("JSON") from None
