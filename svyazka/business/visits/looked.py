"""What somebody has seen of a visit that he goes to, and what is different since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q

from svyazka.business.clients.models import ContactPoint
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Booking, Look, Resource, Visit
from svyazka.business.visits.on_site.in_hand import mark_of
from svyazka.business.visits.on_site.sent import Unreadable
from svyazka.kit import clock

# What a visit is read with, to be shown: the client's phones, and everybody and everything that goes there.
PHONES = Prefetch(
    "client__contact_points", ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE).order_by("pk"), to_attr="phones"
)
TAKEN = Prefetch(
    "bookings", Booking.objects.select_related("resource").order_by("resource__position", "resource"), to_attr="taken"
)
ON = (Visit.Status.PLANNED, Visit.Status.ON_WAY, Visit.Status.STARTED)
# So long what was different stays on the page of whoever has opened it: he may be reading it still.
READ_FOR = timedelta(minutes=15)
_TEXTS = {"starts_at": 40, "ends_at": 40, "address": 300, "phone": 16, "wishes": 300, "brief": 300}
_MOST_PEOPLE, _LONGEST_NAME = 50, 120
Shown = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """`what`: time, address, phone, wishes, brief, joined, left."""

    what: str
    before: Any
    now: Any


@dataclass(frozen=True)
class News:
    """`is_open`: he has not looked at it yet."""

    is_new: bool = False
    differences: Sequence[Difference] = ()
    is_open: bool = False


@dataclass(frozen=True)
class Gone:
    """He knows of it on this day, and it is there no longer: it was called off, is at another time, is another's."""

    visit: Visit
    was_at: datetime
    is_his: bool


def along(visit: Visit, *kinds: str) -> list[Resource]:
    """Who or what of these kinds goes there, each once."""
    taken: list[Booking] = visit.taken  # type: ignore[attr-defined]  # read with TAKEN
    return list(dict.fromkeys(one.resource for one in taken if one.resource.kind in kinds))


def shown(visit: Visit) -> dict[str, Any]:
    """What a phone shows of it, as far as somebody has to hear when it is different. Read with PHONES and TAKEN."""
    phones: list[ContactPoint] = visit.client.phones  # type: ignore[attr-defined]
    return {
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "address": visit.address,
        "phone": mark_of(phones[0].value if phones else ""),
        "people": sorted(one.name for one in along(visit, Resource.Kind.ENGINEER, Resource.Kind.CREW)),
        "wishes": visit.wishes,
        "brief": visit.brief,
    }


def read(given: Any) -> dict[str, Any]:
    """The same as it comes back from a phone."""
    if not isinstance(given, dict):
        raise Unreadable("shown")
    texts = {name: given.get(name) for name in _TEXTS}
    if any(not isinstance(text, str) or len(text) > _TEXTS[name] or "\x00" in text for name, text in texts.items()):
        raise Unreadable("shown")
    _moment(texts["starts_at"])
    _moment(texts["ends_at"])
    people = given.get("people")
    if not isinstance(people, list) or len(people) > _MOST_PEOPLE or not all(map(_is_name, people)):
        raise Unreadable("people")
    return {**texts, "people": people}


def _is_name(given: Any) -> bool:
    return isinstance(given, str) and len(given) <= _LONGEST_NAME and "\x00" not in given


def _moment(given: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise Unreadable("starts_at") from None
    if moment.tzinfo is None or not 1970 <= moment.year < 2200:
        raise Unreadable("starts_at")
    return moment


@transaction.atomic
def look(visit: Visit, seen: Any, *, by: Person, at: datetime | None = None) -> None:
    """He has seen it so, as his phone says. Of one that is not his any more nothing is kept: he knows that by now."""
    of_his = Look.objects.filter(person=by, visit=visit)
    if not Visit.objects.exclude(status=Visit.Status.CANCELLED).with_person(by).filter(pk=visit.pk).exists():
        of_his.delete()
        return
    moment, read_of = min(at or clock.now(), clock.now()), read(seen)
    values = {"at": moment, "starts_at": _moment(read_of["starts_at"]), "shown": read_of}
    known, is_first = Look.objects.get_or_create(person=by, visit=visit, defaults=values)
    # Another of his phones may have told us of a later look already.
    if not is_first and known.at <= moment and known.shown != read_of:
        of_his.update(**values, before=known.shown)


def of_visits(visits: Iterable[Visit], person: Person) -> dict[int, Look]:
    return {one.visit_id: one for one in Look.objects.filter(person=person, visit__in=[one.pk for one in visits])}


def of_day(
    visits: Sequence[Visit], person: Person, begins: datetime, ends: datetime
) -> tuple[dict[int, Look], list[Gone]]:
    """What he has seen of the visits of a day, and those that are there no longer."""
    there = {one.pk for one in visits}
    wanted = Q(visit__in=there) | Q(starts_at__gte=begins, starts_at__lt=ends)
    looks = Look.objects.filter(wanted, person=person).select_related("visit__kind", "visit__client", "visit__resource")
    found = list(looks.order_by("starts_at"))
    missing = [one for one in found if one.visit_id not in there and one.visit.status in (*ON, Visit.Status.CANCELLED)]
    his = _his([one.visit_id for one in missing], person)
    gone = [Gone(one.visit, one.starts_at, one.visit_id in his) for one in missing]
    return {one.visit_id: one for one in found if one.visit_id in there}, gone


def _his(visits: Sequence[int], person: Person) -> set[int]:
    if not visits:
        return set()
    own = Visit.objects.exclude(status=Visit.Status.CANCELLED).with_person(person).filter(pk__in=visits)
    return set(own.values_list("pk", flat=True))


def news(visit: Visit, known: Look | None) -> News:
    """Nothing of one that is over: he was there."""
    if visit.status not in ON:
        return News()
    if known is None:
        return News(is_new=visit.status == Visit.Status.PLANNED, is_open=True)
    if found := list(differences(known.shown, shown(visit))):
        return News(differences=found, is_open=True)
    if known.before is not None and known.at > clock.now() - READ_FOR:
        return News(differences=list(differences(known.before, known.shown)))
    return News(is_open=not known.shown)


def differences(before: Shown, now: Shown) -> Iterator[Difference]:
    """What was not known before is no difference."""
    if "starts_at" in before and _times(before) != _times(now):
        yield Difference("time", *([seen["starts_at"], seen["ends_at"]] for seen in (before, now)))
    for what in ("address", "phone", "wishes", "brief"):
        if what in before and before[what] != now[what]:
            yield Difference(what, before[what], now[what])
    if "people" in before:
        came, left = set(now["people"]) - set(before["people"]), set(before["people"]) - set(now["people"])
        if came:
            yield Difference("joined", "", sorted(came))
        if left:
            yield Difference("left", "", sorted(left))


def _times(seen: Shown) -> list[datetime]:
    return [datetime.fromisoformat(seen[name]) for name in ("starts_at", "ends_at")]
