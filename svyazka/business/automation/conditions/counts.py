"""How often something has happened with the deal or the client lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked
from svyazka.business.automation.action import Case
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.conditions.saying import EVENT
from svyazka.business.clients.models import Interaction
from svyazka.business.visits.models import VisitMove
from svyazka.kit import clock

_MISSED = Q(kind="call", direction="in", data__result__in=["missed", "busy"])
LINES = {
    "missed": _MISSED,
    "calls": Q(kind="call") & ~_MISSED,
    "messages_in": Q(kind="message", direction="in"),
    "messages_out": Q(kind="message", direction="out"),
    "forms": Q(kind="form"),
    "stages": Q(kind="stage"),
    "appointed": Q(kind="appointed"),
}
WHAT = (
    ("missed", _("missed calls")),
    ("calls", _("calls that were answered")),
    ("messages_in", _("messages from the client")),
    ("messages_out", _("messages to the client")),
    ("forms", _("requests from forms")),
    ("stages", _("moves to another stage")),
    ("appointed", _("times that somebody else became responsible")),
    ("visit_moves", _("times that a visit was moved")),
)


class HowOften:
    code: ClassVar[str] = "how_often"
    title: ClassVar[Any] = _("How often something has happened")
    group: ClassVar[Any] = EVENT

    def form(self, _given: Mapping[str, Any]) -> Sequence[Ask]:
        whose = (("deal", _("in this deal")), ("client", _("with this client")))
        how = (("least", _("at least")), ("most", _("at most")))
        return [
            Ask("what", "choice", _("What"), choices=WHAT, required=True),
            Ask("whose", "choice", _("Where"), choices=whose, required=True, initial="deal"),
            Ask("how", "choice", _("How"), choices=how, required=True, initial="least"),
            Ask("times", "whole", _("How many times"), required=True, least=0, most=1000, initial="3"),
            Ask("days", "whole", _("Over the last so many days"), required=True, least=1, most=366, initial="30"),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        said = {
            ("deal", "least"): gettext("{what} in this deal within {days} d: {times} at least"),
            ("deal", "most"): gettext("{what} in this deal within {days} d: {times} at most"),
            ("client", "least"): gettext("{what} with this client within {days} d: {times} at least"),
            ("client", "most"): gettext("{what} with this client within {days} d: {times} at most"),
        }[given["whose"], given["how"]]
        return said.format(what=dict(WHAT)[given["what"]], days=given["days"], times=given["times"])

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        number = case.deal if given["whose"] == "deal" else case.client
        if number is None:
            return False
        found = _count(given["what"], given["whose"], number.pk, timedelta(days=given["days"]), given["times"] + 1)
        return bool(found >= given["times"] if given["how"] == "least" else found <= given["times"])

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        return None


def _count(what: str, whose: str, number: int, within: timedelta, most: int) -> int:
    """No further than it matters."""
    since = clock.now() - within
    if what == "visit_moves":
        return VisitMove.objects.filter(**{f"visit__{whose}_id": number}, at__gte=since)[:most].count()
    lines = Interaction.objects.filter(**{f"{whose}_id": number}, at__gte=since)
    return lines.filter(LINES[what])[:most].count()
