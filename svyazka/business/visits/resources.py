"""Who can be booked: engineers and crews, what they can do, and when they work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.staff import hire, roles
from svyazka.business.staff.hours import Hours, in_words, to_store
from svyazka.business.staff.models import Person, Role
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.kit.refusals import Refused

GO_OUT = (Role.ENGINEER, Role.CREW)


def add(*, name: str, kind: str, person: Person | None, skills: Iterable[str], hours: Hours, by: Actor) -> Resource:
    last = Resource.objects.aggregate(last=Max("position"))["last"]
    resource = Resource(position=0 if last is None else last + 1)
    _write(resource, name=name, kind=kind, person=person, skills=skills, hours=hours)
    _save(resource, "visits.resource_added", {"name": (None, resource.name)}, by=by)
    return resource


def change(resource: Resource, *, by: Actor, **values: Any) -> Resource:
    """`values`: name, kind, person, skills, hours, is_active. Visits that are booked already stay as they are."""
    with transaction.atomic():
        rows = Resource.objects.select_for_update(of=("self",)).select_related("person")
        current = rows.get(pk=resource.pk)
        before = _in_words(current)
        _write(current, **values)
        after = _in_words(current)
        changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
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


def skills() -> dict[str, str]:
    """Everything that the kinds of visits ask for: code → the kinds that need it."""
    named: dict[str, list[str]] = defaultdict(list)
    for kind in VisitKind.objects.all():
        named[kind.skill].append(kind.name)
    return {code: ", ".join(names) for code, names in named.items()}


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
    faults: dict[str, object] = {}
    for name, given in values.items():
        try:
            setattr(resource, name, _READERS[name](given, resource))
        except Refused as refusal:
            faults[name] = refusal.message
    if faults:
        raise Refused(next(iter(faults.values())), fields=faults)


def _save(resource: Resource, verb: str, changes: dict[str, tuple[Any, Any]], *, by: Actor) -> None:
    people = [resource.person_id] if resource.person_id else []
    try:
        with transaction.atomic():
            resource.save()
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
    if given is None or given.pk == resource.person_id:
        return given
    if given.basis not in GO_OUT or not given.is_active:
        raise Refused(_("Only engineers and crews carry out visits."))
    if Resource.objects.filter(person=given).exclude(pk=resource.pk).exists():
        raise _taken()
    return given


def _skills(given: Iterable[str], resource: Resource) -> list[str]:
    """In the order of the kinds; what no kind asks for any more stays with whoever had it."""
    chosen, asked = set(given), list(skills())
    if not chosen:
        message = _("Tick at least one kind of work.")
        raise Refused(message, fields={"skills": message})
    if chosen - set(asked) - set(resource.skills):
        raise Refused(_("There is no such work."))
    return [code for code in asked if code in chosen] + [code for code in resource.skills if code not in asked]


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
        "is_active": resource.is_active,
    }


def _taken() -> Refused:
    words = _("This person can be booked already, under another name.")
    return Refused(words, fields={"person": words})


def _look_again(person: Person) -> None:
    for pk in Resource.objects.filter(person=person).values_list("pk", flat=True):
        announce("resource", pk)
