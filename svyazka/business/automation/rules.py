"""Rules are put together, changed, switched on and off; each state that they had can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.automation import circles, conditions, in_force
from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.models import Rule, RuleVersion
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.business.journal.names import reorder
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.kit.texts import storable

MOST, MOST_ACTIONS, LONGEST_WAIT = 200, 20, 366 * 24 * 60  # minutes
# What a version keeps, and what is compared.
CONTENT = ("name", "trigger", "options", "conditions", "actions", "once", "wait_minutes", "hears_brought")


def add(typed: Mapping[str, Any], *, by: Actor) -> Rule:
    """Behind the others, and switched off: whoever has looked what it would have done switches it on."""
    values = read(typed)
    with _names_taken(), transaction.atomic():
        in_force.hold()
        if Rule.objects.count() >= MOST:
            raise Refused(_("There are {most} rules already.").format(most=MOST))
        last = Rule.objects.aggregate(last=Max("position"))["last"]
        made = Rule.objects.create(**values, position=0 if last is None else last + 1)
        _keep(made, by=by)
        _record("automation.rule_added", made, {"name": (None, made.name)}, by=by)
    return made


def change(rule: Rule, typed: Mapping[str, Any], *, seen: int, by: Actor) -> Rule:
    """`seen`: its version, as it was when somebody began to change it."""
    values = read(typed)
    with _names_taken(), transaction.atomic():
        current = _held(rule, seen=seen)
        return _become(current, values, by=by)


@transaction.atomic
def take_back(rule: Rule, version: int, *, seen: int, by: Actor) -> Rule:
    """As it was then: another version, so that nothing is lost."""
    current = _held(rule, seen=seen)
    kept = RuleVersion.objects.filter(rule=rule, version=version).first()
    if kept is None:
        raise Refused(_("This version is not here any more."))
    with _names_taken():
        return _become(current, read(kept.content), by=by)


@transaction.atomic
def switch(rule: Rule, *, on: bool, by: Actor) -> Rule:
    """On, it hears what happens from now on; what it says is read once more, for the company may have changed."""
    current = _held(rule)
    if current.is_active == on:
        return current
    if on:
        read(content_of(current))
        current.active_since, current.stopped_at, current.stopped_why = clock.now(), None, ""
    current.is_active = on
    current.save(update_fields=["is_active", "active_since", "stopped_at", "stopped_why"])
    in_force.changed()
    _record("automation.rule_changed", current, {"is_active": (not on, on)}, by=by)
    return current


@transaction.atomic
def move(rule: Rule, *, up: bool, by: Actor) -> None:
    if changes := reorder(Rule.objects.all(), rule, up=up):
        in_force.changed()
        _record("automation.rule_changed", rule, changes, by=by)


@transaction.atomic
def remove(rule: Rule, *, by: Actor) -> None:
    """With its runs; what they did stays, and so does what the journal says of it."""
    current = _held(rule)
    _record("automation.rule_removed", current, {"name": (current.name, None)}, by=by)
    current.delete()
    in_force.changed()


@transaction.atomic
def copy(rule: Rule, *, by: Actor) -> Rule:
    """Switched off, under a name of its own."""
    in_force.hold()
    return add({**content_of(rule), "name": _free_name(rule.name)}, by=by)


def faults(typed: Mapping[str, Any], *, rule: Rule | None = None) -> list[str]:
    """What might go wrong with it though it may be so: circles over other rules that are switched on."""
    return circles.over_others(read(typed), rule.pk if rule else None)


def read(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the builder sends, as it is stored. Refused names every part that is at fault: `name`, `trigger`,
    `options.stage`, `conditions.0.value`, `actions.1.text`."""
    wrong: dict[str, Any] = {}
    found = {
        "name": _part("name", wrong, lambda: _name(typed.get("name")), ""),
        "trigger": str(typed.get("trigger") or ""),
        "options": _part("options", wrong, lambda: _options(typed), {}),
        "conditions": _part("conditions", wrong, lambda: conditions.read(typed.get("conditions") or []), []),
        "actions": _actions(typed.get("actions"), wrong),
        "once": _part("once", wrong, lambda: _once(typed.get("once")), ""),
        "wait_minutes": _part("wait_minutes", wrong, lambda: _wait(typed.get("wait_minutes")), 0),
        "hears_brought": typed.get("hears_brought") in (True, "1", "on", "yes", "true"),
    }
    if wrong:
        raise Refused(next(iter(wrong.values())), fields=wrong)
    if said := circles.by_itself(found):
        raise Refused(said, fields={"actions": said})
    return found


