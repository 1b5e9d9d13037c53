"""Who and what can be booked: engineers and crews with what they can do and when they work, vehicles, tools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import time
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.staff import hire, roles
from svyazka.business.staff.hours import Hours, in_words, to_store
from svyazka.business.staff.models import Person, Role
from svyazka.business.visits import crews, freed, kinds
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.kit.refusals import Refused

MOST_TAGS, MOST_PLACES, LONGEST_PLACE = 10, 40, 60
THINGS = (Resource.Kind.VEHICLE, Resource.Kind.TOOL)
GO_OUT = (Role.ENGINEER, Role.CREW)


class Break(NamedTuple):
    """A pause of these minutes that may lie anywhere between two times."""

    minutes: int
    begins: time
    ends: time


@transaction.atomic
def add(*, by: Actor, members: Iterable[Resource] = (), **values: Any) -> Resource:
    """`values`: as of `change`; name, kind, person, skills and hours are needed."""
    last = Resource.objects.aggregate(last=Max("position"))["last"]
    resource = Resource(position=0 if last is None else last + 1)
    _write(resource, **values)
    _save(resource, "visits.resource_added", {"name": (None, resource.name)}, by=by)
    crews.choose(resource, members)
    return resource


def change(resource: Resource, *, by: Actor, members: Iterable[Resource] | None = None, **values: Any) -> Resource:
    """`values`: name, kind, person, skills, hours, breaks, home, territory, most_visits, most_minutes, is_active.
    Visits that are booked already stay as they are."""
    with transaction.atomic():
        rows = Resource.objects.select_for_update(of=("self",)).select_related("person")
        current = rows.get(pk=resource.pk)
        before = _in_words(current)
        _write(current, **values)
        after = _in_words(current)
        changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
        if members is not None and (changed := crews.choose(current, members)):
            changes["members"] = changed
        if changes:
            _save(current, "visits.resource_changed", changes, by=by)
    return current


@transaction.atomic
def let_go(person: Person, *, by: Actor) -> None:
    """Like `hire.let_go`. Whoever looks at the calendar sees at once that his time is not offered any more."""
    hire.let_go(person, by=by)
    _look_again(person)


@transaction.atomic
def take_back(person: Person, *, by: Actor) -> None:
    """Like `hire.take_back`: his time is offered again."""
    hire.take_back(person, by=by)
    _look_again(person)


def skills(of: Iterable[VisitKind] | None = None) -> dict[str, str]:
    """Everything that the kinds of visits ask for: code → the kinds that need it."""
    named: dict[str, list[str]] = defaultdict(list)
    asking = list(VisitKind.objects.all() if of is None else of)
    for kind in asking:
        named[kind.skill].append(kind.name)
    further = {word: word for kind in asking for word in kind.more_skills if word not in named}
    return {**{code: ", ".join(names) for code, names in named.items()}, **further}


def could_carry_out(resource: Resource | None = None) -> QuerySet[Person]:
    """Whose phone may show the visits: engineers and crews without a resource of their own, besides this one's."""
    free = Q(is_active=True, role__in=roles.based_on(*GO_OUT), resource=None)
    own = Q(pk=resource.person_id) if resource and resource.person_id else Q()
    return Person.objects.filter(free | own).order_by("full_name")


def ahead_of(person: Person) -> list[Visit]:
    """The visits that this person would have to go to, the next one first."""
    return list(Visit.objects.ahead().of_person(person).order_by("starts_at"))


def hours_in_words(resource: Resource) -> str:
    return in_words(resource.hours)


def _write(resource: Resource, **values: Any) -> None:
    """In the order of the readers: what somebody can do depends on what he is."""
    faults: dict[str, object] = {}
    for name in (name for name in _READERS if name in values):
        try:
            setattr(resource, name, _READERS[name](values[name], resource))
        except Refused as refusal:
            faults[name] = refusal.message
    if faults:
        raise Refused(next(iter(faults.values())), fields=faults)


def _save(resource: Resource, verb: str, changes: dict[str, tuple[Any, Any]], *, by: Actor) -> None:
    people = [resource.person_id] if resource.person_id else []
    try:
        with transaction.atomic():
            resource.save()
            freed.note_coming_days(resource)
            record(verb, About("resource", resource.pk), by=by, changes=changes, note=resource.name, people=people)
    except IntegrityError as conflict:
        raise _taken() from conflict


def _name(given: str, _resource: Resource) -> str:
    name = " ".join(given.replace("\x00", "").split())
    if not name:
        raise Refused(_("Give a name by which colleagues will know it."))
    if len(name) > 120:
        raise Refused(_("This is too long."))
    return name


def _kind(given: str, _resource: Resource) -> str:
    if given not in Resource.Kind.values:
        raise Refused(_("There is no such kind."))
    return given


