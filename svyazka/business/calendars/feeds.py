"""Addresses for calendar programs: given, renewed, revoked, and found again by whoever shows one."""

from __future__ import annotations

import secrets as randomness
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.calendars.models import Feed, FeedRules
from svyazka.business.journal.record import About, record
from svyazka.business.staff import roles
from svyazka.business.staff.models import CompanyRole, Person
from svyazka.business.visits.models import Resource
from svyazka.kit import clock, rows, secrets
from svyazka.kit.refusals import Refused

KEPT = timedelta(days=30)  # what is over or called off stays for so long


@dataclass(frozen=True)
class Standing:
    """A feed, and what tells one state of it from another."""

    feed: Feed
    resource: Resource | None
    language: str
    tells_phone: bool
    mark: str


@transaction.atomic
def give(resource: Resource | None, *, by: Person) -> str:
    """A new address for this resource, or for the person's whole team; the one before opens nothing any more. It is
    told this once: only its print is kept."""
    if resource is not None and not resource.is_bookable:
        raise Refused(_("Nobody goes out under this name any more."))
    token = randomness.token_urlsafe(16)
    whose = {"resource": resource} if resource else {"person": by}
    made = {"fingerprint": secrets.fingerprint(token), "made_at": clock.now(), "made_by": by}
    Feed.objects.update_or_create(**whose, defaults=made)
    record("calendars.given", _about(resource, by), by=by, note=resource.name if resource else "")
    return token


@transaction.atomic
def revoke(resource: Resource | None, *, by: Person) -> None:
    """From now on it opens nothing. A second click changes nothing."""
    gone, _kinds = Feed.objects.filter(**({"resource": resource} if resource else {"person": by})).delete()
    if gone:
        record("calendars.revoked", _about(resource, by), by=by, note=resource.name if resource else "")


@transaction.atomic
def let_phones_out(tells_phone: bool, *, by: Person) -> None:
    """Whether clients' numbers stand in calendars that are kept by others."""
    rules()
    known = FeedRules.objects.select_for_update().get(pk=1)
    if known.tells_phone != tells_phone:
        known.tells_phone = tells_phone
        known.save()
        changes = {"tells_phone": (not tells_phone, tells_phone)}
        record("calendars.rules_changed", About("feed", known.pk), by=by, changes=changes)


def rules() -> FeedRules:
    return FeedRules.objects.get_or_create(pk=1)[0]


def of_resource(person: Person) -> Resource | None:
    """What somebody is booked as himself."""
    return Resource.objects.filter(person=person, is_active=True).first()


def shown(token: str) -> Standing | None:
    """In one statement, as calendars ask four times an hour. None: it was never given, it was revoked, or whoever had
    it may not see visits any more."""
    since = clock.now() - KEPT
    given = {"fingerprint": secrets.fingerprint(token), "since": since, "now": clock.now()}
    found = list(rows.read_joined(_SHOWN, given, Feed, Resource, Person, CompanyRole))
    if not found:
        return None
    feed, resource, person, role, tells_phone, visits, absences = found[0]
    if person:
        person.company_role = role
        if not roles.may(person, "calendars.give" if feed.person_id else "visits.see"):
            return None
    if resource and not resource.is_active:
        return None
    language = person.language if person else "ru"
    # The day is part of it: what is too old falls out without anybody's doing.
    mark = secrets.fingerprint(f"{feed.pk} {feed.made_at} {clock.today()} {tells_phone} {language} {visits} {absences}")
    return Standing(feed, resource, language, bool(tells_phone), mark[:32])


def _about(resource: Resource | None, by: Person) -> About:
    return About("resource", resource.pk) if resource else About("person", by.pk)


_SHOWN = f"""
select {rows.columns(Feed, Resource, Person, CompanyRole)},
       coalesce((select tells_phone from calendars_feedrules where id = 1), false),
       (select concat_ws(' ', count(*), sum(v.id), sum(v.version), sum(c.version))
        from visits_visit v join clients_client c on c.id = v.client_id
        where v.starts_at > %(since)s and (
            calendars_feed.resource_id is null
            or v.resource_id = calendars_feed.resource_id
            or v.id in (select visit_id from visits_booking where resource_id = calendars_feed.resource_id
                        and during && tstzrange(%(since)s, null)))),
       (select concat_ws(' ', count(*), sum(b.id)) from visits_booking b
        where b.kind = 'absence' and b.during && tstzrange(%(now)s, null)
              and (calendars_feed.resource_id is null or b.resource_id = calendars_feed.resource_id))
from calendars_feed
left join visits_resource on visits_resource.id = calendars_feed.resource_id
left join staff_person on staff_person.id = coalesce(calendars_feed.person_id, visits_resource.person_id)
left join staff_companyrole on staff_companyrole.code = staff_person.role
where calendars_feed.fingerprint = %(fingerprint)s
"""  # noqa: S608  # of our own words only