def content_of(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in CONTENT}


def list_rules() -> list[Rule]:
    return list(Rule.objects.all())


def list_versions(rule: Rule) -> list[RuleVersion]:
    return list(RuleVersion.objects.filter(rule=rule).select_related("by").order_by("-version"))


def _part(name: str, wrong: dict[str, Any], read_it: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return read_it()
    except Refused as refusal:
        wrong |= {f"{name}.{field}": said for field, said in refusal.fields.items()} or {name: refusal.message}
        return otherwise


def _name(given: Any) -> str:
    name = " ".join(storable(str(given or "")).split())
    if not name or len(name) > 100:
        raise Refused(_("This is too long.") if name else _("Without a name nobody knows what it is."))
    return name


def _options(typed: Mapping[str, Any]) -> dict[str, Any]:
    trigger = TRIGGERS.get(str(typed.get("trigger") or ""))
    if trigger is None:
        raise Refused(_("Say what the rule waits for."))
    options = typed.get("options") or {}
    if not isinstance(options, Mapping):
        raise Refused(_("This rule cannot be read."))
    return trigger.read(options)


def _actions(typed: Any, wrong: dict[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(typed, list | tuple) or not typed:
        wrong["actions"] = _("Say what the rule does.")
        return []
    if len(typed) > MOST_ACTIONS:
        wrong["actions"] = _("{most} actions at most.").format(most=MOST_ACTIONS)
        return []
    return [_part(f"actions.{at}", wrong, partial(_action, one), {}) for at, one in enumerate(typed)]


def _action(typed: Any) -> dict[str, Any]:
    given = typed.get("given") if isinstance(typed, Mapping) else None
    if not isinstance(given, Mapping) or typed.get("kind") not in ACTIONS:
        raise Refused(_("There is no such action."))
    return {"kind": typed["kind"], "given": ACTIONS[typed["kind"]].read(given)}


def _once(given: Any) -> str:
    if (given or "") not in Rule.Once.values:
        raise Refused(_("Choose one of the list."))
    return str(given or "")


def _wait(given: Any) -> int:
    text = str(given or 0)
    if not text.isascii() or not text.isdecimal() or int(text[:9]) > LONGEST_WAIT:
        raise Refused(_("A number of minutes is needed here, a year at most."))
    return int(text)


def _become(current: Rule, values: Mapping[str, Any], *, by: Actor) -> Rule:
    before = content_of(current)
    changes = {name: (before[name], values[name]) for name in CONTENT if before[name] != values[name]}
    if not changes:
        return current
    Rule.objects.filter(pk=current.pk).update(**values, version=F("version") + 1)
    current.refresh_from_db()
    _keep(current, by=by)
    in_force.changed()
    _record("automation.rule_changed", current, changes, by=by)
    return current


def _keep(rule: Rule, *, by: Actor) -> None:
    content = content_of(rule)
    RuleVersion.objects.create(rule=rule, version=rule.version, content=content, at=clock.now(), by_id=by.actor_id)


def _held(rule: Rule, *, seen: int | None = None) -> Rule:
    current = Rule.objects.select_for_update().filter(pk=rule.pk).first()
    if current is None or (seen is not None and current.version != seen):
        raise ChangedMeanwhile
    return current


def _free_name(name: str) -> str:
    taken = set(Rule.objects.values_list("name", flat=True))
    numbered = (f"{name[:90]} ({number})" for number in range(2, MOST + 3))
    return next(one for one in numbered if one not in taken)


class _names_taken:
    """What the database refuses, in our words."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, failure: BaseException | None, _trace: Any) -> None:
        if isinstance(failure, IntegrityError):
            said = gettext_lazy("There is one of this name already.")
            raise Refused(said, fields={"name": said}) from failure


def _record(verb: str, rule: Rule, changes: Mapping[str, tuple[Any, Any]], *, by: Actor) -> None:
    record(verb, About("rule", rule.pk), by=by, changes=changes, note=rule.name)


def names(numbers: Sequence[int]) -> dict[int, str]:
    return dict(Rule.objects.filter(pk__in=numbers).values_list("pk", "name"))
