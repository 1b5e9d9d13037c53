"""Whether it is so: all conditions of a rule hold, and of a group one.

Stored: `[{"kind": "stage", "given": {…}}, {"any": [{"kind": …, "given": …}, …]}]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from svyazka.business.automation.action import Case
from svyazka.business.automation.condition import Condition
from svyazka.business.automation.conditions.clients import ClientField, ClientKind, KnownClient
from svyazka.business.automation.conditions.counts import HowOften
from svyazka.business.automation.conditions.deals import (
    Age,
    Amount,
    DealState,
    FromPipeline,
    OfDepartment,
    OfSource,
    OnTheWay,
    Responsible,
    StandsAt,
)
from svyazka.business.automation.conditions.events import CategoryOf, ChannelOf, ResultOf
from svyazka.business.automation.conditions.fields import DealField
from svyazka.business.automation.conditions.formulas import FormulaHolds
from svyazka.business.automation.conditions.times import Hours, SomebodyThere
from svyazka.kit.refusals import Refused

MOST, MOST_IN_A_GROUP = 20, 10
_ALL: tuple[Condition, ...] = (
    StandsAt(), FromPipeline(), DealState(), Amount(), OfSource(), DealField(), Age(), Responsible(), OfDepartment(),
    OnTheWay(), KnownClient(), ClientKind(), ClientField(), CategoryOf(), ChannelOf(), ResultOf(), HowOften(), Hours(),
    SomebodyThere(), FormulaHolds(),
)  # fmt: skip
CONDITIONS: dict[str, Condition] = {one.code: one for one in _ALL}


def read(typed: Any) -> list[dict[str, Any]]:
    """Refused names each input that is at fault: `0.amount`, `1.any.0.stages`."""
    if not isinstance(typed, list | tuple):
        raise Refused(_("The conditions of the rule cannot be read."))
    if len(typed) > MOST:
        raise Refused(_("{most} conditions at most.").format(most=MOST))
    wrong: dict[str, Any] = {}
    found = [_read_one(one, str(at), wrong) for at, one in enumerate(typed)]
    if wrong:
        raise Refused(next(iter(wrong.values())), fields=wrong)
    return found


def words(conditions: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each, in the language of the page."""
    return [_words(one) for one in conditions]


def holds(conditions: Sequence[Mapping[str, Any]], case: Case) -> tuple[bool, str]:
    """And the first that does not, in words."""
    for one in conditions:
        if not any(_holds(each, case) for each in _each(one)):
            return False, _("It is not so: {condition}.").format(condition=_words(one))
    return True, ""


def narrowed(conditions: Sequence[Mapping[str, Any]]) -> Q:
    """Deals that may fulfil them: what the database cannot ask is asked of each that is left."""
    found = Q()
    for one in conditions:
        parts = [_narrowed(each) for each in _each(one)]
        if all(part is not None for part in parts):
            either = Q()
            for part in parts:
                either |= part if part is not None else Q()
            found &= either
    return found


def is_narrowed(conditions: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the database has asked all of them."""
    return all(_narrowed(each) is not None for one in conditions for each in _each(one))


def _each(one: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from one.get("any", [one])


def _holds(one: Mapping[str, Any], case: Case) -> bool:
    """One that is not known any more holds never: a rule had better do nothing."""
    condition = CONDITIONS.get(one["kind"])
    return condition is not None and condition.holds(one["given"], case)


def _narrowed(one: Mapping[str, Any]) -> Q | None:
    condition = CONDITIONS.get(one["kind"])
    return condition.narrowed(one["given"]) if condition else None


def _words(one: Mapping[str, Any]) -> str:
    if "any" in one:
        return _(" or ").join(_words(each) for each in one["any"])
    condition = CONDITIONS.get(one["kind"])
    return condition.words(one["given"]) if condition else str(one["kind"])


def _read_one(typed: Any, place: str, wrong: dict[str, Any]) -> dict[str, Any]:
    if isinstance(typed, Mapping) and isinstance(typed.get("any"), list | tuple):
        group = typed["any"]
        if not 0 < len(group) <= MOST_IN_A_GROUP:
            wrong[place] = _("A group needs one condition at least, and {most} at most.").format(most=MOST_IN_A_GROUP)
            return {}
        return {"any": [_read_plain(one, f"{place}.any.{at}", wrong) for at, one in enumerate(group)]}
    return _read_plain(typed, place, wrong)


def _read_plain(typed: Any, place: str, wrong: dict[str, Any]) -> dict[str, Any]:
    given = typed.get("given") if isinstance(typed, Mapping) else None
    condition = CONDITIONS.get(str(typed.get("kind"))) if isinstance(given, Mapping) else None
    if condition is None or given is None:
        wrong[place] = _("The conditions of the rule cannot be read.")
        return {}
    try:
        return {"kind": condition.code, "given": condition.read(given)}
    except Refused as refusal:
        wrong |= {f"{place}.{name}": said for name, said in refusal.fields.items()} or {place: refusal.message}
        return {}
