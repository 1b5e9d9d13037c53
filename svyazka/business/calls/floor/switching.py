"""Somebody of the floor begins to do something else. Each change leaves the span that it ends.

A break also pauses the phone on the telephone system, where that can be asked for it; it stays paused for whoever goes
away out of it, until he is ready again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls import commands
from svyazka.business.calls.models import BreakReason, PersonState, StateSpan
from svyazka.business.calls.phone_system import Do
from svyazka.business.calls.whose_phone import PhoneKey
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.staff.models import Person, Session
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

Kind = PersonState.Kind


@transaction.atomic
def ready(person: Person, *, by: Actor) -> None:
    """Calls may come. Also the end of a break, of after-call work, of being away."""
    _begin(person, Kind.READY, by=by)


@transaction.atomic
def take_break(person: Person, reason: BreakReason | None, *, by: Actor) -> None:
    """`reason`: none where nobody asked for one, as when the break is begun on the phone itself."""
    if reason and not reason.is_active:
        raise Refused(_("This reason is not offered any more. Choose another one."))
    _begin(person, Kind.BREAK, reason=reason, by=by)


@transaction.atomic
def work_after_call(person: Person, *, by: Actor) -> None:
    """Begun by hand, as long as he likes; the house begins it by itself with `talked`."""
    _begin(person, Kind.AFTER_CALL, by=by)


@transaction.atomic
def leave(person: Person, *, by: Actor) -> None:
    """He logs out: away, unless he is still here on another device."""
    elsewhere = Session.objects.filter(person=person, expire_date__gt=clock.now()).exists()
    if not elsewhere and PersonState.objects.filter(person=person).exists():
        _begin(person, Kind.AWAY, by=by)


@transaction.atomic
def end_break(person: Person, *, by: Person) -> None:
    """A forgotten one, by whoever looks after the floor."""
    current = PersonState.objects.filter(person=person, kind=Kind.BREAK).select_related("reason").first()
    if current is None:
        return
    changes = {"since": (current.since.isoformat(), None), "reason": (str(current.reason or ""), None)}
    record("calls.break_ended", About("person", person.pk), by=by, changes=changes)
    _begin(person, Kind.READY, by=by)


def talked(ends: Mapping[PhoneKey, datetime]) -> None:
    """Talks at these phones have just ended (phone → when): those who were ready have some time for what follows it,
    where the company wants it so. One statement for all of them, for it stands on the way of every call."""
    if not ends:
        return
    with connection.cursor() as cursor:
        codes, extensions = [phone.pbx_code for phone in ends], [phone.extension for phone in ends]
        at, now = list(ends.values()), clock.now()
        cursor.execute(_AFTER_CALL, {"codes": codes, "extensions": extensions, "at": at, "now": now})
        found = [number for (number,) in cursor.fetchall()]
    if found:
        announce("own_floor", 0, people=found)


# `older`: the state as it was. A talk of which is heard late is long over.
_AFTER_CALL = """
with older as (
    select state.person_id, state.kind, state.since, state.until, talk.at,
           talk.at + rules.after_call_seconds * interval '1 second' as free_at
    from calls_floorrules rules
    join unnest(%(codes)s::text[], %(extensions)s::text[], %(at)s::timestamptz[]) as talk (pbx_code, extension, at)
        on rules.after_call_seconds > 0
    join staff_person person
        on person.extension = talk.extension and person.pbx_code in ('', talk.pbx_code) and person.is_active
    join calls_personstate state on state.person_id = person.id
    where state.kind in ('ready', 'after_call') and state.since < talk.at
      and (state.kind = 'ready' or state.until is not null)
      and talk.at + rules.after_call_seconds * interval '1 second' > %(now)s
    order by state.person_id for update of state
), spans as (
    insert into calls_statespan (began_at, ended_at, person_id, kind)
    select since, least(coalesce(until, at), at), person_id, kind from older
    union all
    select until, at, person_id, 'ready' from older where kind = 'after_call' and until < at
)
update calls_personstate state set kind = 'after_call', reason_id = null, since = older.at, until = older.free_at
from older where state.person_id = older.person_id returning state.person_id
"""


def _begin(person: Person, kind: Kind, *, reason: BreakReason | None = None, by: Actor) -> None:
    now = clock.now()
    PersonState.objects.get_or_create(person_id=person.pk, defaults={"kind": Kind.AWAY, "since": now})
    current = PersonState.objects.select_for_update().get(person=person)
    _expire(current, now)
    if (current.kind, current.reason_id) == (kind, reason.pk if reason else None):
        return
    _put_down(current, until=now)
    # Of a break that the previous version wrote down, the mark may be missing.
    rested = current.phone_rests or current.kind == Kind.BREAK
    current.phone_rests = kind == Kind.BREAK or (kind == Kind.AWAY and rested)
    current.kind, current.reason, current.since = kind, reason, now
    current.until = now + timedelta(minutes=reason.minutes) if reason and reason.minutes else None
    if current.phone_rests != rested:
        current.command_id = _tell_phone(person, current)
    current.save()
    announce("floor", person.pk)
    announce("own_floor", 0, people=[person.pk])


def _expire(current: PersonState, now: datetime) -> None:
    if current.until and current.has_ended(now):
        _put_down(current, until=current.until)
        current.kind, current.since, current.until = Kind.READY, current.until, None
        current.save()


def _put_down(current: PersonState, *, until: datetime) -> None:
    if current.since < until:
        StateSpan.objects.create(
            began_at=current.since,
            ended_at=until,
            person_id=current.person_id,
            kind=current.kind,
            reason_id=current.reason_id,
        )


def _tell_phone(person: Person, current: PersonState) -> int | None:
    """The page says what became of it."""
    do = Do.PAUSE if current.phone_rests else Do.RESUME
    if do not in commands.can(commands.pbx_of(person)):
        return None
    reason = str(current.reason.code) if current.reason else ""
    return commands.ask(do, by=person, click=f"floor-{uuid4().hex}", reason=reason).pk
