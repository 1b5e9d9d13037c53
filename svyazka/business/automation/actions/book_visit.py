"""The first window that fits is booked, or held for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, choices, texts
from svyazka.business.automation.action import CannotAct, Case, Done
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.journal.record import Actor
from svyazka.business.visits import booking, holding
from svyazka.business.visits.models import Visit, VisitKind
from svyazka.business.visits.offering import Offered
from svyazka.kit import clock

BOOK, HOLD = "book", "hold"
HELD_FOR = timedelta(hours=4)


class BookVisit:
    code: ClassVar[str] = "book"
    title: ClassVar[Any] = _("Book a visit")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        how = ((BOOK, _("booked at once")), (HOLD, _("held for four hours, until somebody has asked the client")))
        return [
            Ask("kind", "visit_kind", _("Which visit"), required=True),
            Ask("days", "whole", _("Within how many days"), required=True, least=1, most=60, initial=7),
            Ask("how", "choice", _("The first window that fits is"), choices=how, required=True, initial=HOLD),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        kind = choices.label("visit_kind", given["kind"])
        said = gettext("book “{kind}”") if given["how"] == BOOK else gettext("hold a window for “{kind}”")
        within = ngettext("within {count} day", "within {count} days", given["days"]).format(count=given["days"])
        return f"{said.format(kind=kind or given['kind'])} {within}"

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        if given["how"] == HOLD:
            return frozenset({"visits.held"})
        stages = Stage.objects.filter(code__in=VisitKind.objects.filter(code=given["kind"]).values("booked_stage"))
        return frozenset({"visits.booked", *(f"stage:{number}" for number in stages.values_list("pk", flat=True))})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        deal, kind = case.its_deal, _kind(given)
        if already := _planned(deal, kind):
            return gettext("nothing: it is booked already, {moment}").format(moment=texts.moment(already.starts_at))
        return _in_words(given, _first(deal, kind, given["days"]))

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        deal, kind = case.its_deal, _kind(given)
        if already := _planned(deal, kind):
            said = gettext("nothing: it is booked already, {moment}").format(moment=texts.moment(already.starts_at))
            return Done(said, {"visit": already.pk})
        found = _first(deal, kind, given["days"])
        made = _take(given, deal, kind, found, uuid5(NAMESPACE_URL, f"automation/{case.key}"), by=by)
        return Done(_in_words(given, found), made)


def _take(
    given: Mapping[str, Any], deal: Deal, kind: VisitKind, found: Offered, request_id: UUID, *, by: Actor
) -> dict[str, Any]:
    place: dict[str, Any] = {"request_id": request_id, "by": by, "is_within": True}
    if given["how"] == HOLD:
        held = holding.hold(deal, kind, found.resource, found.starts_at, lasts=HELD_FOR, **place)
        return {"hold": str(held.request_id)}
    return {"visit": booking.book(deal, kind, found.resource, found.starts_at, **place).pk}


def _kind(given: Mapping[str, Any]) -> VisitKind:
    found = VisitKind.objects.filter(code=given["kind"]).first()
    if found is None:
        raise CannotAct(gettext("The kind of visits that the rule names is gone."))
    return found


def _planned(deal: Deal, kind: VisitKind) -> Visit | None:
    return Visit.objects.filter(deal=deal, kind=kind, status__in=Visit.MOVABLE, starts_at__gte=clock.now()).first()


def _first(deal: Deal, kind: VisitKind, days: int) -> Offered:
    if not deal.is_open:
        raise CannotAct(gettext("The deal is closed."))
    until = clock.now() + timedelta(days=days)
    offer = booking.others(deal, kind)
    within = sorted((one for one in offer.windows if one.starts_at <= until), key=lambda one: one.starts_at)
    if within:
        return within[0]
    why = "; ".join(map(str, offer.why_not))
    said = ngettext("No window within {count} day.", "No window within {count} days.", days).format(count=days)
    raise CannotAct(f"{said} {why}".strip())


def _in_words(given: Mapping[str, Any], found: Offered) -> str:
    said = gettext("booked: {moment}, {who}") if given["how"] == BOOK else gettext("held: {moment}, {who}")
    return said.format(moment=texts.moment(found.starts_at), who=found.resource.name)
