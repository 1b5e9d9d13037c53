"""How clients are told of visits, and what they may do by themselves."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.visits import offering
from svyazka.business.visits.models import ClientRules, Visit
from svyazka.kit import phones
from svyazka.kit.refusals import Refused


class Span(NamedTuple):
    """Between which times the client has been told that somebody comes."""

    begins: datetime
    ends: datetime


def rules() -> ClientRules:
    return ClientRules.objects.filter(pk=1).first() or ClientRules(pk=1)


@transaction.atomic
def change(*, by: Actor, **given: Any) -> ClientRules:
    known = ClientRules.objects.select_for_update().filter(pk=1).first() or ClientRules(pk=1)
    wanted = checked(**given)
    changes = {name: (str(before), str(new)) for name, new in wanted.items() if (before := getattr(known, name)) != new}
    for name, value in wanted.items():
        setattr(known, name, value)
    known.save()
    if changes:
        record("visits.client_rules_changed", About("client_messages", 0), by=by, changes=changes)
    return known


def checked(**given: Any) -> dict[str, Any]:
    """As they are stored."""
    _refuse_nights(given["reminds_at"], given["quiet_from"], given["quiet_until"])
    return {**given, "phone": _phone(given["phone"]), "company": given["company"].strip()}


def is_quiet(at: time, kept: ClientRules) -> bool:
    """So late or so early that nobody is told anything."""
    return _lies_in(at, kept.quiet_from, kept.quiet_until)


def span_of(starts_at: datetime) -> Span:
    """As it was said when the visit was booked."""
    return Span(*offering.told(starts_at))


def may_still(visit: Visit, kept: ClientRules, *, now: datetime) -> bool:
    """Whether there is time enough for the client to move or call it off by himself."""
    return visit.status == Visit.Status.PLANNED and now <= visit.starts_at - timedelta(hours=kept.changes_until_hours)


def _lies_in(at: time, begin: time, end: time) -> bool:
    return begin <= at < end if begin <= end else at >= begin or at < end


def _phone(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return phones.normalise(typed)
    except phones.NotAPhone:
        words = _("This is no phone number.")
        raise Refused(words, fields={"phone": words}) from None


def _refuse_nights(reminds_at: time, quiet_from: time, quiet_until: time) -> None:
    if _lies_in(reminds_at, quiet_from, quiet_until):
        words = _("Nobody is told anything at this hour.")
        raise Refused(words, fields={"reminds_at": words})
