"""The wallboard: who waits, who does what, and how many calls were answered in time. On a page, and on the wall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.calls.floor import counting, switching
from svyazka.business.calls.floor.counting import Figures
from svyazka.business.calls.floor.live_calls import Live, list_live
from svyazka.business.calls.floor.rules import rules
from svyazka.business.calls.floor.states import Kind, State, states
from svyazka.business.calls.models import CallQueue, FloorRules
from svyazka.business.calls.whose_phone import colleagues_at
from svyazka.business.clients import history
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock, phones
from svyazka.workplaces.controller.wallboard_folds import WAITING, Folds, folds_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.timeline import duration

LONG = timedelta(seconds=20)  # whoever waits longer stands out


@dataclass(frozen=True)
class Scope:
    """What of the floor this person sees. `codes`: none means all queues."""

    queues: Mapping[str, CallQueue]
    codes: list[str] | None
    department_id: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.codes is None


@needs("floor.see")
def wallboard(request: PageRequest) -> HttpResponse:
    return render(request, "controller/wallboard.html", _now(request.person, folds_of(request)))


@needs("floor.see")
def wall(request: PageRequest) -> HttpResponse:
    """For the screen on the wall: great figures, dark, and no client's number to be read."""
    return render(request, "controller/wallboard.html", _now(request.person, Folds(on_wall=True)))


@needs("floor.see")
def now(request: PageRequest) -> HttpResponse:
    return render(request, "controller/wallboard_board.html", _now(request.person, folds_of(request)))


@needs("floor.change", "POST")
def break_ending(request: PageRequest, pk: int) -> HttpResponse:
    switching.end_break(get_object_or_404(Person, pk=pk), by=request.person)
    return HttpResponse(status=204) if request.htmx and not request.htmx.boosted else redirect("wallboard")


def scope_of(person: Person) -> Scope:
    """Whoever does not see the whole floor sees the queues of his department, and those of none."""
    queues = {one.code: one for one in CallQueue.objects.all()}
    if roles.reach(person, "floor.see") is Reach.ALL:
        return Scope(queues, None)
    own = [code for code, one in queues.items() if one.department_id in (None, person.department_id)]
    return Scope(queues, ["", *own], person.department_id)


def figures_of(
    rows: Sequence[Mapping[str, Any]], scope: Scope, demanded: FloorRules, *, by: str
) -> tuple[Figures, dict[Any, Figures]]:
    """All together, and by “queue” or by “hour”."""
    total, parts = Figures(), dict[Any, Figures]()
    for row in rows:
        queue = scope.queues.get(row["queue"])
        within = queue.answer_within if queue and queue.answer_within else demanded.answer_within
        for figures in (total, parts.setdefault(row[by], Figures())):
            figures.add(row, within=within, short_within=demanded.short_within)
    return total, parts


def shown(figures: Figures, demanded: FloorRules) -> dict[str, Any]:
    share = figures.share_in_time
    return {
        "offered": figures.offered,
        "answered": figures.answered,
        "given_up": figures.given_up,
        "in_time": figures.in_time,
        "share": "—" if share is None else f"{share}\u00a0%",
        "demanded": f"{demanded.answer_share}\u00a0%",
        "tone": "" if share is None else _tone(share, demanded.answer_share),
        "waited": span(figures.usual_wait),
        "talked": span(figures.usual_talk),
    }


def bars(by_hour: Mapping[datetime, Figures]) -> list[dict[str, Any]]:
    """From the first hour with calls to the last one: answered in time, answered later, given up."""
    if not by_hour:
        return []
    highest = max(figures.offered for figures in by_hour.values()) or 1
    first, last = min(by_hour), max(by_hour)
    hours = [first + timedelta(hours=number) for number in range(int((last - first) / timedelta(hours=1)) + 1)]
    return [_bar(hour, by_hour.get(hour, Figures()), highest) for hour in hours]


def hour_name(at: datetime) -> str:
    """In the night in which clocks are set back the same hour comes twice: with its zone it is told from the other."""
    here = clock.local(at)
    is_twice = here.replace(fold=1 - here.fold).utcoffset() != here.utcoffset()
    return f"{here:%H:00 %Z}" if is_twice else f"{here:%H:00}"


def span(seconds: int | None) -> str:
    return "—" if seconds is None else duration(seconds).replace(" ", "\u00a0")


def queue_name(code: str, queues: Mapping[str, CallQueue]) -> str:
    return (str(queues[code]) if code in queues else code) if code else _("Straight to a number")


