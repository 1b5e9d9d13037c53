"""A search for duplicates through the whole base: begun, looked at, merged as a whole, taken back as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.duplicates import listing, merging_found, searching
from svyazka.business.duplicates.listing import Narrowed
from svyazka.business.duplicates.models import Merge, Search, Suspicion
from svyazka.workplaces.shared import suspected
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

LATEST = 30
SAMPLES = 3
State = Search.State
_WORDS = {
    "certain": (
        gettext_lazy("Certain"),
        gettext_lazy("Nothing speaks against it. These can be merged all at once."),
    ),
    "probable": (
        gettext_lazy("Probable"),
        gettext_lazy("Much speaks for it, but not enough to be sure. A person decides."),
    ),
    "doubtful": (
        gettext_lazy("Doubtful"),
        gettext_lazy("They have something in common, and something speaks against it. A person decides."),
    ),
}


@needs("duplicates.search", "GET", "POST")
def searches(request: PageRequest) -> HttpResponse:
    """POST begins one."""
    if request.method == "POST":
        return redirect("duplicate_search", searching.begin(by=request.person).pk)
    short = Short()
    found = Search.objects.select_related("by").order_by("-at", "-pk")[:LATEST]
    lines = [{"search": one, "at": short.moment(one.at), "state": one.get_state_display()} for one in found]
    return render(request, "manager/duplicates/searches.html", {"lines": lines})


@needs("duplicates.search")
def search(request: PageRequest, pk: int) -> HttpResponse:
    return render(request, "manager/duplicates/search.html", _context(_found(pk)))


@needs("duplicates.search")
def now(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is."""
    return render(request, "manager/duplicates/search_now.html", _context(_found(pk)))


@needs("duplicates.search", "POST")
def turn(request: PageRequest, pk: int, what: str) -> HttpResponse:
    TURNS[what](_found(pk), by=request.person)
    return redirect("duplicate_search", pk)


TURNS: dict[str, Callable[..., None]] = {
    "stopping": searching.stop,
    "resuming": searching.resume,
    "merging": merging_found.merge_certain,
    "undoing": merging_found.undo_all,
}


def _found(pk: int) -> Search:
    return get_object_or_404(Search.objects.select_related("by"), pk=pk)


def _context(given: Search) -> dict[str, Any]:
    figures, short = searching.figures(given), Short()
    merged = Merge.objects.filter(search_id=given.pk, undone_at=None).count()
    return {
        "search": given,
        "title": _title(given),
        "by": given.by.full_name,
        "at": short.moment(given.at),
        "ended": short.moment(given.ended_at) if given.ended_at else "",
        "merged": merged,
        "every": given.clients if given.state == State.SEARCHING else merged + figures["certain"]["open"],
        "handled": given.looked_at if given.state == State.SEARCHING else merged,
        "bands": [] if given.is_at_work else [_band(given, band, figures[band]) for band in Suspicion.Band.values],
        "mergeable": figures["certain"]["open"],
    }


def _title(given: Search) -> str:
    return {
        State.SEARCHING: _("The base is being looked through"),
        State.MERGING: _("What is certain is being merged"),
        State.UNDOING: _("The merges are being undone"),
    }.get(State(given.state), "")


def _band(given: Search, band: str, figures: dict[str, int]) -> dict[str, Any]:
    title, meaning = _WORDS[band]
    narrowed = Narrowed(search_id=given.pk, band=band)
    return {
        "band": band,
        "title": title,
        "meaning": meaning,
        "open": figures["open"],
        "same": figures["same"],
        "apart": figures["apart"],
        "samples": suspected.cards(listing.sample(narrowed, most=SAMPLES)) if figures["open"] else [],
        "url": f"/duplicates/?whose=all&search={given.pk}&band={band}",
    }
