"""A deal as it is now, held until the end of the transaction."""

from __future__ import annotations

from svyazka.business.deals.models import Deal
from svyazka.kit.refusals import ChangedMeanwhile


def held(deal_id: int, *, version: int | None = None) -> Deal:
    """With its stage, client and responsible. With `version`, refuses when somebody else was quicker."""
    # In two steps: locked together with its stage, a deal that another transaction is just moving would come back as
    # no row at all, because PostgreSQL then joins the new deal with the old stage.
    # Its key stays free: whoever opens a deal that refers to this one as the first need not wait, and so two people in
    # two departments never wait for each other.
    Deal.objects.select_for_update(no_key=True).only("pk").get(pk=deal_id)
    deal = Deal.objects.select_related("stage", "client", "responsible").get(pk=deal_id)
    if version is not None and deal.version != version:
        raise ChangedMeanwhile
    return deal
