"""Leave and illness: entered ahead, ended early when somebody is back before."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Absence, Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

LONGEST_NOTE = 200


def enter(person: Person, begin: datetime, end: datetime, *, note: str = "", by: Actor) -> Absence:
    """From `begin` on the person is passed over, until `end`. Two absences of one person never overlap."""
    note = " ".join(note.replace("\x00", "").split())
    _refuse(person, begin, end, note)
    try:
        with transaction.atomic():
            absence = Absence.objects.create(person=person, during=(begin, end), note=note)
            _record("staff.absent", absence, (None, _period(begin, end)), by=by)
    except IntegrityError as conflict:
        raise _overlaps(person, begin, end) from conflict
    return absence


@transaction.atomic
def end(absence: Absence, *, by: Actor) -> None:
    """Back from now on. What has not begun yet goes whole; what is over stays as it was, also at a second click."""
    current = Absence.objects.select_for_update().filter(pk=absence.pk).first()
    now = clock.now()
    if current is None or current.during.upper <= now:
        return
    begin, planned = current.during.lower, _period(current.during.lower, current.during.upper)
    if begin >= now:
        _record("staff.absence_called_off", current, (planned, None), by=by)
        current.delete()
        return
    current.during = (begin, now)
    current.save(update_fields=["during"])
    _record("staff.back", current, (planned, _period(begin, now)), by=by)


def ahead_of(person: Person) -> list[Absence]:
    """The one that is now, and those to come."""
    return list(person.absences.filter(during__endswith__gt=clock.now()).order_by("during"))


def past_of(person: Person, *, most: int = 5) -> list[Absence]:
    """The last ones that are over, the newest first."""
    return list(person.absences.filter(during__endswith__lte=clock.now()).order_by("-during")[:most])


def _refuse(person: Person, begin: datetime, end: datetime, note: str) -> None:
    if not person.is_active:
        raise Refused(_("This person does not work here any more."))
    if end <= begin:
        raise _wrong(_("The end must be after the beginning."))
    if end <= clock.now():
        raise _wrong(_("This time is over."))
    if len(note) > LONGEST_NOTE:
        raise Refused(_("This is too long."), fields={"note": _("This is too long.")})


def _overlaps(person: Person, begin: datetime, end: datetime) -> Refused:
    other = person.absences.filter(during__overlap=(begin, end)).order_by("during").first()
    if other is None:  # it has just been ended
        return Refused(_("Somebody has just changed the absences of this person. Try again."))
    words = _("This person is absent already: {period}.")
    return _wrong(format_lazy(words, period=_period(other.during.lower, other.during.upper)))


def _wrong(words: object) -> Refused:
    return Refused(words, fields={"until": words})


def _period(begin: datetime, end: datetime) -> str:
    return f"{clock.local(begin):%d.%m.%Y %H:%M} – {clock.local(end):%d.%m.%Y %H:%M}"


def _record(verb: str, absence: Absence, change: tuple[str | None, str | None], *, by: Actor) -> None:
    """The person hears of it too: his colleagues see him marked at once."""
    about = About("person", absence.person_id)
    record(verb, about, by=by, changes={"absent": change}, note=absence.note, people=[absence.person_id])
