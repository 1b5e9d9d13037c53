"""What is asked of the deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, choices
from svyazka.business.automation.action import Case
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.conditions.saying import DEAL, IS, OneOf
from svyazka.business.deals.models import Deal, HandOff, Stage
from svyazka.kit import clock, money

LEAST, MOST, KNOWN, UNKNOWN = "least", "most", "known", "unknown"


class StandsAt(OneOf):
    code = "stage"
    title = _("Stage")
    kind = "stage"
    column = "stage_id"

    def value_of(self, case: Case) -> Any:
        return case.deal.stage_id if case.deal else None


class FromPipeline(OneOf):
    code = "pipeline"
    title = _("Pipeline")
    kind = "pipeline"
    column = "pipeline__code"

    def value_of(self, case: Case) -> Any:
        return case.deal.pipeline.code if case.deal else None


class OfSource(OneOf):
    code = "source"
    title = _("Source")
    kind = "source"
    column = "source__code"

    def value_of(self, case: Case) -> Any:
        return case.deal.source.code if case.deal and case.deal.source else None


class OfDepartment(OneOf):
    code = "department"
    title = _("Department")
    kind = "department"
    column = "department__code"

    def value_of(self, case: Case) -> Any:
        return case.deal.department.code if case.deal and case.deal.department else None


class DealState(OneOf):
    code = "state"
    title = _("State of the deal")
    kind = "choice"
    offered = (("open", _("open")), ("won", _("won")), ("lost", _("lost")), ("set_aside", _("set aside")))

    def value_of(self, case: Case) -> Any:
        if case.deal is None:
            return None
        if case.deal.is_open:
            return "open"
        return "set_aside" if case.deal.is_set_aside else case.deal.stage.kind

    def narrowed(self, given: Mapping[str, Any]) -> Q:
        states = {
            "open": Q(closed_at=None),
            "set_aside": Q(closed_at__isnull=False, stage__kind=Stage.Kind.OPEN),
            "won": Q(stage__kind=Stage.Kind.WON),
            "lost": Q(stage__kind=Stage.Kind.LOST),
        }
        found = Q(pk__in=[])
        for one in given["values"]:
            found |= states[one]
        return found if given["how"] == IS else ~found


class Amount:
    code: ClassVar[str] = "amount"
    title: ClassVar[Any] = _("Amount of the deal")
    group: ClassVar[Any] = DEAL

    def form(self, _given: Mapping[str, Any]) -> Sequence[Ask]:
        how = ((LEAST, _("is at least")), (MOST, _("is at most")), (KNOWN, _("is known")), (UNKNOWN, _("is not known")))
        return [
            Ask("how", "choice", _("How"), choices=how, required=True, initial=LEAST),
            Ask("amount", "money", _("Amount"), required=True, shown_when=("how", (LEAST, MOST))),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        said = {
            LEAST: gettext("the amount is at least {amount}"),
            MOST: gettext("the amount is at most {amount}"),
            KNOWN: gettext("the amount is known"),
            UNKNOWN: gettext("the amount is not known"),
        }[given["how"]]
        return said.format(amount=money.shown(Decimal(given["amount"])) if given["amount"] else "")

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        amount = case.deal.amount if case.deal else None
        if given["how"] in (KNOWN, UNKNOWN):
            return bool((amount is not None) == (given["how"] == KNOWN))
        if amount is None:
            return False
        bound = Decimal(given["amount"])
        return amount >= bound if given["how"] == LEAST else amount <= bound

    def narrowed(self, given: Mapping[str, Any]) -> Q:
        if given["how"] in (KNOWN, UNKNOWN):
            return Q(amount__isnull=given["how"] == UNKNOWN)
        return Q(**{"amount__gte" if given["how"] == LEAST else "amount__lte": Decimal(given["amount"])})


class Age:
    """Since it was opened, or stands at its stage."""

    code: ClassVar[str] = "age"
    title: ClassVar[Any] = _("Age of the deal")
    group: ClassVar[Any] = DEAL

    def form(self, _given: Mapping[str, Any]) -> Sequence[Ask]:
        since = (("opened_at", _("since it was opened")), ("stage_since", _("since it came to its stage")))
        how = ((LEAST, _("is at least")), (MOST, _("is at most")))
        return [
            Ask("since", "choice", _("Counted from"), choices=since, required=True, initial="opened_at"),
            Ask("how", "choice", _("How"), choices=how, required=True, initial=LEAST),
            Ask("minutes", "minutes", _("How long"), required=True, least=1),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        said = {
            ("opened_at", LEAST): gettext("the deal was opened {time} ago or earlier"),
            ("opened_at", MOST): gettext("the deal was opened within the last {time}"),
            ("stage_since", LEAST): gettext("the deal has stood at its stage for {time} or longer"),
            ("stage_since", MOST): gettext("the deal came to its stage within the last {time}"),
        }[given["since"], given["how"]]
        return said.format(time=in_words(given["minutes"]))

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        if case.deal is None:
            return False
        age = clock.now() - getattr(case.deal, given["since"])
        bound = timedelta(minutes=given["minutes"])
        return bool(age >= bound if given["how"] == LEAST else age <= bound)

    def narrowed(self, given: Mapping[str, Any]) -> Q:
        bound = clock.now() - timedelta(minutes=given["minutes"])
        return Q(**{f"{given['since']}__{'lte' if given['how'] == LEAST else 'gte'}": bound})


class Responsible:
    code: ClassVar[str] = "responsible"
    title: ClassVar[Any] = _("Responsible person")
    group: ClassVar[Any] = DEAL

    def form(self, _given: Mapping[str, Any]) -> Sequence[Ask]:
        how = ((IS, _("is one of")), ("is_not", _("is none of")), ("nobody", _("nobody")), ("somebody", _("somebody")))
        named = ("how", (IS, "is_not"))
        return [
            Ask("how", "choice", _("How"), choices=how, required=True, initial=IS),
            Ask("people", "person", _("Who"), many=True, required=True, shown_when=named),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        if given["how"] == "nobody":
            return gettext("nobody is responsible for the deal")
        if given["how"] == "somebody":
            return gettext("somebody is responsible for the deal")
        named = choices.labels("person", given["people"])
        said = gettext("{people} is responsible") if given["how"] == IS else gettext("{people} is not responsible")
        return said.format(people=gettext(" or ").join(named))

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        if case.deal is None:
            return False
        who = case.deal.responsible_id
        return {
            IS: who in given["people"],
            "is_not": who not in given["people"],
            "nobody": who is None,
            "somebody": who is not None,
        }[given["how"]]

    def narrowed(self, given: Mapping[str, Any]) -> Q:
        if given["how"] in ("nobody", "somebody"):
            return Q(responsible__isnull=given["how"] == "nobody")
        is_one = Q(responsible__in=given["people"])
        return is_one if given["how"] == IS else ~is_one | Q(responsible=None)


class OnTheWay:
    """How the deal hangs together with those of other departments."""

    code: ClassVar[str] = "family"
    title: ClassVar[Any] = _("Handed on between departments")
    group: ClassVar[Any] = DEAL
    HOW = (
        ("first", _("it came from no other department")),
        ("linked", _("it was handed on from another department")),
        ("handed_on", _("it has been handed on to another department")),
        ("only", _("it is the only open deal of its client")),
        ("besides", _("its client has other open deals")),
    )

    def form(self, _given: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("how", "choice", self.title, choices=self.HOW, required=True)]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        return str(dict(self.HOW)[given["how"]])

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        deal, how = case.deal, given["how"]
        if deal is None:
            return False
        if how in ("first", "linked"):
            return bool((deal.parent_id is None) == (how == "first"))
        if how == "handed_on":
            on_the_way = (HandOff.State.WAITING, HandOff.State.ACCEPTED)
            return HandOff.objects.filter(deal=deal, state__in=on_the_way).exists()
        others = Deal.objects.still_open().filter(client_id=deal.client_id).exclude(pk=deal.pk).exists()
        return bool(others == (how == "besides"))

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        if given["how"] in ("first", "linked"):
            return Q(parent__isnull=given["how"] == "first")
        return None


def in_words(minutes: int) -> str:
    """In whole days, hours or minutes."""
    if minutes % 1440 == 0:
        return gettext("{number} d").format(number=minutes // 1440)
    if minutes % 60 == 0:
        return gettext("{number} h").format(number=minutes // 60)
    return gettext("{number} min").format(number=minutes)
