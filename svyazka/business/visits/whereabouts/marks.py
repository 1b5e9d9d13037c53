"""Somebody came to the address of a visit, or left it, as his phone has noticed. It changes no status: that he does
himself. Nothing is kept of where he was otherwise."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.business.visits import arriving
from svyazka.business.visits.models import Action, Consent, Mark, RoadRules, Visit
from svyazka.business.visits.road.rules import rules
from svyazka.business.visits.rota import hours_of, shifts_of
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

STAYS = timedelta(minutes=1)  # for so long somebody has to be there: who only drives by is not
WORST = 200  # metres: what is less exact says nothing


@transaction.atomic
def note(visit: Visit, kind: str, *, at: datetime, accuracy: int, by: Person) -> Mark | None:
    """`at`: as the phone noticed it. None: outside his working time, or noted already."""
    kept = rules()
    if not kept.notes_arrivals or not Consent.objects.select_for_update().filter(person=by).exists():
        raise Refused(_("You have not agreed that arrivals are noted."))
    if not 0 < accuracy <= WORST:
        raise Refused(_("The position was not exact enough."))
    if not is_at_work(by, at) or not _is_new(visit, kind, at, by, kept):
        return None
    mark, _is_first = Mark.objects.get_or_create(
        visit=visit, person=by, kind=kind, at=at, defaults={"accuracy": accuracy}
    )
    arriving.heed(mark)
    return mark


def is_at_work(person: Person, at: datetime) -> bool:
    """By the hours of that day."""
    day = clock.local(at).date()
    return any(begin <= at <= end for begin, end in working_time(person, day, day))


def working_time(person: Person, first: date, last: date) -> list[tuple[datetime, datetime]]:
    resource = getattr(person, "resource", None)
    if resource is None:
        return []
    shifts = shifts_of(first, last)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [(one.start, one.end) for day in days for one in hours_of(resource, day, shifts)]


def of_person(person: Person, *, most: int = 200) -> list[Mark]:
    """For himself."""
    return list(Mark.objects.filter(person=person).select_related("visit__kind").order_by("-at", "-pk")[:most])


def forget_old() -> None:
    """What is older than the company keeps it, and what phones have sent of it."""
    begins = clock.now() - timedelta(days=rules().arrivals_days)
    Mark.objects.filter(at__lt=begins).delete()
    Action.objects.filter(kind__in=Mark.Kind.values, happened_at__lt=begins).delete()


def _is_new(visit: Visit, kind: str, at: datetime, person: Person, kept: RoadRules) -> bool:
    """He left only where he came before, and came again only after he left."""
    if at < clock.now() - timedelta(days=kept.arrivals_days):
        return False
    before = Mark.objects.filter(visit=visit, person=person, at__lte=at).order_by("-at", "-pk").first()
    return (before.kind if before else Mark.Kind.LEFT) != kind
