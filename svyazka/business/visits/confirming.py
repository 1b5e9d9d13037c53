"""The client says once more that the time suits; until then somebody has to ask him."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.naming import contact_of
from svyazka.business.deals.work import next_steps
from svyazka.business.journal.record import Actor
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking, its_deal, to_client
from svyazka.business.visits.models import Visit
from svyazka.business.visits.telling import tell
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

ASKED_AFTER = timedelta(hours=2)  # after the visit, how it went


@transaction.atomic
def confirm(visit: Visit, *, by: Actor, version: int | None = None) -> Visit:
    """A second click changes nothing. What the stage asks for before such a visit is done with it."""
    current = _held(visit, version)
    if current.confirmed_at:
        return current
    if current.status != Visit.Status.PLANNED or current.starts_at < clock.now():
        raise Refused(_("There is nothing to confirm any more: the visit is under way, over or cancelled."))
    current.confirmed_at = clock.now()
    _save(current)
    tell(current, "confirmed", by=by, changes={"confirmed": (False, True)})
    to_client.fall_away(current, by=by)
    if current.deal.stage.code == current.kind.booked_stage:
        due_at = current.ends_at + ASKED_AFTER
        next_steps.replace_stages(current.deal, _how_it_went(), due_at=due_at, by=by)
    return current


@transaction.atomic
def take_back(visit: Visit, *, by: Actor, version: int | None = None) -> Visit:
    """After a mistaken click: somebody has to ask the client again."""
    current = _held(visit, version)
    if current.confirmed_at is None:
        return current
    if current.status != Visit.Status.PLANNED:
        raise Refused(_("This can no longer be taken back."))
    current.confirmed_at = None
    _save(current)
    tell(current, "unconfirmed", by=by, changes={"confirmed": (True, False)})
    its_deal.ask_again(current, by=by)
    return current


def list_unconfirmed(person: Person, day: date) -> list[Visit]:
    """Of the deals that this person looks after: whom he has still to ask whether that day suits. With `contact`."""
    begins, ends = clock.day_bounds(day)
    asked = Visit.objects.filter(status=Visit.Status.PLANNED, confirmed_at=None, starts_at__gte=begins)
    own = asked.filter(starts_at__lt=ends, deal__responsible=person, deal__closed_at=None)
    named = own.select_related("kind", "client", "deal__stage").annotate(contact=contact_of("client_id"))
    return list(named.order_by("starts_at", "id"))


def _held(visit: Visit, version: int | None) -> Visit:
    current = booking.lock(visit)
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    return current


def _save(visit: Visit) -> None:
    visit.version += 1
    visit.save(update_fields=["confirmed_at", "version"])


def _how_it_went() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("Find out how the visit went")
