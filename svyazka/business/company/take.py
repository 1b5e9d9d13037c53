"""Taking over what a blueprint has: the chosen parts, in one transaction, each with its row in the journal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from svyazka.business.automation.models import Rule
from svyazka.business.calls.blueprint import DAYS
from svyazka.business.calls.models import BreakReason, CallingHours
from svyazka.business.catalogue.models import Product, ProductGroup
from svyazka.business.clients.models import Source
from svyazka.business.company import words
from svyazka.business.company.blueprint import SECTIONS, Content, company, faults_of
from svyazka.business.company.compare import Difference, Kind, compare, merged
from svyazka.business.company.write import written
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Field, LossReason, Pipeline
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.offers.models import OfferTemplate
from svyazka.business.parameters.models import Parameter
from svyazka.business.sheets.models import FormKind
from svyazka.business.site_work.models import PaymentWay, PriceLine
from svyazka.business.staff.models import CompanyRole, Department
from svyazka.business.visits.models import ClientRules, MoveReason, NotDoneReason, VisitKind, What
from svyazka.kit.refusals import ChangedMeanwhile, Refused


class Unfit(Refused):
    """What was chosen does not hold together without the rest. `reasons` says all of it."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(_("What was chosen does not fit together: {reasons}").format(reasons=" ".join(reasons)))


def fingerprint(content: Content) -> str:
    """Of the company as somebody looked at it."""
    return hashlib.sha256(written(content).encode()).hexdigest()


@transaction.atomic
def take(given: Content, parts: Iterable[str], *, by: Actor, seen: str = "") -> list[Difference]:
    """`parts`: "fields", "fields/seats", "pipelines/sales/new" …; `seen`: refuses what has changed since."""
    list(Pipeline.objects.select_for_update())  # two who take over go one after the other
    own = company()
    if seen and seen != fingerprint(own):
        raise ChangedMeanwhile
    taken = _chosen(compare(own, given), list(parts))
    after = merged(own, given, {one.part for one in taken})
    _refuse_unfit(own, after)
    for section in SECTIONS:
        if codes := {one.part.split("/")[1] for one in taken if one.section == section.code}:
            section.put(after[section.code], codes, by)
    _record(taken, words.Names(own, given), by=by)
    return taken


def _chosen(differences: list[Difference], parts: list[str]) -> list[Difference]:
    offered = [one for one in differences if one.kind is not Kind.OURS]
    for part in parts:
        if not any(_is_in(one.part, part) for one in offered):
            raise Refused(_("There is nothing to take over in “{part}”.").format(part=part[:80]))
    return [one for one in offered if any(_is_in(one.part, part) for part in parts)]


def _is_in(part: str, whole: str) -> bool:
    return part == whole or part.startswith(f"{whole}/")


def _refuse_unfit(own: Content, after: Content) -> None:
    """A stage that asks for a field which was not chosen, and the like; what was wrong before is not asked here."""
    before = {(fault.path, fault.text) for fault in faults_of(own)}
    if reasons := [fault.text for fault in faults_of(after) if (fault.path, fault.text) not in before]:
        raise Unfit(list(dict.fromkeys(reasons)))


def _record(taken: list[Difference], names: words.Names, *, by: Actor) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        rows = {section: _rows(section) for section in {one.section for one in taken}}
        for one in taken:
            if one.section == "pipelines" and (one.within or one.kind is Kind.CHANGED):
                continue  # that verb has its own row, with the version
            kind, numbers = rows[one.section]
            changes: dict[str, tuple[Any, Any]] = {"part": (None, words.name_of(one.item))}
            for change in words.changes_of(one, names):
                changes[change.what] = (change.before, change.after)
            number = numbers[(one.within or one.item)["code"]]
            record("company.taken_over", About(kind, number), by=by, changes=changes, note=one.part)


def _rows(section: str) -> tuple[str, dict[str, int]]:
    """What the journal calls things of this section, and their numbers by code."""
    kind, model = _KINDS[section]
    if model is CallingHours:  # one row, in two parts
        return kind, {code: CallingHours.objects.get().pk for code, _label in DAYS}
    if model is ClientRules:  # as the office names them: one thing
        return kind, dict.fromkeys([*What.values, "rules"], 0)
    rows = model.objects.values_list("name" if model is Rule else "code", "pk")
    return kind, {code.removeprefix(f"{ChannelAccount.Kind.WEB_FORM}/"): pk for code, pk in rows}


_KINDS: dict[str, tuple[str, Any]] = {
    "departments": ("department", Department),
    "roles": ("role", CompanyRole),
    "sources": ("source", Source),
    "fields": ("field", Field),
    "loss_reasons": ("loss_reason", LossReason),
    "pipelines": ("pipeline", Pipeline),
    "visit_kinds": ("visit_kind", VisitKind),
    "move_reasons": ("move_reason", MoveReason),
    "not_done_reasons": ("not_done_reason", NotDoneReason),
    "payment_ways": ("payment_way", PaymentWay),
    "price_list": ("price_line", PriceLine),
    "product_groups": ("product_group", ProductGroup),
    "products": ("product", Product),
    "offer_templates": ("offer_template", OfferTemplate),
    "sheet_forms": ("sheet_form", FormKind),
    "client_messages": ("client_messages", ClientRules),
    "client_rules": ("client_messages", ClientRules),
    "forms": ("channel", ChannelAccount),
    "breaks": ("break_reason", BreakReason),
    "calling_hours": ("calling_hours", CallingHours),
    "parameters": ("parameter", Parameter),
    "automations": ("rule", Rule),
}
