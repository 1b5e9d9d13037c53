"""The board of distribution: leads that nobody has, beside what everybody has on the table."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.clients.models import Source
from svyazka.business.clients.naming import called_by
from svyazka.business.deals.handing import distribution, hand_over, leads
from svyazka.business.deals.handing.distribution import Shared
from svyazka.business.deals.handing.leads import Lead, Load
from svyazka.business.deals.models import Deal, Field, Pipeline, Stage
from svyazka.business.staff import hours, presence
from svyazka.business.staff.models import Department, Person
from svyazka.business.staff.presence import Presence
from svyazka.kit import clock, words
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import away
from svyazka.workplaces.shared.away import Absent
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number

BY_RULE = "rule"


@needs("leads.distribute")
def board(request: PageRequest) -> HttpResponse:
    context = {**_now(_pipeline(request)), "pipelines": list(Pipeline.objects.filter(is_active=True))}
    return render(request, "manager/distribution.html", context)


@needs("leads.distribute")
def now(request: PageRequest) -> HttpResponse:
    """Both sides again, for a page on which others work too."""
    return render(request, "manager/distribution_now.html", _now(_pipeline(request)))


@needs("leads.distribute", "POST")
def gifts(request: PageRequest) -> HttpResponse:
    """The ticked leads go to a person, or by rule; by rule without ticks means all that are shown."""
    pipeline, to = _pipeline(request), request.POST.get("anyway") or request.POST.get("to", "")
    chosen = _numbers(request, "deals")
    if to == BY_RULE:
        every = chosen or [lead.id for lead in leads.waiting(pipeline.pk if pipeline else None)[0]]
        shared = distribution.hand_out_by_rule(every, by=request.person)
    elif chosen:
        person = _person(to)
        try:
            away.warn(person, request.POST.get("anyway"))
        except Absent as refusal:
            return _asked_again(request, pipeline, person, refusal)
        shared = distribution.hand_out(chosen, to=person, by=request.person)
    else:
        raise Refused(_("Tick the leads first, then choose who gets them."))
    return _drawn(request, pipeline, {"shared": shared, "said": _in_words(shared)})


@needs("leads.distribute", "POST")
def undo(request: PageRequest) -> HttpResponse:
    count = distribution.take_back(request.POST.get("batch", "")[:40].replace("\x00", ""), by=request.person)
    if not count:
        raise Refused(_("A minute has passed, or somebody works on them already: nothing was taken back."))
    said = ngettext("{count} lead is back.", "{count} leads are back.", count).format(count=count)
    return _drawn(request, _pipeline(request), {"said": [said]})


@needs("leads.distribute", "GET", "POST")
def handing_over(request: PageRequest, pk: int) -> HttpResponse:
    """All deals of a person, or those at some stages, go to others."""
    person = get_object_or_404(Person, pk=pk)
    if request.method != "POST":
        return render(request, "manager/hand_over.html", _to_hand_over(person))
    to = list(Person.objects.working().filter(pk__in=_numbers(request, "to")))
    stages = _numbers(request, "stages")
    if not to or not stages:
        raise Refused(_("Tick the stages, and who gets the deals."))
    given = hand_over.hand_over(person, to=to, stages=stages, by=request.person)
    names = {one.pk: one.full_name for one in to}
    said = [f"{names[number]}: {len(deals)}" for number, deals in given.items()]
    answer = _drawn(request, _pipeline(request), {"said": [_("Handed over."), ", ".join(said)]})
    answer["HX-Trigger"] = "dialog:close"
    return answer


def _now(pipeline: Pipeline | None) -> dict[str, Any]:
    found, more = leads.waiting(pipeline.pk if pipeline else None)
    short = Short()
    pipelines = {one.pk: one.name for one in Pipeline.objects.all()}
    sources = {one.pk: one.name for one in Source.objects.all()}
    kinds = list(Field.objects.filter(kind=Field.Kind.CHOICE, of=Field.Of.DEAL, is_active=True))
    return {
        "pipeline": pipeline,
        "leads": [_lead(one, pipelines, sources, kinds, short) for one in found],
        "more": more,
        "departments": _departments(short, first=pipeline.department_id if pipeline else None),
    }


def _lead(
    one: Lead, pipelines: dict[int, str], sources: dict[int, str], kinds: list[Field], short: Short
) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "client": called_by(one.id, one.client, one.contact),
        "pipeline": pipelines[one.pipeline_id],
        "source": sources.get(one.source_id or 0, ""),
        "kinds": [name for name in (_choice(field, one.facts.get(field.code)) for field in kinds) if name],
        "waits": short.age(one.opened_at),
        "since": short.moment(one.opened_at),
        "came_back": str(one.came_back) if one.came_back else "",
    }


def _choice(field: Field, code: Any) -> str:
    return next((words.here(one["words"]) for one in field.choices if one["code"] == code), "")


def _departments(short: Short, *, first: int | None) -> list[dict[str, Any]]:
    """The one that it is about comes first."""
    known = presence.presences(clock.now())
    names = {one.pk: one.name for one in Department.objects.all()}
    grouped: dict[int | None, list[dict[str, Any]]] = {first: []} if first else {}
    for load in leads.loads():
        grouped.setdefault(load.department_id, []).append(_load(load, known.get(load.person_id, presence.HERE), short))
    return [
        {"name": names.get(number or 0, _("Without a department")), "people": people}
        for number, people in grouped.items()
        if people
    ]


def _load(load: Load, here: Presence, short: Short) -> dict[str, Any]:
    if here.absent_until:
        said = away.until(here.absent_until, short)
    else:
        said = "" if here.is_at_work else _("not at work now")
    return {
        "id": str(load.person_id),
        "name": load.name,
        "open": str(load.open),
        "new": str(load.new),
        "overdue": str(load.overdue) if load.overdue else "",
        "away": said,
        "hours": hours.in_words(load.hours),
    }


def _to_hand_over(person: Person) -> dict[str, Any]:
    his = Deal.objects.still_open().filter(responsible=person).values_list("stage_id", flat=True)
    counted: dict[int, int] = {}
    for stage_id in his:
        counted[stage_id] = counted.get(stage_id, 0) + 1
    stages = Stage.objects.filter(pk__in=counted).select_related("pipeline").order_by("pipeline__position", "position")
    departments = _departments(Short(), first=person.department_id)
    for department in departments:
        department["people"] = [one for one in department["people"] if one["id"] != str(person.pk)]
    return {
        "receding": person,
        "stages": [{"stage": stage, "count": str(counted[stage.pk])} for stage in stages],
        "departments": [one for one in departments if one["people"]],
    }


def _drawn(request: PageRequest, pipeline: Pipeline | None, said: dict[str, Any]) -> HttpResponse:
    answer = render(request, "manager/distribution_now.html", _now(pipeline))
    answer.write(render_to_string("manager/distribution_said.html", {**said, "apart": True}, request=request))
    return answer


def _asked_again(request: PageRequest, pipeline: Pipeline | None, person: Person, refusal: Absent) -> HttpResponse:
    """The ticks stay; the button gives the leads all the same."""
    context = {"said": [refusal.message], "anyway": person.pk, "pipeline": pipeline}
    answer = render(request, "manager/distribution_said.html", context, status=refusal.status)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#distribution-said", "outerHTML"
    return answer


def _in_words(shared: Shared) -> list[str]:
    names = dict(Person.objects.filter(pk__in=shared.given).values_list("pk", "full_name"))
    told = [f"{names[number]}: {len(deals)}" for number, deals in shared.given.items()]
    lines = [_("Given: {people}.").format(people=", ".join(told))] if told else []
    if shared.gone:
        numbers = ", ".join(f"№ {number}" for number in shared.gone[:10])
        lines.append(_("Somebody was quicker: {numbers}").format(numbers=numbers))
    if count := len(shared.left):
        said = ngettext(
            "For {count} lead no rule names anybody who is at work.",
            "For {count} leads no rule names anybody who is at work.",
            count,
        )
        lines.append(said.format(count=count))
    return lines


def _pipeline(request: PageRequest) -> Pipeline | None:
    code = request.GET.get("pipeline") or request.POST.get("pipeline") or ""
    return Pipeline.objects.filter(code=code.replace("\x00", "")).first() if code else None


def _person(typed: str) -> Person:
    found = Person.objects.working().filter(pk=whole_number(typed) or 0).first()
    if found is None:
        raise Refused(_("This person cannot be responsible for deals."))
    return found


def _numbers(request: PageRequest, name: str) -> list[int]:
    return sorted({number for typed in request.POST.getlist(name) if (number := whole_number(typed))})
