"""Visits lead deals along their pipeline: the stages that they lead to cannot simply go."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from svyazka.business.deals.models import Stage
from svyazka.business.visits.models import VisitKind


def needs_stages(going: Mapping[str, str]) -> list[str]:
    """`going`: code → name. What speaks against it, in words."""
    return [
        _("Stage “{stage}” cannot go: visits lead deals there ({kind}). Let them lead to another stage first.").format(
            stage=going[code], kind=kind.name
        )
        for kind in VisitKind.objects.all()
        for code in dict.fromkeys((kind.booked_stage, kind.done_stage))
        if code in going and not _is_elsewhere(code)
    ]


def _is_elsewhere(code: str) -> bool:
    """Another pipeline has a stage of this code, too, so that the visits still have where to lead."""
    return Stage.objects.filter(code=code).count() > 1
