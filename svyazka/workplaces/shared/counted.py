"""Figures that a formula came to, on the pages of deals and clients: how they came about, or why nothing did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import formats
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Field
from svyazka.business.parameters import recompute, showing
from svyazka.business.parameters.models import Parameter
from svyazka.business.parameters.names import names_of
from svyazka.engines.formulas.formula import Kind, Value
from svyazka.workplaces.shared.door import PageRequest
from svyazka.workplaces.shared.said import said
from svyazka.workplaces.shared.short import money
from svyazka.workplaces.shared.templatetags.svyazka import moment


def how(request: PageRequest, of: str, object_id: int, code: str) -> HttpResponse:
    """The fragment beneath the figure."""
    parameter = get_object_or_404(Parameter, of=of, code=code)
    [came] = showing.came(parameter, [object_id], names_of(of), value)
    context = {"came": came, "result": stored(parameter, came.stored)}
    return render(request, "shared/counted.html", context)


def troubles(of: str, object_id: int, fields: Sequence[Field]) -> dict[str, str]:
    """Asked only where something is counted at all."""
    return showing.troubles_of(of, object_id) if any(field.is_computed for field in fields) else {}


def value(kind: Kind, given: Value) -> str:
    if isinstance(given, bool):
        return _("yes") if given else _("no")
    if isinstance(given, datetime):
        return moment(given)
    if isinstance(given, date):
        return formats.date_format(given, "j E Y")
    if isinstance(given, str | tuple):
        return str(given)
    if kind == Kind.MONEY:
        return money(given)
    return (
        str(given)
        if isinstance(given, str | tuple)
        else formats.number_format(given, use_l10n=True, force_grouping=True)
    )


def stored(parameter: Parameter, given: Any) -> str:
    """What stands in facts and figures."""
    return said(Field(kind=recompute.field_kind(parameter)), given, {})
