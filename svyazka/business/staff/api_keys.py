"""Keys by which programs come in: given, revoked, and recognised with each request."""

from __future__ import annotations

import math
import secrets as randomness
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.staff import log_in
from svyazka.business.staff.models import ApiKey, CompanyRole, Department, LoginFailure, Person
from svyazka.kit import clock, rows, secrets
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

AT_ONCE = 60.0
A_SECOND = 5.0
FREE_GUESSES = 20  # of one address, in an hour
SHORTEST, LONGEST = 20, 200  # of what may be a key
LONGEST_NAME = 100


class NoKey(Refused):
    """The same answer for a key that never was, one that is over, and one of somebody who was let go."""

    status = 401

    def __init__(self) -> None:
        super().__init__(_("This key opens nothing. Ask the administrator for one that does."))


class TooOften(Refused):
    status = 429

    def __init__(self, seconds: int):
        super().__init__(_("Too many requests with this key. Wait a little, then go on."))
        self.seconds = seconds


@transaction.atomic
def give(name: str, person: Person, *, last_day: date | None = None, by: Person) -> tuple[ApiKey, str]:
    """A new key, and what it reads like: that is told this once."""
    name = " ".join(storable(name).split())[:LONGEST_NAME]
    if not name:
        raise Refused(_("Say what the key is for."), fields={"name": _("Say what the key is for.")})
    if not person.is_active:
        raise Refused(_("This person does not work here any more."), fields={"person": _("Choose somebody else.")})
    if last_day and last_day < clock.today():
        raise Refused(_("That day is over."), fields={"last_day": _("That day is over.")})
    token, now = f"svz_{randomness.token_urlsafe(32)}", clock.now()
    key = ApiKey.objects.create(
        name=name,
        person=person,
        fingerprint=secrets.fingerprint(token),
        made_at=now,
        made_by=by,
        last_day=last_day,
        budget=AT_ONCE,
        counted_at=now,
    )
    record("staff.key_given", About("person", person.pk), by=by, note=name)
    return key, token


@transaction.atomic
def revoke(key: ApiKey, *, by: Person) -> None:
    """From now on it opens nothing. A second click changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        record("staff.key_revoked", About("person", key.person_id), by=by, note=key.name)


def let_in(token: str, *, address: str) -> ApiKey:
    """Whose key this is, with his role; the request is counted. Raises NoKey, TooOften or TooManyGuesses.

    Who has shown many wrong keys waits, whatever he shows next: a guess that is right must not be told apart.
    """
    guesses = Q(login=log_in.OF_PROGRAMS, address=address)
    now = clock.now()
    if (free_at := log_in.free_at(guesses, free=FREE_GUESSES, now=now)) > now:
        raise log_in.TooManyGuesses(math.ceil((free_at - now).total_seconds()))
    found = _counted(token, now) if SHORTEST <= len(token) <= LONGEST else None
    if found is None:
        LoginFailure.objects.create(login=log_in.OF_PROGRAMS, address=address, is_checked=True)
        raise NoKey
    key, budget, is_let_in = found
    if not is_let_in:
        raise TooOften(math.ceil((1 - budget) / A_SECOND))
    return key


def _counted(token: str, now: datetime) -> tuple[ApiKey, float, bool] | None:
    given = {
        "fingerprint": secrets.fingerprint(storable(token)),
        "now": now,
        "today": clock.today(),
        "most": AT_ONCE,
        "rate": A_SECOND,
    }
    for key, person, department, role, budget, is_let_in in rows.read_joined(_COUNT, given, *_MODELS):
        person.department, person.company_role = department, role
        key.person = person
        return key, budget, is_let_in
    return None


# That a request was counted need not have reached the disk when it is answered.
_MODELS = (ApiKey, Person, Department, CompanyRole)
_COUNT = f"""
with unhurried as materialized (select set_config('synchronous_commit', 'off', true)),
filled as (
    select held.id, least(%(most)s, held.budget + %(rate)s * greatest(
        extract(epoch from %(now)s::timestamptz - held.counted_at)::float, 0)) as budget
    from unhurried, staff_apikey held join staff_person on staff_person.id = held.person_id
    where held.fingerprint = %(fingerprint)s and held.revoked_at is null and staff_person.is_active
        and (held.last_day is null or held.last_day >= %(today)s)
    for update of held
),
counted as (
    update staff_apikey set counted_at = %(now)s::timestamptz,
        budget = case when filled.budget >= 1 then filled.budget - 1 else filled.budget end,
        used_at = case when filled.budget >= 1 then %(now)s::timestamptz else used_at end
    from filled where staff_apikey.id = filled.id
    returning staff_apikey.id, filled.budget, filled.budget >= 1 as is_let_in
)
select {rows.columns(*_MODELS)}, counted.budget, counted.is_let_in
from counted join staff_apikey on staff_apikey.id = counted.id
join staff_person on staff_person.id = staff_apikey.person_id
left join staff_department on staff_department.id = staff_person.department_id
left join staff_companyrole on staff_companyrole.code = staff_person.role
"""  # noqa: S608  # of our own words only
