"""A deal has to stay at its stage for now: whatever takes deals to a stage asks here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Deal
from svyazka.business.deals.work import questions
from svyazka.kit.refusals import Refused


class CannotLeave(Refused):
    """The deal has to stay at its stage for now."""


class Unanswered(CannotLeave):
    """A question holds the deal. `missing` says who has not answered what."""

    def __init__(self, waiting: list[str]) -> None:
        super().__init__(_("The deal stays at this stage until these questions are answered:"), missing=waiting)


def insist_answered(deal: Deal) -> None:
    if waiting := questions.blocking(deal.pk):
        raise Unanswered(waiting)
