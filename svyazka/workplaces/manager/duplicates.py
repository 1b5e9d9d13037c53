"""Who may be one and the same client: decided one by one, or many at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.clients.models import Source
from svyazka.business.duplicates import deciding, listing
from svyazka.business.duplicates.listing import COUNTED, PAGE, SORTS, STATES, WHOSE, Narrowed
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager.tasks import moment_chosen, soon
from svyazka.workplaces.shared import shell, suspected
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number, whole_numbers

MOST_AT_ONCE = PAGE * 5


@dataclass(frozen=True)
class Chosen:
    """As it stands in the address; what is usual is left out."""

    whose: str = "all"
    state: str = "open"
    sort: str = "certain"
    source: str = ""
    search: str = ""
    band: str = ""

    @property
    def narrowed(self) -> Narrowed:
        return Narrowed(
            whose=self.whose,
            state=self.state,
            sort=self.sort,
            source_id=whole_number(self.source),
            search_id=whole_number(self.search),
            band=self.band,
        )

    def address(self, **other: str) -> str:
        usual = {**vars(Chosen()), "whose": "", "after": ""}
        given = {name: value for name, value in {**vars(self), **other}.items() if value != usual[name]}
        return "/duplicates/" + (f"?{urlencode(given)}" if given else "")


@needs("clients.see")
def duplicates(request: PageRequest) -> HttpResponse:
    """Without a word of whose: those whose task is one's own, while there are any."""
    own = listing.count(request.person, Narrowed(whose="mine"))
    chosen = _chosen(request.GET, usual="mine" if own else "all")
    after = request.GET.get("after", "")[:100].replace("\x00", "")
    found = listing.list_suspicions(request.person, chosen.narrowed, after=after)
    context: dict[str, Any] = {
        "cards": suspected.cards(found.lines),
        "more_url": chosen.address(after=found.after) if found.after else "",
        "decides": roles.may(request.person, "clients.change"),
        "state": chosen.state,
    }
    if after:
        return render(request, "manager/duplicates/lines.html", context)
    context |= {
        "chosen": chosen,
        "tabs": _tabs(chosen, own, request.person),
        "sorts": [(code, name, code == chosen.sort) for code, name in _sorts()],
        "sources": Source.objects.filter(pk__in=listing.sources_in_use()).order_by("pk"),
        "everything_url": chosen.address(source="", search="", band=""),
    }
    return render(request, "manager/duplicates/list.html", context)


@needs("clients.see")
def duplicate(request: PageRequest, pk: int) -> HttpResponse:
    """One of them by itself: where a task leads to."""
    context = {"cards": suspected.cards([_found(pk)]), "decides": roles.may(request.person, "clients.change")}
    return render(request, "manager/duplicates/page.html", context)


@needs("clients.change")
def count(request: PageRequest) -> HttpResponse:
    """The number in the frame."""
    return HttpResponse(shell.shown_count(listing.count(request.person, Narrowed(whose="mine"))))


@needs("clients.see")
def of_client(request: PageRequest, pk: int) -> HttpResponse:
    """The banner on his page, when it has changed."""
    return render(request, "shared/suspected.html", suspected.of_client(pk))


@needs("clients.change", "POST")
def decision(request: PageRequest, pk: int) -> HttpResponse:
    given = _found(pk).suspicion
    if request.POST.get("is") == "later":
        return _put_off(request, given)
    _decide(given, request.POST.get("is", ""), by=request.person)
    return _said(request, [str(pk)], _DONE[request.POST["is"]]())


@needs("clients.change")
def put_off(request: PageRequest, pk: int) -> HttpResponse:
    """Asks until when."""
    return render(request, "manager/duplicates/later.html", {"number": str(_found(pk).suspicion.pk), "soon": soon()})


@needs("clients.change", "POST")
def taking_back(request: PageRequest) -> HttpResponse:
    """One decision, or all of those that were made at once; the last one first."""
    numbers = whole_numbers(request.POST.getlist("suspicion"))[:MOST_AT_ONCE]
    told: list[str] = []
    for number in sorted(numbers, reverse=True):
        given = _found(number).suspicion
        if given.until and given.state == Suspicion.State.OPEN:
            deciding.later(given, until=None, by=request.person)
        elif (undone := deciding.take_back(given, by=request.person)) and undone.left:
            told.append(_("What somebody has changed since stays as it is."))
    return _said(request, [], " ".join([_("The pair is open again."), *dict.fromkeys(told)]))