def _person(given: Person | None, resource: Resource) -> Person | None:
    if given and resource.kind in THINGS:
        raise Refused(_("A vehicle or a tool is taken along; its visits stand on nobody's phone."))
    if given is None or given.pk == resource.person_id:
        return given
    if given.basis not in GO_OUT or not given.is_active:
        raise Refused(_("Only engineers and crews carry out visits."))
    if Resource.objects.filter(person=given).exclude(pk=resource.pk).exists():
        raise _taken()
    return given


def _skills(given: Iterable[str], resource: Resource) -> list[str]:
    """In the order of the kinds; what no kind asks for any more stays with whoever had it. Of a vehicle or a tool it is
    said in free words what it is good for."""
    if resource.kind in THINGS:
        return _tags(given, kinds.LONGEST_TAG)
    chosen, asked = set(given), list(skills())
    if not chosen:
        message = _("Tick at least one kind of work.")
        raise Refused(message, fields={"skills": message})
    if chosen - set(asked) - set(resource.skills):
        raise Refused(_("There is no such work."))
    return [code for code in asked if code in chosen] + [code for code in resource.skills if code not in asked]


def _tags(given: Iterable[str], longest: int) -> list[str]:
    found = kinds.tags(given)
    if len(found) > MOST_TAGS or any(len(one) > longest for one in found):
        words = _("At most {most} of them, each with at most {longest} letters.")
        raise Refused(format_lazy(words, most=MOST_TAGS, longest=longest))
    return found


def _territory(given: Iterable[str], _resource: Resource) -> list[str]:
    tidy = (" ".join(one.replace("\x00", "").split()) for one in given)
    found = list(dict.fromkeys(one for one in tidy if one))
    if len(found) > MOST_PLACES or any(len(one) > LONGEST_PLACE for one in found):
        words = _("At most {most} of them, each with at most {longest} letters.")
        raise Refused(format_lazy(words, most=MOST_PLACES, longest=LONGEST_PLACE))
    return found


def _home(given: str, resource: Resource) -> str:
    """Where that is on the map is another question, asked anew."""
    home = " ".join(given.replace("\x00", "").split())
    if len(home) > 300:
        raise Refused(_("This is too long."))
    if home != resource.home:
        resource.lat, resource.lon, resource.placed_by = None, None, ""
    return home


def _breaks(given: Iterable[Break], _resource: Resource) -> list[list[Any]]:
    return [_break(one) for one in given]


def _break(given: Break) -> list[Any]:
    ((begins, ends),) = to_store({0: [(given.begins, given.ends)]})["0"]
    if not 1 <= given.minutes <= _minute(ends) - _minute(begins):
        raise Refused(_("The break is longer than the time in which it may lie."))
    return [given.minutes, begins, ends]


def _minute(hour: str) -> int:
    """Of the day: `12:30` is the 750th."""
    hours, _colon, minutes = hour.partition(":")
    return int(hours) * 60 + int(minutes)


def _most_visits(given: int | None, _resource: Resource) -> int | None:
    return _bounded(given, 50)


def _most_minutes(given: int | None, _resource: Resource) -> int | None:
    return _bounded(given, 24 * 60)


def _bounded(given: int | None, most: int) -> int | None:
    if given is not None and not 1 <= given <= most:
        raise Refused(format_lazy(_("A number between {least} and {most} is needed."), least=1, most=most))
    return given


def _hours(given: Hours, _resource: Resource) -> dict[str, list[list[str]]]:
    return to_store(given)


def _is_active(given: bool, _resource: Resource) -> bool:
    return given


_READERS: dict[str, Any] = {
    "name": _name,
    "kind": _kind,
    "person": _person,
    "skills": _skills,
    "hours": _hours,
    "breaks": _breaks,
    "home": _home,
    "territory": _territory,
    "most_visits": _most_visits,
    "most_minutes": _most_minutes,
    "is_active": _is_active,
}


def _in_words(resource: Resource) -> dict[str, Any]:
    """As the journal tells it: names, because it outlives what they name."""
    known = skills()
    return {
        "name": resource.name,
        "kind": resource.kind,
        "person": resource.person.full_name if resource.person else None,
        "skills": "; ".join(known.get(code, code) for code in resource.skills),
        "hours": hours_in_words(resource),
        "breaks": "; ".join(f"{minutes} ({begins}–{ends})" for minutes, begins, ends in resource.breaks),
        "home": resource.home,
        "territory": ", ".join(resource.territory),
        "most_visits": resource.most_visits,
        "most_minutes": resource.most_minutes,
        "is_active": resource.is_active,
    }


def _taken() -> Refused:
    words = _("This person can be booked already, under another name.")
    return Refused(words, fields={"person": words})


def _look_again(person: Person) -> None:
    for pk in Resource.objects.filter(person=person).values_list("pk", flat=True):
        announce("resource", pk)
