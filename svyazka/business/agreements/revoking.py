"""A client's link that has come into wrong hands opens nothing any more; he gets another one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.agreements import links
from svyazka.business.agreements.models import Agreement, OldLink
from svyazka.business.agreements.telling import about
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import announce, record
from svyazka.business.staff.models import Person
from svyazka.business.visits.telling import concerned
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

Outcome, Letter = Agreement.Outcome, Agreement.Letter


@transaction.atomic
def revoke(agreement: Agreement, *, by: Person) -> Agreement:
    """Nothing is read or signed by it any more, and a letter with it that has not gone yet stays here. A signed one is
    still sent, its PDF alone. A second click changes nothing."""
    current = links.held_agreement(agreement)
    if current.outcome == Outcome.THINKS:
        raise Refused(_("This agreement has no link."))
    if current.link_revoked_at is not None:
        return current
    now = clock.now()
    OldLink.objects.create(agreement=current, fingerprint=current.fingerprint, at=now, by=by)
    current.link_number += 1
    current.fingerprint = links.fingerprint_of(current.request_id, current.link_number)
    current.link_revoked_at = now
    if not current.is_signed:
        _stop_sending(current, by=by)
    current.save()
    _tell(current, "agreements.link_revoked", by=by)
    return current


@transaction.atomic
def renew(agreement: Agreement, *, by: Person) -> Agreement:
    """Another address, for whoever it is meant for. A second click changes nothing."""
    current = links.held_agreement(agreement)
    if current.link_revoked_at is None:
        return current
    current.link_revoked_at = None
    current.save()
    _tell(current, "agreements.link_renewed", by=by)
    return current


def _stop_sending(agreement: Agreement, *, by: Person) -> None:
    """There is nothing to send but the link; nobody has to hand it over, and that it did not go is no problem."""
    if agreement.task:
        tasks.fall_away(agreement.task, by=by)
    if agreement.letter != Letter.SENT:
        agreement.letter = Letter.NONE
    agreement.task, agreement.try_at, agreement.failed_at = None, None, None


def _tell(agreement: Agreement, verb: str, *, by: Person) -> None:
    visit = agreement.visit
    record(verb, about(agreement), by=by, changes={"agreement": (None, agreement.title)})
    announce("agreement", agreement.pk, people=concerned(visit), data={"deal": agreement.deal_id, "visit": visit.pk})
