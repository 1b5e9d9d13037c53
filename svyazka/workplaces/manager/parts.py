"""The parts of a deal's page. Each can be drawn again by itself, without touching what is being typed in another."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.clients.models import ContactPoint
from svyazka.business.clients.naming import called
from svyazka.business.deals import moves, rights
from svyazka.business.deals.family import family_of
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Field, FirstContact, Stage
from svyazka.business.deals.work import next_steps
from svyazka.business.problems import listing
from svyazka.business.problems.models import Problem
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits import waiting_list
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.kit import rows, words
from svyazka.workplaces.manager import lines, offers
from svyazka.workplaces.manager.departments import departments
from svyazka.workplaces.shared import (
    away,
    counted,
    helping,
    inputs,
    not_to_ring,
    on_site,
    question_cards,
    waiting_cards,
)
from svyazka.workplaces.shared import problems as wording
from svyazka.workplaces.shared.door import PageRequest
from svyazka.workplaces.shared.short import Short, money
from svyazka.workplaces.shared.timeline import duration

ICONS = {"call": "phone", "message": "message", "meeting": "people", "other": "task"}
_FEW = 4
VISIT_TONES = {"done": "good", "cancelled": "bad", "not_done": "bad", "on_way": "warn", "started": "warn"}


@dataclass(frozen=True)
class Facts:
    at_hand: Sequence[inputs.Input]
    later: Sequence[inputs.Input] = ()


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
    contacts = rows.read(ContactPoint, "where client_id = %s order by kind, id", [deal.client_id])
    marks = not_to_ring.marks(deal.client_id)
    others = departments(deal, family, fields, short)
    return {
        "deal": deal,
        "called": called(deal.client, contacts),
        "editable": rights.may_change(request.person, deal),
        "money": money(deal.amount),
        "contacts": [(point, marks.get(point.value, "")) for point in contacts],
        **_head(deal, stages, fields, missing, short),
        **_steps(deal, short, request.person),
        **_visits(deal, short, request.person),
        "selling": lines.of_deal(deal),
        "offers": offers.of_deal(deal, short),
        "on_site": on_site.of_deal(deal, request.person, short),
        "questions": question_cards.of_deal(deal.pk, request.person, short),
        "problems": _problems(deal, contacts, request.person, short, besides=_said_below(others)),
        "facts": facts_of(deal, fields, missing, _asked_for(deal, stages), **facts_typed),
        "origin": [*_origin(deal), *_first_contact(deal, short)],
        "family": family,
        "absent": next(away.until(one.absent_until, short) for one in family if one.deal.pk == deal.pk),
        **others,
    }


def missing_from(deal: Deal, stages: Sequence[Stage]) -> list[str]:
    """Codes of what is not known yet and must be, to leave this stage."""
    here = next(stage for stage in stages if stage.pk == deal.stage_id)
    asks = here.is_open and moves.is_for(here, deal)
    return [code for code in here.required if asks and not facts.is_known(deal, code)]


def facts_of(deal: Deal, fields: Sequence[Field], missing: Sequence[str], asked: set[str], **typed: Any) -> Facts:
    """What is known, what is needed now, and what this deal's way asks for; the rest is there when it is looked for."""
    shown = [
        *facts.OWN_FIELDS.values(),
        *(field for field in fields if _belongs(field, deal) or field.code in missing),
    ]
    staff = inputs.staff_for(shown, deal.facts)
    made = [
        inputs.make(field, facts.value_of(deal, field.code), staff, wanted=field.code in missing, **typed)
        for field in shown
    ]
    made = _counted(deal, shown, made)
    at_hand = [
        one for one in made if one.said or one.value or one.fault or one.why or one.field in {*asked, *facts.OWN}
    ]
    later = [one for one in made if one not in at_hand]
    # A short list needs no second one.
    return Facts(made) if len(later) < _FEW else Facts(at_hand, later)


def _counted(deal: Deal, shown: Sequence[Field], made: Sequence[inputs.Input]) -> list[inputs.Input]:
    """What a formula came to says how."""
    why = counted.troubles(Field.Of.DEAL, deal.pk, shown)
    return [
        replace(one, how=reverse("deal_counted", args=[deal.pk, field.code]), why=why.get(field.code, ""))
        if field.is_computed and field.of == Field.Of.DEAL
        else one
        for field, one in zip(shown, made, strict=True)
    ]


def asked_inputs(
    deal: Deal, codes: Sequence[str], *, typed: Mapping[str, str], faults: Mapping[str, object], prefix: str
) -> list[inputs.Input]:
    """Only these, for a dialog."""
    fields = {**facts.OWN_FIELDS, **{field.code: field for field in Field.objects.filter(code__in=codes)}}
    asked = [fields[code] for code in codes if code in fields]
    staff = inputs.staff_for(asked, deal.facts)
    return [
        inputs.make(
            field,
            facts.value_of(deal, field.code),
            staff,
            typed=typed,
            faults=faults,
            prefix=prefix,
            first=at == 0,
        )
        for at, field in enumerate(asked)
    ]


