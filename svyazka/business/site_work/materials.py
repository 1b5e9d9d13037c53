"""What went into the work: chosen from the price list, or written where it is not in it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.site_work import telling
from svyazka.business.site_work.models import UsedMaterial
from svyazka.business.site_work.things import MOST, Thing
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking
from svyazka.business.visits.models import Visit
from svyazka.kit import clock, money
from svyazka.kit.refusals import Refused

NOTHING = Decimal(0)


@transaction.atomic
def use(
    visit: Visit,
    number: UUID,
    thing: Thing,
    quantity: Decimal,
    *,
    insists: bool = False,
    by: Person,
    at: datetime | None = None,
) -> UsedMaterial | None:
    """So much of it by now; nothing takes it off again. What was said before gives its place up. `insists`: somebody
    has decided that it was used, though the visit was moved to a later day."""
    current = booking.lock(visit)
    if not insists:
        refuse_early(current)
    before = find(current, number)
    if before is None or before.removed_at is not None:
        return _begin(current, number, thing, quantity, before, by=by, at=at) if quantity else None
    if before.quantity == quantity:
        return before
    was = in_words(before)
    if quantity:
        before.quantity, before.by = quantity, by
    else:
        before.removed_at, before.by = at or clock.now(), by
    before.save()
    _tell(current, (was, in_words(before) if quantity else None), by=by, at=at)
    return before if quantity else None


def find(visit: Visit, number: UUID) -> UsedMaterial | None:
    """What a phone has called so. Of another visit it is none of this one."""
    found = UsedMaterial.objects.filter(pk=number).first()
    if found and found.visit_id != visit.pk:
        raise Refused(_("There is no such line on this visit."))
    return found


def is_early(visit: Visit) -> bool:
    """Its day has not come, and nobody has begun all the same."""
    return visit.status == Visit.Status.PLANNED and clock.local(visit.starts_at).date() > clock.today()


def refuse_early(visit: Visit) -> None:
    if is_early(visit):
        raise Refused(_("The day of this visit has not come yet."))


def in_words(one: UsedMaterial) -> str:
    return f"{one.name}: {money.shown(one.quantity)} {one.unit}".strip()


def _begin(
    visit: Visit,
    number: UUID,
    thing: Thing,
    quantity: Decimal,
    before: UsedMaterial | None,
    *,
    by: Person,
    at: datetime | None,
) -> UsedMaterial:
    if visit.used_materials.filter(removed_at=None).count() >= MOST:
        raise Refused(_("A visit has {most} lines at most.").format(most=MOST))
    made = before or UsedMaterial(id=number, visit=visit)
    made.line, made.name, made.unit, made.quantity = thing.line, thing.name, thing.unit, quantity
    made.price = thing.line.price if thing.line else NOTHING
    made.at, made.by, made.removed_at = at or clock.now(), by, None
    made.save()
    _tell(visit, (None, in_words(made)), by=by, at=at)
    return made


def _tell(visit: Visit, change: tuple[str | None, str | None], *, by: Person, at: datetime | None) -> None:
    """The history has all that is used by now, and who changed it last."""
    all_of_it = "\n".join(in_words(one) for one in visit.used_materials.filter(removed_at=None))
    telling.tell(visit, "used", by=by, changes={"material": change}, event=telling.MATERIALS, text=all_of_it, at=at)