def _now(person: Person, folds: Folds) -> dict[str, Any]:
    scope, demanded = scope_of(person), rules()
    rows = counting.counted(*clock.day_bounds(clock.today()), queues=scope.codes)
    total, by_queue = figures_of(rows, scope, demanded, by="queue")
    _total, by_hour = figures_of(rows, scope, demanded, by="hour")
    live = list_live(scope.codes)
    waiting = [one for one in live if one.is_waiting]
    return {
        "on_wall": folds.on_wall,
        "query": folds.query,
        "demanded": demanded,
        "total": shown(total, demanded),
        "waiting_count": len(waiting),
        "longest": waiting[0].since.isoformat() if waiting else "",
        "waiting": _waiting(folds.drawn(waiting, WAITING), scope, on_wall=folds.on_wall),
        "rest": folds.rest(waiting, WAITING),
        "talking_count": sum(not one.is_waiting for one in live),
        "queues": _queues(by_queue, waiting, scope, demanded),
        "bars": bars(by_hour),
        "groups": _people(scope, folds),
        "to_ring_back": history.count_waiting().get("call", 0) if scope.is_whole else None,
    }


def _waiting(waiting: Sequence[Live], scope: Scope, *, on_wall: bool) -> list[dict[str, Any]]:
    names = colleagues_at(phone for one in waiting for phone in one.rings)
    late = clock.now() - LONG
    return [
        {
            "id": one.id,
            "who": _masked(one.number) if on_wall else one.client or _readable(one.number),
            "url": f"/clients/{one.client_id}/" if one.client_id and not on_wall else "",
            "queue": queue_name(one.queue, scope.queues),
            "since": one.since.isoformat(),
            "is_late": one.since < late,
            "rings": ", ".join(names.get(phone, phone.extension) for phone in one.rings),
        }
        for one in waiting
    ]


def _readable(number: str) -> str:
    return phones.readable(number) if number.startswith("+") else number or _("hidden number")


def _masked(number: str) -> str:
    """Whoever walks by reads no client's number from the wall."""
    return f"••• {number[-4:-2]}-{number[-2:]}" if len(number) > 6 else _("hidden number")


def _queues(
    by_queue: Mapping[str, Figures], waiting: Sequence[Live], scope: Scope, demanded: FloorRules
) -> list[dict[str, Any]]:
    wait = {one.queue for one in waiting}
    codes = sorted({*by_queue, *wait}, key=lambda code: queue_name(code, scope.queues).casefold())
    return [
        {
            "name": queue_name(code, scope.queues),
            "waiting": sum(one.queue == code for one in waiting),
            **shown(by_queue.get(code, Figures()), demanded),
        }
        for code in codes
    ]


def _people(scope: Scope, folds: Folds) -> list[dict[str, Any]]:
    """By state; whoever has been in it longest first."""
    found = states()
    people = Person.objects.filter(pk__in=found).values_list("pk", "full_name", "department_id")
    moment = clock.now()
    groups: dict[Kind, list[tuple[State, int, str]]] = {kind: [] for kind in _ORDER}
    for pk, name, department_id in people:
        if scope.is_whole or department_id == scope.department_id:
            groups[found[pk].kind].append((found[pk], pk, name))
    names = _names()
    return [
        {
            "kind": kind.value,
            "name": names[kind],
            "count": len(group),
            "people": _lines(folds.drawn(_longest_first(group, moment), kind), moment),
            "rest": folds.rest(group, kind),
        }
        for kind, group in groups.items()
        if group
    ]


def _longest_first(group: Sequence[tuple[State, int, str]], moment: datetime) -> list[tuple[State, int, str]]:
    return sorted(group, key=lambda one: (not one[0].is_too_long(moment), one[0].since, one[1]))


def _lines(group: Sequence[tuple[State, int, str]], moment: datetime) -> list[dict[str, Any]]:
    return [
        {
            "pk": pk,
            "name": name,
            "since": state.since.isoformat(),
            "reason": state.reason,
            "is_too_long": state.is_too_long(moment),
            "on_break": state.kind == Kind.BREAK,
        }
        for state, pk, name in group
    ]


_ORDER = (Kind.READY, Kind.BUSY, Kind.AFTER_CALL, Kind.BREAK, Kind.AWAY)


def _names() -> dict[Kind, str]:
    return {
        Kind.READY: _("Are ready"),
        Kind.BUSY: _("On the phone"),
        Kind.AFTER_CALL: _("After-call work"),
        Kind.BREAK: _("On a break"),
        Kind.AWAY: _("Away"),
    }


def _tone(share: int, demanded: int) -> str:
    return "good" if share >= demanded else "warn" if share >= demanded - 10 else "bad"


def _bar(hour: datetime, figures: Figures, highest: int) -> dict[str, Any]:
    def height(number: int) -> str:
        return f"{100 * number / highest:.1f}"

    share = figures.share_in_time
    said = _("{hour}: {offered} calls, {answered} answered, {share} in time, {given_up} given up")
    return {
        "hour": f"{clock.local(hour):%H}",
        "in_time": height(figures.in_time),
        "later": height(figures.answered - figures.in_time),
        "given_up": height(figures.given_up),
        "said": said.format(
            hour=hour_name(hour),
            offered=figures.offered,
            answered=figures.answered,
            share="—" if share is None else f"{share} %",
            given_up=figures.given_up,
        ),
    }
