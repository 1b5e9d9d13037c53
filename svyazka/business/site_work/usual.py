"""The standard set: what a visit of a kind takes as a rule, entered on the phone with one tap."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.site_work.models import PriceLine, UsualAmount
from svyazka.business.visits.models import VisitKind
from svyazka.kit import money
from svyazka.kit.refusals import Refused

MOST = 100


@transaction.atomic
def change(kind: VisitKind, quantities: Mapping[int, Decimal], *, by: Actor) -> None:
    """`quantities`: number of a line of the price list → how much; nothing takes it out."""
    wanted = {number: much for number, much in quantities.items() if much}
    if len(wanted) > MOST:
        raise Refused(_("A standard set has {most} lines at most.").format(most=MOST))
    VisitKind.objects.select_for_update().get(pk=kind.pk)
    materials = {one.pk: one for one in PriceLine.objects.filter(pk__in=wanted, kind=PriceLine.Kind.MATERIAL)}
    if len(materials) < len(wanted):
        raise Refused(_("A standard set is made of materials of the price list."))
    before = said(kind)
    UsualAmount.objects.filter(visit_kind=kind).delete()
    UsualAmount.objects.bulk_create(
        [UsualAmount(visit_kind=kind, line=materials[number], quantity=much) for number, much in wanted.items()]
    )
    if (after := said(kind)) != before:
        changes = {"usual": (before, after)}
        record("site_work.usual_changed", About("visit_kind", kind.pk), by=by, changes=changes, note=kind.name)


def of_kind(kind: VisitKind) -> list[UsualAmount]:
    """Of what is in use."""
    rows = UsualAmount.objects.filter(visit_kind=kind, line__is_active=True)
    return list(rows.select_related("line").order_by("line__folded", "line_id"))


def said(kind: VisitKind) -> str:
    rows = UsualAmount.objects.filter(visit_kind=kind).select_related("line").order_by("line__folded", "line_id")
    return ", ".join(f"{one.line.name}: {money.plain(one.quantity)} {one.line.unit}" for one in rows)
