"""“Ring these”: the deals of the list, as it is narrowed, go on the calling list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.deals.models import Stage
from svyazka.business.deals.work import ring_these
from svyazka.business.deals.work.ring_these import Listed, Share
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager import table
from svyazka.workplaces.manager.cards import title_of
from svyazka.workplaces.manager.tasks import due_at, soon
from svyazka.workplaces.shared import away, typed
from svyazka.workplaces.shared.door import PageRequest, needs

OFFERED = 200  # rows of a dialog; more than that nobody looks through


@needs("calling.do", "GET", "POST")
def new(request: PageRequest) -> HttpResponse:
    """GET offers the deals of the list, all ticked; POST puts those that are left on the calling list."""
    if request.method != "POST":
        return render(request, "manager/calling/new.html", _offered(request))
    given = request.POST
    listed = ring_these.ring_these(
        typed.whole_numbers(given.getlist("deals")),
        what=given.get("what", ""),
        due_at=due_at(given.get("day", ""), given.get("hour", "")),
        share=_share(given.get("share", "")),
        among=_people(given.getlist("among")),
        by=request.person,
    )
    answer = render(request, "manager/calling/listed.html", {"said": _in_words(listed), "count": listed.given})
    answer["HX-Trigger"] = "dialog:close"
    return answer


def _offered(request: PageRequest) -> dict[str, Any]:
    asked = table.read(request, request.GET)
    found = replace(asked, order=replace(asked.order, state="open")).page(most=OFFERED)
    had = ring_these.have_one([card.id for card in found.cards])
    stages = {stage.pk: stage for stage in Stage.objects.all()}
    return {
        "deals": [
            {
                "id": str(card.id),
                "name": title_of(card),
                "stage": stages[card.stage_id].name,
                "colour": stages[card.stage_id].colour,
                "who": card.responsible or "",
                "had": card.id in had,
            }
            for card in sorted(found.cards, key=lambda card: card.id in had)
        ],
        "count": len(found.cards) - len(had),
        "is_cut": bool(found.after),
        "offered": OFFERED,
        "people": _who_rings(request.person),
        "shares": _shares(),
        "soon": soon(),
        "day": clock.today().isoformat(),
    }


def _who_rings(person: Person) -> list[dict[str, Any]]:
    """Colleagues of the department first."""
    ring = Person.objects.working().filter(role__in=roles.having("calling.do"))
    absent = away.absent()
    found = sorted(ring, key=lambda one: (one.department_id != person.department_id, one.full_name))
    return [{"id": str(one.pk), "name": one.full_name, "away": absent.get(one.pk, "")} for one in found]


def _shares() -> list[tuple[str, str]]:
    return [
        (Share.RESPONSIBLE.value, _("to whoever is responsible for the deal")),
        (Share.EVENLY.value, _("evenly among several people")),
        (Share.ANYBODY.value, _("to nobody: whoever takes the next one")),
    ]


def _share(written: str) -> Share:
    if written not in Share.__members__.values():
        raise Refused(_("Choose who rings."))
    return Share(written)


def _people(written: list[str]) -> list[Person]:
    return list(Person.objects.working().filter(pk__in=typed.whole_numbers(written)).order_by("pk"))


def _in_words(listed: Listed) -> list[str]:
    people = [number for number in listed.given if number]
    names: dict[int | None, str] = dict(Person.objects.filter(pk__in=people).values_list("pk", "full_name"))
    names[None] = _("whoever takes the next one")
    lines = [f"{names[number]}: {count}" for number, count in listed.given.items()]
    left_out = (
        (listed.had, ngettext("{count} has a call already", "{count} have a call already", listed.had)),
        (listed.not_ours, ngettext("{count} is not yours", "{count} are not yours", listed.not_ours)),
        (listed.gone, ngettext("{count} is closed meanwhile", "{count} are closed meanwhile", listed.gone)),
    )
    return lines + [said.format(count=count) for count, said in left_out if count]
