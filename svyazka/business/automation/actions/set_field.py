"""A field gets a value, or none any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, texts
from svyazka.business.automation.action import CannotAct, Case, Done
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.known import client_facts, facts, values
from svyazka.business.deals.models import Field
from svyazka.business.journal.record import Actor
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

VALUE, EMPTY, TODAY, SUM = "value", "empty", "today", "sum"
DEAL, CLIENT = "deal", "client"


class SetField:
    code: ClassVar[str] = "set"
    title: ClassVar[Any] = _("Set a field")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        holder = CLIENT if given.get("holder") == CLIENT else DEAL
        whose = ((DEAL, _("of the deal")), (CLIENT, _("of the client")))
        own = (("amount", facts.OWN["amount"]), ("address", facts.OWN["address"])) if holder == DEAL else ()
        how = (
            (VALUE, _("to this value")),
            (TODAY, _("to the day on which it happens")),
            (SUM, _("to the sum that was paid")),
            (EMPTY, _("to nothing")),
        )
        return [
            Ask("holder", "choice", _("Whose field"), choices=whose, required=True, initial=DEAL),
            Ask("field", "field", _("Which field"), holder=holder, first=own, required=True),
            Ask("how", "choice", _("What it is set to"), choices=how, required=True, initial=VALUE),
            Ask("value", "value", _("Value"), of="field", required=True, shown_when=("how", (VALUE,))),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        read = asked.read(self.form(typed), typed)
        field = _field_of(read)
        if field is None:
            return read
        if read["how"] == TODAY and field.kind not in (Field.Kind.DATE, Field.Kind.MOMENT):
            said = _("Only a date can be set so.")
            raise Refused(said, fields={"how": said})
        if read["how"] == SUM and field.kind != Field.Kind.MONEY:
            said = _("Only an amount of money can be set so.")
            raise Refused(said, fields={"how": said})
        if read["how"] == VALUE:
            try:
                values.read(field, read["value"])
            except Refused as refusal:
                raise Refused(refusal.message, fields={"value": refusal.message}) from refusal
        return read

    def words(self, given: Mapping[str, Any]) -> str:
        field = _field_of(given)
        name = facts.name_of(given["field"]) if given["field"] in facts.OWN else field.name if field else given["field"]
        if given["how"] == EMPTY:
            return gettext("empty “{field}”").format(field=name)
        told = {TODAY: gettext("the day on which it happens"), SUM: gettext("the sum that was paid")}
        value = told.get(given["how"]) or _shown(field, given["value"])
        return gettext("set “{field}” to {value}").format(field=name, value=value)

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({f"field:{given['field']}"})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        _insist_there(given, case)
        return self.words(given)

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        _insist_there(given, case)
        typed = {given["field"]: _typed(given, case)}
        try:
            if case.deal:
                facts.change(case.deal, typed, by=by)
            else:
                client_facts.change(case.its_client, {}, typed, by=by)
        except Refused as refusal:
            raise CannotAct(" ".join(map(str, refusal.fields.values())) or str(refusal.message)) from refusal
        return Done(self.words(given), {"field": given["field"]})


def _typed(given: Mapping[str, Any], case: Case) -> str:
    if given["how"] == EMPTY:
        return ""
    if given["how"] == VALUE:
        return str(given["value"])
    if given["how"] == SUM:
        return _sum(case)
    field, at = _field_of(given), clock.local(case.event.at)
    return at.isoformat() if field and field.kind == Field.Kind.MOMENT else at.date().isoformat()


def _sum(case: Case) -> str:
    amount = case.event.data.get("amount")
    if amount is None:
        raise CannotAct(gettext("It is about no sum."))
    return str(amount)


def _insist_there(given: Mapping[str, Any], case: Case) -> None:
    if given["holder"] == DEAL:
        _deal = case.its_deal
    else:
        _client = case.its_client
    if _field_of(given) is None:
        raise CannotAct(gettext("The field that the rule names is gone."))


def _field_of(given: Mapping[str, Any]) -> Field | None:
    code = given["field"]
    if code in facts.OWN_FIELDS:
        return facts.OWN_FIELDS[code]
    return Field.objects.filter(code=code, of=given["holder"]).first()


def _shown(field: Field | None, typed: str) -> str:
    try:
        return texts.in_words(field, values.plain(values.read(field, typed))) if field else typed
    except Refused:
        return typed
