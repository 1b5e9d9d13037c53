"""What is agreed on besides the time: where to go, and what the client asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import facts
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Actor
from svyazka.business.visits import booking
from svyazka.business.visits.models import Visit
from svyazka.business.visits.telling import tell
from svyazka.kit.refusals import Refused


@transaction.atomic
def change(visit: Visit, *, address: str, wishes: str, by: Actor, version: int | None = None) -> Visit:
    """Corrects them. Whoever goes there sees it on the phone at once."""
    current = booking.lock(visit)
    booking.refuse_change(current, version)
    given = {"address": booking.short(address, 300, "address"), "wishes": booking.short(wishes, 300, "wishes")}
    if not given["address"]:
        raise Refused(_("Where to go? The address is missing."), fields={"address": _("Enter the address.")})
    changes = {name: (before, new) for name, new in given.items() if (before := getattr(current, name)) != new}
    if not changes:
        return current
    for name in changes:
        setattr(current, name, given[name])
    current.version += 1
    current.save()
    tell(current, "changed", by=by, changes=changes, data={name: given[name] for name in changes})
    return current


@transaction.atomic
def change_deal(
    deal: Deal, values: Mapping[str, Any], *, by: Actor, version: int | None = None
) -> tuple[Deal, list[Visit]]:
    """Like `facts.change`. The visits ahead that were to go to the deal's old address go to the new one."""
    before = held(deal.pk, version=version)
    changed = facts.change(before, values, by=by)
    return changed, follow(changed, before.address, by=by)


def follow(deal: Deal, old: str, *, by: Actor) -> list[Visit]:
    """Visits of a deal that has moved from this address. Those that go somewhere else do so on purpose."""
    if not old or not deal.address or deal.address == old:
        return []
    astray = Visit.objects.ahead().filter(deal=deal, address=old).order_by("pk")
    return [change(visit, address=deal.address, wishes=visit.wishes, by=by) for visit in astray]
