"""The parts of a deal's page. Each can be drawn again by itself, without touching what is being typed in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.template.loader import render_to_string
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from svyazka.business.clients.models import ContactPoint
from svyazka.business.clients.naming import called
from svyazka.business.deals import facts, moves, next_steps, rights
from svyazka.business.deals.family import family_of
from svyazka.business.deals.models import Deal, Field, Stage
from svyazka.business.problems import listing
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.kit import clock, rows, words
from svyazka.workplaces.manager.departments import departments
from svyazka.workplaces.shared import away, helping, question_cards
from svyazka.workplaces.shared import problems as wording
from svyazka.workplaces.shared.door import PageRequest
from svyazka.workplaces.shared.short import Short, money, plain_money

ICONS = {"call": "phone", "message": "message", "meeting": "people", "other": "task"}
VISIT_TONES = {"done": "good", "cancelled": "bad", "on_way": "warn", "started": "warn"}


@dataclass(frozen=True)
class Input:
    """One value of a deal, ready to be typed over."""

    field: str
    name: str
    kind: str
    value: str
    fault: str = ""
    theirs: str = ""  # what somebody else has meanwhile written there
    wanted: bool = False  # the deal cannot go on without it
    first: bool = False
    form: str = "fact"
    options: Sequence[tuple[str, str]] = ()  # of a list

    @property
    def id(self) -> str:
        return f"{self.form}-{self.field}"

    @property
    def is_short(self) -> bool:
        """Two of these fit beside each other."""
        return self.kind not in (Field.Kind.TEXT, Field.Kind.LONG_TEXT)

    @property
    def said(self) -> str:
        """For those who read it only."""
        if self.kind == Field.Kind.DATE and (day := parse_date(self.value)):
            return date_format(day, "j E Y")
        if self.kind == Field.Kind.YES and self.value:
            return _("Yes") if self.value == "yes" else _("No")
        return dict(self.options).get(self.value, self.value)


def apart(request: PageRequest, deal: Deal) -> str:
    """All parts, each to find its own place on the page."""
    return render_to_string("manager/deal/parts.html", {**all_of(request, deal), "apart": True}, request=request)


def all_of(request: PageRequest, deal: Deal, **facts_typed: Any) -> dict[str, Any]:
    """What the parts say; the history has a way of its own."""
    stages = rows.read(Stage, "where pipeline_id = %s order by position", [deal.pipeline_id])
    fields = rows.read(Field, "order by position, id")
    missing = missing_from(deal, stages)
    short = Short()
    family = family_of(deal)
    absent = away.absent({one.deal.responsible_id or 0 for one in family}, short)
    contacts = rows.read(ContactPoint, "where client_id = %s order by kind, id", [deal.client_id])
    return {
        "deal": deal,
        "called": called(deal.client, contacts),
        "editable": rights.may_change(request.person, deal),
        "money": money(deal.amount),
        "contacts": contacts,
        **_head(deal, stages, fields, missing, short),
        **_steps(deal, short, request.person),
        **_visits(deal, short),
        "questions": question_cards.of_deal(deal.pk, request.person, short),
        "problems": _problems(deal, contacts, request.person, short),
        "facts": facts_of(deal, fields, missing, **facts_typed),
        "origin": _origin(deal),
        "family": family,
        "absent": absent.get(deal.responsible_id or 0, ""),
        **departments(deal, family, fields, absent, short),
    }


def missing_from(deal: Deal, stages: Sequence[Stage]) -> list[str]:
    """Codes of what is not known yet and must be, to leave this stage."""
    here = next(stage for stage in stages if stage.pk == deal.stage_id)
    asks = here.is_open and moves.is_for(here, deal)
    return [code for code in here.required if asks and not facts.is_known(deal, code)]


def facts_of(
    deal: Deal,
    fields: Sequence[Field],
    missing: Sequence[str],
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, object] | None = None,
    conflict: bool = False,
) -> list[Input]:
    kinds = _kinds(fields)
    return [
        _input(deal, code, name, kind, options, typed or {}, faults or {}, wanted=code in missing, conflict=conflict)
        for code, (name, kind, options) in kinds.items()
    ]


def inputs(
    deal: Deal, codes: Sequence[str], *, typed: Mapping[str, str], faults: Mapping[str, object], prefix: str
) -> list[Input]:
    """Only these, for a dialog."""
    kinds = _kinds(list(Field.objects.filter(code__in=codes)))
    return [
        _input(deal, code, *kinds[code], typed, faults, first=at == 0, prefix=prefix)
        for at, code in enumerate(code for code in codes if code in kinds)
    ]


def _kinds(fields: Sequence[Field]) -> dict[str, tuple[str, str, Sequence[tuple[str, str]]]]:
    own = {"client_name": "text", "address": "text", "amount": "money"}
    return {
        **{code: (str(facts.OWN[code]), kind, ()) for code, kind in own.items()},
        **{field.code: (field.name, field.kind, _options(field)) for field in fields if field.of == Field.Of.DEAL},
    }


def _options(field: Field) -> Sequence[tuple[str, str]]:
    if field.kind == Field.Kind.PERSON:
        return [(str(pk), name) for pk, name in Person.objects.working().values_list("pk", "full_name")]
    return [(one["code"], words.here(one["words"])) for one in field.choices]


def _input(
    deal: Deal,
    code: str,
    name: str,
    kind: str,
    options: Sequence[tuple[str, str]],
    typed: Mapping[str, str],
    faults: Mapping[str, object],
    *,
    wanted: bool = False,
    first: bool = False,
    conflict: bool = False,
    prefix: str = "",
) -> Input:
    stored = written(facts.value_of(deal, code), kind)
    value = typed.get(code, stored)
    other = conflict and value != stored
    theirs = _("Stored now: {value}").format(value=stored or "—") if other else ""
    form = "move" if prefix else "fact"
    fault = str(faults.get(code, ""))
    return Input(prefix + code, name, kind, value, fault, theirs, wanted, first, form, options)


def written(value: Any, kind: str) -> str:
    """A value as it stands in an input."""
    if value in (None, ""):
        return ""
    if kind == Field.Kind.MONEY:
        return _written_amount(str(value))
    if kind == Field.Kind.YES:
        return "yes" if value else "no"
    if kind == Field.Kind.CHOICES:
        return ", ".join(value)
    if kind == Field.Kind.MOMENT:
        return clock.local(datetime.fromisoformat(value)).strftime("%Y-%m-%dT%H:%M")
    return str(value)


def _written_amount(value: str) -> str:
    try:
        return plain_money(Decimal(value))
    except (InvalidOperation, ValueError):
        return value


def _head(
    deal: Deal, stages: Sequence[Stage], fields: Sequence[Field], missing: Sequence[str], short: Short
) -> dict[str, Any]:
    names = {code: name for code, (name, *_rest) in _kinds(fields).items()}
    late = deal.stage_due_at is not None and deal.stage_due_at < short.now
    legs = [_leg(stage, deal) for stage in stages]
    return {
        "path": [leg for leg in legs if leg["kind"] != Stage.Kind.LOST],
        "off_path": [leg for leg in legs if leg["kind"] == Stage.Kind.LOST],
        "missing": [names[code] for code in missing if code in names],
        "late": late,
        "to_take": short.moment(deal.take_due_at) if deal.take_due_at else "",
        "in_stage": short.age(deal.stage_since),
        "limit": _limit(deal, short) if deal.stage_due_at else "",
    }


def _leg(stage: Stage, deal: Deal) -> dict[str, str]:
    here = deal.stage
    passed = stage.position < here.position and here.kind != Stage.Kind.LOST
    beside = not moves.is_for(stage, deal)
    state = "here" if stage.pk == here.pk else "beside" if beside else "passed" if passed else ""
    return {"id": str(stage.pk), "name": stage.name, "colour": stage.colour, "kind": stage.kind, "state": state}


def _limit(deal: Deal, short: Short) -> str:
    assert deal.stage_due_at
    span = short.span(deal.stage_due_at - short.now)
    return (_("late by {time}") if deal.stage_due_at < short.now else _("{time} left")).format(time=span)


def _steps(deal: Deal, short: Short, person: Person) -> dict[str, Any]:
    editable = rights.may_change(person, deal)
    return {
        "steps": [
            {
                "task": task,
                "icon": ICONS[task.kind],
                "what": deal.stage.step_in_words(task.what),
                "when": short.moment(task.due_at),
                "over": task.due_at < short.now,
                "ours": editable or person.pk in (task.person_id, task.by_id),
                "ticked": f"{sum(item['done'] for item in task.checklist)}/{len(task.checklist)}",
            }
            for task in next_steps.open_tasks(deal)
        ]
    }


def _visits(deal: Deal, short: Short) -> dict[str, Any]:
    return {
        "visits": [
            {
                "url": f"/visits/{visit.pk}/",
                "kind": kind.name,
                "resource": resource.name,
                "status": visit.get_status_display(),
                "when": short.moment(visit.starts_at),
                "tone": VISIT_TONES.get(visit.status, ""),
            }
            for visit, kind, resource in rows.read_joined(_NEWEST_VISITS, [deal.pk], Visit, VisitKind, Resource)
        ],
        "visit_kinds": rows.read(VisitKind, "order by position, id"),
    }


_NEWEST_VISITS = f"""
select {rows.columns(Visit, VisitKind, Resource)} from visits_visit
join visits_visitkind on visits_visitkind.id = kind_id
join visits_resource on visits_resource.id = resource_id
where deal_id = %s order by starts_at desc limit 20
"""  # noqa: S608  # of our own models' names only


def _problems(deal: Deal, contacts: Sequence[ContactPoint], person: Person, short: Short) -> list[dict[str, Any]]:
    """What somebody has to see to, each with its reason and the button that helps. A way to this page helps nobody
    who is here."""
    if not deal.is_open or not roles.may(person, "problems.see"):
        return []
    ours, stage = rights.may_change(person, deal), deal.stage.name
    phone = next((one.value for one in contacts if one.kind == ContactPoint.Kind.PHONE), None)
    shown = []
    for one in listing.of_deal(deal.pk):
        pain = helping.Pain(deal.pk, one.kind, one.subject_id, one.person_id, one.why, phone, deal.version)
        way = helping.help_for(pain, person, ours=ours)
        why = wording.reason(one.kind, wording.Why(one.why, one.since, stage, deal.stage_since, short))
        shown.append({"kind": wording.TITLES[one.kind], "why": why, "help": None if way.how == "page" else way})
    return shown


def _origin(deal: Deal) -> list[tuple[str, str]]:
    utm = deal.origin.get("utm") or {}
    told = [
        (_("Source"), deal.source.name if deal.source else ""),
        (_("Page"), deal.origin.get("page", "")),
        (_("Came from"), deal.origin.get("referrer", "")),
        *((str(name), str(value)) for name, value in utm.items()),
    ]
    return [(name, str(value)[:300]) for name, value in told if value]