@needs("clients.change", "GET", "POST")
def decisions(request: PageRequest) -> HttpResponse:
    """GET says what will happen, POST does it: each by itself, so that one that is refused keeps no other."""
    given = request.POST if request.method == "POST" else request.GET
    how = given.get("is", "")
    numbers = whole_numbers(given.getlist("suspicion"))[:MOST_AT_ONCE]
    if how not in _DECIDE or not numbers:
        raise Refused(_("Choose at least one pair."))
    if request.method != "POST":
        context = {"numbers": [str(one) for one in numbers], "how": how, "words": _will_happen(how, len(numbers))}
        return render(request, "manager/duplicates/sure.html", context)
    done, refused = _decide_all(numbers, how, by=request.person)
    said = _done_at_once(how, len(done))
    if refused:
        left = ngettext("{number} was left out: {why}", "{number} were left out: {why}", len(refused))
        said = f"{said} {left.format(number=len(refused), why=refused[0])}"
    return _said(request, [str(one) for one in done], said)


_DECIDE: dict[str, Callable[..., object]] = {"same": deciding.same, "apart": deciding.apart}
_DONE: dict[str, Callable[[], str]] = {
    "same": lambda: _("Merged: it is one client now."),
    "apart": lambda: _("Two different clients. Nobody is asked again."),
}


def _decide(given: Suspicion, how: str, *, by: Person) -> None:
    if how not in _DECIDE:
        raise Refused(_("Choose an answer."))
    _DECIDE[how](given, by=by)


def _decide_all(numbers: Sequence[int], how: str, *, by: Person) -> tuple[list[int], list[str]]:
    done, refused = [], []
    for given in Suspicion.objects.filter(pk__in=numbers).order_by("-probability", "-pk"):
        try:
            _decide(given, how, by=by)
            done.append(given.pk)
        except Refused as refusal:
            refused.append(str(refusal.message))
    return done, refused


def _put_off(request: PageRequest, given: Suspicion) -> HttpResponse:
    until = moment_chosen(request, "until")
    deciding.later(given, until=until, by=request.person)
    return _said(request, [str(given.pk)], _("Comes back {when}.").format(when=Short().moment(until)))


def _will_happen(how: str, number: int) -> str:
    if how == "same":
        words = ngettext(
            "{number} pair will be merged: of each the client whom we know longer stays, with the deals, calls and"
            " messages of both.",
            "{number} pairs will be merged: of each the client whom we know longer stays, with the deals, calls and"
            " messages of both.",
            number,
        )
    else:
        words = ngettext(
            "{number} pair will be remembered as two different clients. Nobody is asked again.",
            "{number} pairs will be remembered as two different clients each. Nobody is asked again.",
            number,
        )
    return words.format(number=number)


def _done_at_once(how: str, number: int) -> str:
    if how == "same":
        return ngettext("{number} pair merged.", "{number} pairs merged.", number).format(number=number)
    return ngettext(
        "{number} pair: two different clients.", "{number} pairs: two different clients each.", number
    ).format(number=number)


def _said(request: PageRequest, numbers: Sequence[str], said: str) -> HttpResponse:
    """A toast, with the way back; lists and banners hear that they have to be drawn again."""
    html = render_to_string("manager/duplicates/said.html", {"said": said, "numbers": numbers}, request=request)
    return HttpResponse(html, headers={"HX-Trigger": json.dumps({"dialog:close": {}, "suspicions:changed": {}})})


def _found(number: int) -> listing.Line:
    found = listing.numbered(number)
    if found is None:
        raise Http404
    return found


def _chosen(asked: Mapping[str, str], *, usual: str) -> Chosen:
    def one_of(name: str, offered: Sequence[str], otherwise: str) -> str:
        return given if (given := asked.get(name, "")) in offered else otherwise

    state = one_of("state", STATES, "open")
    return Chosen(
        whose=one_of("whose", WHOSE, usual if state == "open" and not asked.get("search") else "all"),
        state=state,
        sort=one_of("sort", SORTS, "certain"),
        source=str(whole_number(asked.get("source")) or ""),
        search=str(whole_number(asked.get("search")) or ""),
        band=one_of("band", Suspicion.Band.values, ""),
    )


def _tabs(chosen: Chosen, own: int, person: Person) -> list[dict[str, Any]]:
    names = {"mine": _("Mine"), "all": _("All")}
    every = listing.count(person, Narrowed())
    counted = {"mine": own, "all": every}
    return [
        {
            "name": names[code],
            "count": f"{COUNTED}+" if counted[code] > COUNTED else str(counted[code]),
            "url": chosen.address(whose=code, state="open"),
            "here": chosen.state == "open" and code == chosen.whose,
        }
        for code in WHOSE
    ] + [
        {"name": name, "url": chosen.address(whose="all", state=code), "here": code == chosen.state}
        for code, name in {"later": _("Put off until later"), "decided": _("Decided")}.items()
    ]


def _sorts() -> list[tuple[str, str]]:
    return [("certain", _("Most certain first")), ("newest", _("Newest first"))]
