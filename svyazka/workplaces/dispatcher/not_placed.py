"""Whom a plan has no time for, each with the reason, and with what can be done about it one click away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals.models import Deal
from svyazka.business.visits.directions import street_of
from svyazka.business.visits.models import Proposal, Visit, VisitKind, Waiting
from svyazka.business.visits.planning import left_out
from svyazka.kit import clock
from svyazka.workplaces.shared.short import Short

SHOWN = 50
_WHY_NOT: Mapping[str, Promise] = {
    "chain": gettext_lazy("what has to come first is not planned, or over too late"),
    "team": gettext_lazy("the several people whom it needs are not free at the same time"),
    "skill": gettext_lazy("nobody who can do such work is there on that day"),
    "territory": gettext_lazy("whoever can do such work does not go to that district"),
    "hours": gettext_lazy("the time that the client was told lies in nobody's working hours"),
    "locked": gettext_lazy("whoever could come has locked visits then"),
    "room": gettext_lazy("nobody is free at the time that the client was told"),
    "free": gettext_lazy("there is room for it: book it by hand"),
}


_WHY_NOT_WAITING: Mapping[str, Promise] = {
    "hours": gettext_lazy("when the client can be visited, nobody who could come works"),
    "locked": gettext_lazy("whoever could come has locked visits when it suits the client"),
    "room": gettext_lazy("nobody is free when it suits the client"),
}


@dataclass(frozen=True)
class Line:
    url: str
    client: str
    said: str
    why: str


def shown(proposal: Proposal, short: Short) -> list[Line]:
    """Who has a time by now, or waits no more, is not among them."""
    given = proposal.unplaced[:SHOWN]
    visits, entries, deals = _visits(given), _entries(given), _deals(given)
    kinds = VisitKind.objects.in_bulk({one["kind"] for one in given if "kind" in one})
    found = []
    for one in given:
        others = [visits[pk] for pk in one["instead_of"] if pk in visits]
        if visit := visits.get(one.get("visit")):
            said = f"{visit.kind}, {short.moment(visit.starts_at)}, {street_of(visit.address)}"
            found.append(Line(reverse("visit", args=[visit.pk]), visit.client.name, said, _why_not(one, others)))
        elif entry := entries.get(one.get("waiting")):
            said = f"{entry.kind}, {_('waits for a window')}, {street_of(entry.address)}"
            url = reverse("waiting_entry", args=[entry.pk])
            found.append(Line(url, entry.client.name, said, _why_not(one, others)))
        elif deal := deals.get((one.get("deal"), one.get("kind"))):
            kind = kinds[one["kind"]]
            said = ", ".join(filter(None, (kind.name, _("the stage wants a visit"), street_of(deal.address))))
            url = f"{reverse('waiting_new', args=[deal.pk])}?kind={kind.code}"
            found.append(Line(url, deal.client.name, said, _why_not(one, others)))
    return found


def _visits(given: Sequence[Mapping[str, Any]]) -> dict[Any, Visit]:
    wanted = {one.get("visit") for one in given} | {other for one in given for other in one["instead_of"]}
    return Visit.objects.select_related("client", "kind", "resource").in_bulk(wanted - {None})


def _entries(given: Sequence[Mapping[str, Any]]) -> dict[Any, Waiting]:
    waits = Waiting.objects.filter(state=Waiting.State.OPEN).select_related("client", "kind")
    return waits.in_bulk({one["waiting"] for one in given if "waiting" in one})


def _deals(given: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, Any], Deal]:
    """By deal and kind: those for which still nobody has done anything."""
    pairs = {(one["deal"], one["kind"]) for one in given if "deal" in one}
    numbers = [deal for deal, _kind in pairs]
    deals = Deal.objects.filter(closed_at=None).select_related("client").in_bulk(numbers)
    pairs -= set(Waiting.objects.filter(deal__in=numbers, state=Waiting.State.OPEN).values_list("deal", "kind"))
    pairs -= set(Visit.objects.still_on().filter(deal__in=numbers).values_list("deal", "kind"))
    return {(deal, kind): deals[deal] for deal, kind in pairs if deal in deals}


def _why_not(one: Mapping[str, Any], others: Sequence[Visit]) -> str:
    reason = one["reason"]
    said = str({**_WHY_NOT, **left_out.WHY}.get(reason, ""))
    if "waiting" in one:
        said = str(_WHY_NOT_WAITING.get(reason, said))
    if others:
        names = ", ".join(f"{other.client.name} ({clock.local(other.starts_at):%H:%M})" for other in others)
        said += "; " + _("it would go if another time were agreed with {clients}").format(clients=names)
    return said
