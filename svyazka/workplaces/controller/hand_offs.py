"""How hand-offs between the departments go, in figures, and those that wait for an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.clients.naming import called_by
from svyazka.business.deals.handing import hand_off_figures as figures
from svyazka.business.deals.handing.hand_off_figures import Pair, Waiting
from svyazka.business.deals.models import Pipeline
from svyazka.kit import clock, rows
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

USUAL_DAYS = 30
DAYS = (7, USUAL_DAYS, 90, 365)
# What the table can be sorted by; what is not known yet comes last.
SORTS: dict[str, tuple[Any, Callable[[Pair], Any]]] = {
    "legs": (gettext_lazy("Hand-offs"), lambda pair: pair.legs),
    "answered": (gettext_lazy("Answer, median"), lambda pair: pair.answered_usually),
    "answered_at_most": (gettext_lazy("Answer, 90 %"), lambda pair: pair.answered_at_most),
    "done": (gettext_lazy("Whole way, median"), lambda pair: pair.done_usually),
    "done_at_most": (gettext_lazy("Whole way, 90 %"), lambda pair: pair.done_at_most),
    "returned": (gettext_lazy("Returns"), lambda pair: pair.share_returned),
    "ping_pong": (gettext_lazy("Ping-pong"), lambda pair: pair.ping_pong),
}


@dataclass(frozen=True)
class Chosen:
    """The time and the order, as they stand in the address."""

    days: int = USUAL_DAYS
    sort: str = "legs"
    ascending: bool = False

    def address(self, **other: Any) -> str:
        given = {**vars(self), **other}
        usual = vars(Chosen())
        named = {name: int(value) if value is True else value for name, value in given.items() if value != usual[name]}
        return "/problems/hand-offs/" + (f"?{urlencode(named)}" if named else "")


@needs("hand_offs.see")
def hand_offs(request: PageRequest) -> HttpResponse:
    chosen, pipelines = _chosen(request), rows.read(Pipeline, "order by position, id")
    since = clock.now() - timedelta(days=chosen.days)
    names, short = {one.pk: one.name for one in pipelines}, Short()
    context = {
        "pipelines": pipelines,
        "heads": _heads(chosen),
        "times": [_time(days, chosen) for days in DAYS],
        "pairs": [_pair(one, names, short) for one in _sorted(figures.pairs(since=since), chosen)],
        "reasons": [
            {"words": one.words, "legs": str(one.legs), "way": _way(one.from_id, one.to_id, names)}
            for one in figures.reasons(since=since)
        ],
        **_waiting("", names, short),
    }
    return render(request, "controller/hand_offs.html", context)


@needs("hand_offs.see")
def waiting(request: PageRequest) -> HttpResponse:
    """Those that wait, again or further ones."""
    after = request.GET.get("after", "")[:100].replace("\x00", "")
    names = {one.pk: one.name for one in rows.read(Pipeline, "order by position, id")}
    template = "controller/hand_offs_later.html" if after else "controller/hand_offs_waiting.html"
    return render(request, template, _waiting(after, names, Short()))


def _waiting(after: str, names: Mapping[int, str], short: Short) -> dict[str, Any]:
    found = figures.waiting(after=after)
    return {
        "legs": [_leg(one, names, short) for one in found.legs],
        "more_url": "/problems/hand-offs/waiting/?" + urlencode({"after": found.after}) if found.after else "",
        "waiting_count": "" if after else str(figures.count_waiting()),
    }


def _leg(one: Waiting, names: Mapping[int, str], short: Short) -> dict[str, Any]:
    times = ngettext("handed on {count} time", "handed on {count} times", one.leg).format(count=one.leg)
    return {
        "deal": str(one.deal_id),
        "client": called_by(one.client_id, one.client_name, one.contact),
        "way": _way(one.from_id, one.to_id, names),
        "leg": str(one.leg),
        "times": times if one.leg > 1 else "",
        "person": one.person or "",
        "waits": short.age(one.handed_at),
        "due": short.moment(one.due_at),
        "late": one.due_at < short.now,
    }


def _pair(pair: Pair, names: Mapping[int, str], short: Short) -> dict[str, Any]:
    spans = (pair.answered_usually, pair.answered_at_most, pair.done_usually, pair.done_at_most)
    said = ["—" if span is None else short.span(span) for span in spans]
    return {
        "way": _way(pair.from_id, pair.to_id, names),
        "legs": str(pair.legs),
        "spans": list(zip(_names_of_spans(), said, strict=True)),
        "returned": str(pair.returned),
        "share": f"{round(100 * pair.share_returned)}\u00a0%" if pair.returned else "",
        "ping_pong": str(pair.ping_pong),
    }


def _names_of_spans() -> list[str]:
    return [str(SORTS[code][0]) for code in ("answered", "answered_at_most", "done", "done_at_most")]


def _sorted(found: Sequence[Pair], chosen: Chosen) -> list[Pair]:
    key = SORTS[chosen.sort][1]
    known = [pair for pair in found if key(pair) is not None]
    unknown = [pair for pair in found if key(pair) is None]
    return sorted(known, key=key, reverse=not chosen.ascending) + unknown


def _heads(chosen: Chosen) -> list[dict[str, Any]]:
    heads = []
    for code, (title, _key) in SORTS.items():
        here = code == chosen.sort
        way = ("ascending" if chosen.ascending else "descending") if here else ""
        url = chosen.address(sort=code, ascending=here and not chosen.ascending)
        heads.append({"title": title, "way": way, "url": url})
    return heads


def _time(days: int, chosen: Chosen) -> dict[str, Any]:
    name = _("A year") if days == 365 else ngettext("{n} day", "{n} days", days).format(n=days)
    return {"name": name, "url": chosen.address(days=days), "here": days == chosen.days}


def _chosen(request: HttpRequest) -> Chosen:
    days, sort = request.GET.get("days", ""), request.GET.get("sort", "")
    return Chosen(
        days=next((one for one in DAYS if str(one) == days), USUAL_DAYS),
        sort=sort if sort in SORTS else "legs",
        ascending=request.GET.get("ascending") == "1",
    )


def _way(from_id: int, to_id: int, names: Mapping[int, str]) -> str:
    return f"{names.get(from_id, '')} → {names.get(to_id, '')}"
