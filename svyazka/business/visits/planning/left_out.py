"""What stands beside the board and no plan takes along, each with its reason: the page of a plan says the same as the
board."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.visits import unplaced
from svyazka.business.visits.planning.reading import Days

WHY: Mapping[str, Promise] = {
    "not_asked": _("its client is not on the waiting list: nobody has asked yet when it suits him"),
    "together": _("it takes several people or more than a day: book it by hand"),
    "asked": _("the client is thinking about a window that was sent to him"),
    "too_many": _("others are more urgent, and a plan has times for so many only"),
    "nowhere": _("the address is not on the map yet"),
    "no_hours": _("what has to come first is over too late for these days"),
}


def of(days: Days) -> list[dict[str, Any]]:
    """As a proposal remembers them."""
    waits = [{"waiting": pk, "reason": why, "instead_of": []} for pk, why in days.left_out.items()]
    deals = [
        {"deal": one.deal_id, "kind": one.kind.pk, "reason": "not_asked", "instead_of": []}
        for one in unplaced.deals_without_a_word()
    ]
    return [*waits, *deals]
