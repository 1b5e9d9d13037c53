"""Why deals are lost, in the company's own words: the list that is chosen from."""

from __future__ import annotations

from svyazka.business.deals.models import LossReason
from svyazka.business.journal.names import Names

LOSS_REASONS = Names(LossReason, about="loss_reason", verb="deals.loss_reason", is_ordered=True)