def _belongs(field: Field, deal: Deal) -> bool:
    return field.of == Field.Of.DEAL and (field.is_active or facts.is_known(deal, field.code))


def _asked_for(deal: Deal, stages: Sequence[Stage]) -> set[str]:
    """By any stage of its pipeline that is for this deal."""
    return {code for stage in stages if moves.is_for(stage, deal) for code in stage.required}


def _head(
    deal: Deal, stages: Sequence[Stage], fields: Sequence[Field], missing: Sequence[str], short: Short
) -> dict[str, Any]:
    names = {**facts.OWN, **{field.code: field.name for field in fields}}
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


def _visits(deal: Deal, short: Short, person: Person) -> dict[str, Any]:
    newest = rows.read_joined(_NEWEST_VISITS, [deal.pk], Visit, VisitKind, Resource)
    return {
        "waiting_cards": waiting_cards.cards(waiting_list.of_deal(deal.pk), rights.reaching(person), short),
        "visits": [
            {
                "url": f"/visits/{visit.pk}/",
                "kind": kind.name,
                "resource": resource.name,
                "status": _("lacks somebody") if visit.is_orphaned else visit.get_status_display(),
                "when": short.moment(visit.starts_at),
                "tone": "bad" if visit.is_orphaned else VISIT_TONES.get(visit.status, ""),
                "sheets": [_sheet(*one) for one in filled_in],
            }
            for visit, kind, resource, filled_in in newest
        ],
        "visit_kinds": rows.read(VisitKind, "order by position, id"),
    }


def _sheet(pk: int, name: Mapping[str, str], stops: int, is_finished: bool) -> dict[str, str]:
    """A form that was filled in there, and how it stands."""
    state = _("complete") if is_finished else _("missing: {count}").format(count=stops) if stops else _("begun")
    tone = "good" if is_finished else "bad" if stops else "warn"
    return {"url": reverse("sheet", args=[pk]), "name": words.here(name), "state": state, "tone": tone}


_NEWEST_VISITS = f"""
select {rows.columns(Visit, VisitKind, Resource)}, coalesce((
    select json_agg(json_build_array(filled.id, form.words, filled.stops, filled.finished_at is not null)
        order by form.position, form.id)
    from sheets_sheet filled join sheets_formkind form on form.id = filled.form_id
    where filled.visit_id = visits_visit.id), '[]')
from visits_visit
join visits_visitkind on visits_visitkind.id = kind_id
join visits_resource on visits_resource.id = resource_id
where deal_id = %s order by starts_at desc limit 20
"""  # noqa: S608  # of our own models' names only


def _said_below(others: Mapping[str, Any]) -> set[str]:
    """A hand-off that waits is answered in a part of its own, with its time."""
    return {Problem.Kind.NOT_ACCEPTED} if others.get("waits") else set()


def _problems(
    deal: Deal, contacts: Sequence[ContactPoint], person: Person, short: Short, *, besides: Container[str]
) -> list[dict[str, Any]]:
    """What somebody has to see to, each with its reason and the button that helps. A way to this page helps nobody
    who is here."""
    if not deal.is_open or not roles.may(person, "problems.see"):
        return []
    ours, stage = rights.may_change(person, deal), deal.stage.name
    phone = next((one.value for one in contacts if one.kind == ContactPoint.Kind.PHONE), None)
    shown = []
    for one in (one for one in listing.of_deal(deal.pk) if one.kind not in besides):
        pain = helping.Pain(deal.pk, one.kind, one.subject_id, one.person_id, one.why, phone, deal.version)
        way = helping.help_for(pain, person, ours=ours)
        given = wording.Why(one.why, one.since, stage, deal.stage_since, short, deal.stage.next_step_words)
        why = wording.reason(one.kind, given)
        shown.append({"kind": wording.TITLES[one.kind], "why": why, "help": None if way.how == "page" else way})
    return shown


def _origin(deal: Deal) -> list[tuple[str, str]]:
    utm, marks = deal.origin.get("utm") or {}, deal.origin.get("marks") or {}
    told = [
        (_("Source"), deal.source.name if deal.source else ""),
        (_("Page"), deal.origin.get("page", "")),
        (_("Came from"), deal.origin.get("referrer", "")),
        *((str(name), str(value)) for name, value in utm.items()),
        (_("First page"), marks.get("landing", "")),
        (_("Visitor in Yandex Metrica"), marks.get("ym_uid", "")),
        (_("Visitor in Roistat"), marks.get("roistat", "")),
        ("yclid", marks.get("yclid", "")),
    ]
    return [(name, str(value)[:300]) for name, value in told if value]


def _first_contact(deal: Deal, short: Short) -> list[tuple[str, str]]:
    """How long the client waited until somebody first spoke with him, and when that was."""
    found = rows.read(FirstContact, "where deal_id = %s", [deal.pk])
    said = [(duration(round((one.reached_at - one.asked_at).total_seconds())), one.reached_at) for one in found]
    return [(_("First contact"), _("after {span}, {at}").format(span=span, at=short.moment(at))) for span, at in said]
