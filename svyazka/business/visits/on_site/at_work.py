"""Work on site without signal: could not be done, breaks, what is ticked off, who of the crew is there."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.business.visits import checklist, crew_there, handing_over, not_done, working
from svyazka.business.visits.models import Action, NotDoneReason, Resource, Visit
from svyazka.business.visits.on_site.kinds import Answer, Kind, SetBeside
from svyazka.kit import words
from svyazka.kit.refusals import Refused

MARKS = {"here": crew_there.come, "gone": crew_there.leave}


def _not_done(action: Action, visit: Visit, by: Person) -> Answer:
    """Where a colleague has ended it meanwhile, somebody decides."""
    if visit.status == Visit.Status.DONE:
        if action.insists:
            return {"status": visit.status}
        raise SetBeside(visit.get_status_display())
    code = _text(action, "reason")
    reason = NotDoneReason.objects.filter(code=code).first() if code else None
    changed = not_done.say(visit, reason, _text(action, "text"), by=by, at=action.happened_at)
    return {"status": changed.status}


def _said_not_done(action: Action) -> str:
    named = NotDoneReason.objects.filter(code=_text(action, "reason")).first()
    said = ": ".join(part for part in (words.to_store(named.words) if named else "", _text(action, "text")) if part)
    return gettext("could not be done: {reason}").format(reason=said)


def _break(action: Action, visit: Visit, by: Person) -> Answer:
    """Of a visit that is over by now there is nothing left to pause."""
    if visit.status != Visit.Status.STARTED and action.insists:
        return {"paused": False}
    verb = working.go_on if _text(action, "over") else working.pause
    return {"paused": verb(visit, by=by, at=action.happened_at).paused_at is not None}


def _said_break(action: Action) -> str:
    return gettext("goes on") if _text(action, "over") else gettext("a break")


def _tick(action: Action, visit: Visit, by: Person) -> Answer:
    checklist.tick(visit, _text(action, "point"), on=_text(action, "on") == "1", by=by, at=action.happened_at)
    return None


def _said_tick(action: Action) -> str:
    on = _text(action, "on") == "1"
    said = gettext("ticked off: {point}") if on else gettext("not ticked off: {point}")
    return said.format(point=_name_of(action.visit, _text(action, "point")))


def _presence(action: Action, visit: Visit, by: Person) -> Answer:
    people = list(Resource.objects.filter(pk__in=_numbers(action)))
    mark = _text(action, "mark")
    if not people or mark not in (*MARKS, "mistake"):
        raise Refused(_("Somebody who does not go to this visit."))
    if mark == "mistake":
        crew_there.undo(visit, people[0], by=by, at=action.happened_at)
    else:
        MARKS[mark](visit, people, by=by, at=action.happened_at)
    return None


def _said_presence(action: Action) -> str:
    names = ", ".join(Resource.objects.filter(pk__in=_numbers(action)).values_list("name", flat=True))
    said = {"here": gettext("on site: {names}"), "gone": gettext("no longer on site: {names}")}
    return said.get(_text(action, "mark"), gettext("a mistaken mark: {names}")).format(names=names)


def _hand_over(action: Action, visit: Visit, by: Person) -> Answer:
    """Whoever was free when he chose may not be so any more: then it is refused, and the visit stays his."""
    taker = Resource.objects.filter(pk__in=_numbers(action, "taker")).first()
    if taker is None:
        raise Refused(_("There is no such colleague."))
    handing_over.ask(visit, taker, _text(action, "why"), by=by)
    return None


def _said_hand_over(action: Action) -> str:
    named = Resource.objects.filter(pk__in=_numbers(action, "taker")).values_list("name", flat=True).first()
    return gettext("asks {name}: {why}").format(name=named or "—", why=_text(action, "why"))


def _text(action: Action, name: str) -> str:
    given: Any = action.data.get(name)
    return given.replace("\x00", "")[:1000] if isinstance(given, str) else ""


def _numbers(action: Action, name: str = "who") -> list[int]:
    given: Any = action.data.get(name)
    listed = given if isinstance(given, list) else [given]
    found = [one for one in listed[:50] if isinstance(one, str)]
    return [int(one) for one in found if one.isascii() and one.isdecimal() and len(one) < 19]


def _name_of(visit: Visit | None, code: str) -> str:
    asked = visit.kind.checklist if visit else []
    return next((words.to_store(item["name"]) for item in asked if item["code"] == code), code)


KINDS = (
    Kind("not_done", gettext_lazy("Could not be done"), _not_done, _said_not_done, of_time=True),
    Kind("break", gettext_lazy("A break"), _break, _said_break, of_time=True),
    Kind("tick", gettext_lazy("Checklist"), _tick, _said_tick),
    Kind("presence", gettext_lazy("Who is there"), _presence, _said_presence, of_time=True),
    Kind("hand_over", gettext_lazy("Handed over"), _hand_over, _said_hand_over, of_time=True),
)
