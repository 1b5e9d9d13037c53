"""A template of offers, tried with a deal that is there: nothing is stored."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from svyazka.business.deals.models import Deal
from svyazka.business.offers import content, lines
from svyazka.business.offers.models import OfferTemplate, Pricing
from svyazka.business.offers.papers import TEMPLATE
from svyazka.business.offers.rules import numbered, rules
from svyazka.business.staff.models import Person
from svyazka.kit import clock, paper
from svyazka.kit.refusals import Refused


def pdf(template: OfferTemplate, *, deal_id: int | None, language: str, by: Person) -> bytes:
    """Without a number of a deal: with the newest one that has lines. Raises NoPaper."""
    chosen = deal_id or Pricing.objects.filter(lines__gt=0).order_by("-deal").values_list("deal", flat=True).first()
    deal = Deal.objects.select_related("client").filter(pk=chosen).first() if chosen else None
    sums = lines.sums_of([deal.pk]).get(deal.pk) if deal else None
    if deal is None or sums is None:
        raise Refused(_("There are no lines in this deal yet: choose what it is about first."))
    language, today = "en" if language == "en" else "ru", clock.today()
    made = content.made_of(
        deal, lines.lines_of(deal.pk), sums, template, language=language,
        title=numbered(rules().number_pattern, 1, today.year), day=today,
        valid_until=today + timedelta(days=template.valid_days), by=by,
    )  # fmt: skip
    return paper.made(TEMPLATE.read_text(), content.in_words(made, language, template))
