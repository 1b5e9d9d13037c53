"""What is known of a deal or a client changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.conditions.fields import shown, typed_of
from svyazka.business.automation.trigger import Event, Happened
from svyazka.business.automation.triggers.deals import DEALS
from svyazka.business.automation.triggers.told import Told, besides, event_of
from svyazka.business.deals.known import facts, values
from svyazka.business.deals.models import Field
from svyazka.kit.refusals import Refused

DEAL, CLIENT = "deal", "client"
ANY, FILLED, EMPTIED, TO = "any", "filled", "emptied", "to"
COUNTED = "parameters.counted"  # by a formula: of a deal or a client


class FieldChanged(Told):
    code: ClassVar[str] = "field_changed"
    title: ClassVar[Any] = _("A field changes")
    group: ClassVar[Any] = DEALS
    verbs: ClassVar[Sequence[str]] = ("deals.changed", "clients.changed", COUNTED)

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        holder = CLIENT if options.get("holder") == CLIENT else DEAL
        own = tuple((code, facts.OWN[code]) for code in ("amount", "address")) if holder == DEAL else ()
        how = (
            (ANY, _("however it changes")),
            (FILLED, _("it becomes known")),
            (EMPTIED, _("it is emptied")),
            (TO, _("it becomes this value")),
        )
        whose = ((DEAL, _("of the deal")), (CLIENT, _("of the client")))
        return [
            Ask("holder", "choice", _("Whose field"), choices=whose, required=True, initial=DEAL),
            Ask("field", "field", _("Which field"), holder=holder, first=own, required=True),
            Ask("how", "choice", _("How"), choices=how, required=True, initial=ANY),
            Ask("value", "value", _("Value"), of="field", holder=holder, required=True, shown_when=("how", (TO,))),
            Ask("was", "value", _("Before that it was"), of="field", holder=holder, help=_("Empty: no matter.")),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        found = asked.read(self.form(typed), typed_of(typed, "value", "was"))
        field = _field(found)
        for name in ("value", "was"):
            if found[name] and field:
                try:
                    found[name] = values.plain(values.read(field, found[name]))
                except Refused as refusal:
                    raise Refused(refusal.message, fields={name: refusal.message}) from refusal
        return found

    def words(self, options: Mapping[str, Any]) -> str:
        field = _field(options)
        name = facts.OWN.get(options["field"]) or (field.name if field else options["field"])
        value, was = (shown(field, options[one]) for one in ("value", "was"))
        how = {
            ANY: gettext("“{field}” changes"),
            FILLED: gettext("“{field}” becomes known"),
            EMPTIED: gettext("“{field}” is emptied"),
            TO: gettext("“{field}” becomes {value}"),
        }[options["how"]].format(field=name, value=value)
        return besides(how, gettext("it was {value}").format(value=was) if was else "")

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        pair = row.changes.get(options["field"])
        told = options["holder"] == row.kind if row.verb == COUNTED else row.verb == f"{options['holder']}s.changed"
        if not told or not isinstance(pair, list | tuple) or len(pair) != 2:
            return None
        before, after = pair
        is_known = after not in (None, "", [])
        is_so = {
            ANY: True,
            FILLED: is_known and before in (None, "", []),
            EMPTIED: not is_known,
            TO: after == options["value"],
        }[options["how"]]
        if not is_so or (options["was"] not in ("", None) and before != options["was"]):
            return None
        return event_of(row, field=options["field"])

    def fired_by(self, options: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({f"field:{options['field']}"})


def _field(options: Mapping[str, Any]) -> Field | None:
    if options["holder"] == DEAL and options["field"] in facts.OWN_FIELDS:
        return facts.OWN_FIELDS[options["field"]]
    return Field.objects.filter(code=options["field"], of=options["holder"]).first()
