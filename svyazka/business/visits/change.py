"""What is agreed on besides the time: where to go, what the client asked for, what whoever goes there has to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.held import held
from svyazka.business.deals.known import facts as deal_facts
from svyazka.business.deals.known import values
from svyazka.business.deals.models import Deal, Field
from svyazka.business.journal.record import Actor
from svyazka.business.visits import booking, periods
from svyazka.business.visits.models import Visit
from svyazka.business.visits.telling import tell
from svyazka.kit.refusals import Refused


@transaction.atomic
def change(
    visit: Visit,
    *,
    address: str,
    wishes: str,
    brief: str | None = None,
    by: Actor,
    version: int | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Visit:
    """Corrects them. Whoever goes there sees it on the phone at once. `brief`: None leaves it as it is; `typed`: of the
    company's fields, by code."""
    current = booking.lock(visit)
    booking.refuse_change(current, version)
    facts = _read(typed or {})
    given = {"address": periods.short(address, 300, "address"), "wishes": periods.short(wishes, 300, "wishes")}
    if brief is not None:
        given["brief"] = periods.short(brief, 300, "brief")
    if not given["address"]:
        raise Refused(_("Where to go? The address is missing."), fields={"address": _("Enter the address.")})
    changes = {name: (before, new) for name, new in given.items() if (before := getattr(current, name)) != new}
    learnt = {code: (before, new) for code, new in facts.items() if (before := current.facts.get(code)) != new}
    if not changes and not learnt:
        return current
    for name in changes:
        setattr(current, name, given[name])
    current.facts |= {code: facts[code] for code in learnt}
    if "address" in changes:
        current.lat, current.lon, current.placed_by = None, None, ""
        periods.changed_of(current)
    current.version += 1
    current.save()
    tell(current, "changed", by=by, changes={**changes, **learnt}, data={name: given[name] for name in changes})
    return current


def _read(typed: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.code: field for field in Field.objects.filter(of=Field.Of.VISIT, code__in=list(typed))}
    return {code: values.plain(value) for code, value in values.read_all(fields, typed).items()}


@transaction.atomic
def change_deal(
    deal: Deal, given: Mapping[str, Any], *, by: Actor, version: int | None = None
) -> tuple[Deal, list[Visit]]:
    """Like `deals.known.facts.change`. The visits ahead that were to go to the deal's old address go to the new one."""
    before = held(deal.pk, version=version)
    changed = deal_facts.change(before, given, by=by)
    return changed, follow(changed, before.address, by=by)


def follow(deal: Deal, old: str, *, by: Actor) -> list[Visit]:
    """Visits of a deal that has moved from this address. Those that go somewhere else do so on purpose."""
    if not old or not deal.address or deal.address == old:
        return []
    astray = Visit.objects.ahead().filter(deal=deal, address=old).order_by("pk")
    return [change(visit, address=deal.address, wishes=visit.wishes, by=by) for visit in astray]
