"""Rules of whom a thread goes to: written by the office, in their order, and tried on the last week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.inbox.models import RouteRule
from svyazka.business.inbox.routing import Asked, fits, language_of
from svyazka.business.journal.names import reorder
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.sorting import listing
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.kit.texts import storable

MOST, LONGEST_NAME, MOST_MINUTES = 100, 80, 1440
WEEK, TRIED = timedelta(days=7), 200
_SAID = ("name", "categories", "accounts", "language", "hours", "department", "skill", "person", "minutes")


@dataclass(frozen=True)
class Trial:
    """Of so many messages so many go to the client's own manager anyway, and so many this rule is the first to fit."""

    number: int
    own: int
    caught: list[Interaction]


def add(given: Mapping[str, Any], *, by: Actor) -> RouteRule:
    """Behind the others: the first that fits counts."""
    made = sound(given)
    if RouteRule.objects.count() >= MOST:
        raise Refused(_("There are 100 rules already."))
    last = RouteRule.objects.aggregate(last=Max("position"))["last"]
    made.position = 0 if last is None else last + 1
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            _record("inbox.route_added", made, {"name": (None, made.name)}, by=by)
    except IntegrityError as conflict:
        raise _taken() from conflict
    return made


def change(rule: RouteRule, given: Mapping[str, Any], *, seen: int, by: Actor) -> None:
    """`seen`: its version, as it was when somebody began to change it."""
    wanted = sound(given)
    try:
        with transaction.atomic():
            current = _held(rule)
            if current.version != seen:
                raise ChangedMeanwhile
            before, after = _plain(current), _plain(wanted)
            changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
            if changes:
                values = {name: getattr(wanted, name) for name in _SAID}
                RouteRule.objects.filter(pk=rule.pk).update(**values, version=F("version") + 1)
                _record("inbox.route_changed", current, changes, by=by)
    except IntegrityError as conflict:
        raise _taken() from conflict


@transaction.atomic
def switch(rule: RouteRule, *, on: bool, by: Actor) -> None:
    current = _held(rule)
    if current.is_active != on:
        RouteRule.objects.filter(pk=rule.pk).update(is_active=on)
        _record("inbox.route_changed", current, {"is_active": (not on, on)}, by=by)


@transaction.atomic
def move(rule: RouteRule, *, up: bool, by: Actor) -> None:
    if changes := reorder(RouteRule.objects.all(), rule, up=up):
        _record("inbox.route_changed", rule, changes, by=by)


@transaction.atomic
def remove(rule: RouteRule, *, by: Actor) -> None:
    """Whoever got something by it keeps it."""
    current = _held(rule)
    _record("inbox.route_removed", current, {"name": (current.name, None)}, by=by)
    current.delete()


def sound(given: Mapping[str, Any]) -> RouteRule:
    """As it would be stored; raises Refused."""
    name = " ".join(storable(given["name"]).split())
    if not name or len(name) > LONGEST_NAME:
        raise _at_fault("name", _("This is too long.") if name else _("Without a name nobody knows what it is."))
    made = RouteRule(**{**given, "name": name, "skill": given["skill"].strip()})
    if not (made.department or made.person or made.skill):
        raise _at_fault("department", _("Choose a department, a person or a skill: otherwise it leads nowhere."))
    if made.person and not made.person.is_active:
        raise _at_fault("person", _("This person does not work here any more."))
    if not 1 <= made.minutes <= MOST_MINUTES:
        raise _at_fault("minutes", _("A number between 1 and 1440 is needed."))
    return made


def tried(wanted: RouteRule, *, instead_of: RouteRule | None = None) -> Trial:
    """On what clients wrote in the last week: a new rule stands behind the others, a changed one where it stood."""
    since = clock.now() - WEEK
    lines = list(
        Interaction.objects.filter(kind="message", direction="in", at__gte=since).order_by("-at", "-pk")[:TRIED]
    )
    looked_after = Deal.objects.filter(client__in={one.client_id for one in lines}, closed_at=None)
    own = set(looked_after.filter(responsible__is_active=True).values_list("client_id", flat=True))
    left = [one for one in lines if one.client_id not in own]
    about, before = listing.of_lines(left), _before(instead_of)
    caught = []
    for line in left:
        asked = Asked(line.client_id, about[line.pk].code if line.pk in about else "", line.channel, line.text)
        language = language_of(line.text)
        if fits(wanted, asked, language) and not any(fits(rule, asked, language) for rule in before):
            caught.append(line)
    return Trial(len(lines), len(lines) - len(left), caught)


def _before(instead_of: RouteRule | None) -> list[RouteRule]:
    """Those at any time that come first. At which hour one fits cannot be said of the past."""
    found = list(RouteRule.objects.filter(is_active=True, hours=RouteRule.Hours.ANY))
    return found if instead_of is None else [one for one in found if one.position < instead_of.position]


def _plain(rule: RouteRule) -> dict[str, Any]:
    names = {name: getattr(rule, name) for name in _SAID}
    return {**names, "department": rule.department and rule.department.code, "person": rule.person_id}


def _held(rule: RouteRule) -> RouteRule:
    found = RouteRule.objects.select_for_update(of=("self",)).select_related("department")
    current = found.filter(pk=rule.pk).first()
    if current is None:
        raise ChangedMeanwhile
    return current


def _taken() -> Refused:
    return _at_fault("name", _("There is one of this name already."))


def _at_fault(field: str, said: object) -> Refused:
    return Refused(said, fields={field: said})


def _record(verb: str, rule: RouteRule, changes: Mapping[str, tuple[Any, Any]], *, by: Actor) -> None:
    record(verb, About("route_rule", rule.pk), by=by, changes=changes, note=rule.name)
