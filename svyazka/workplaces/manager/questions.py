"""Questions on a deal's page: asked in a dialog, answered in place. The page of all questions uses the same forms."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.deals.models import Asked, Deal, Question
from svyazka.business.deals.work import questions
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager import parts
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import away, question_cards
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import moment, whole_number, whole_numbers

SUGGESTED = 8


@needs("questions.ask", "GET", "POST")
def deal_questions(request: PageRequest, pk: int) -> HttpResponse:
    """GET offers the form; POST asks."""
    deal = deal_numbered(pk)
    if request.method != "POST":
        return _form(request, deal)
    typed = request.POST
    try:
        questions.ask(
            deal,
            whole_numbers(typed.getlist("people")),
            typed.get("text", ""),
            due_at=_due_at(typed.get("day"), typed.get("hour")),
            is_blocking="is_blocking" in typed,
            request_id=_request_id(typed.get("request_id", "")),
            by=request.person,
        )
    except Refused as refusal:
        return _form(request, deal, refusal)
    return _done(request, pk, _("The question is asked."))


@needs("deals.see", "GET", "POST")
def question_answer(request: PageRequest, pk: int) -> HttpResponse:
    """GET offers the question in a dialog, for a page that lists other things; POST answers."""
    question = _question(pk)
    if request.method != "POST":
        cards = question_cards.numbered([pk], request.person, Short())
        return _in_dialog(request, "manager/question/answer.html", {"question": cards[str(question.pk)]})
    questions.answer(question, request.POST.get("answer", ""), by=request.person)
    return _done(request, question.deal_id, _("The answer is sent."))


@needs("deals.see", "POST")
def question_taking_over(request: PageRequest, pk: int) -> HttpResponse:
    """Of a colleague of the same department, who need not answer any more."""
    question = _question(pk)
    questions.take_over(question, whole_number(request.POST.get("person")) or 0, by=request.person)
    return _done(request, question.deal_id, _("It is for you to answer now."))


@needs("questions.ask", "POST")
def question_withdrawal(request: PageRequest, pk: int) -> HttpResponse:
    question = _question(pk)
    questions.withdraw(question, by=request.person)
    return _done(request, question.deal_id, _("The question is withdrawn."))


@needs("questions.ask", "POST")
def question_reminder(request: PageRequest, pk: int) -> HttpResponse:
    question = _question(pk)
    count = questions.remind(question, by=request.person)
    said = ngettext("{count} person is reminded.", "{count} people are reminded.", count).format(count=count)
    return _done(request, question.deal_id, said)


@needs("questions.ask", "GET", "POST")
def question_people(request: PageRequest, pk: int) -> HttpResponse:
    """GET offers the people; POST asks those who are chosen and weren't, and lets off those who are no longer."""
    question = _question(pk)
    deal = deal_numbered(question.deal_id)
    if request.method != "POST":
        return _people_form(request, question, deal)
    wanted = set(whole_numbers(request.POST.getlist("people")))
    try:
        questions.choose_people(question, wanted, by=request.person)
    except Refused as refusal:
        return _people_form(request, question, deal, refusal)
    return _done(request, question.deal_id, _("Saved."))


@needs("questions.release", "GET", "POST")
def question_release(request: PageRequest, pk: int) -> HttpResponse:
    question, refusal = _question(pk), None
    if request.method == "POST":
        try:
            questions.release(question, request.POST.get("reason", ""), by=request.person)
        except Refused as refused:
            refusal = refused
        else:
            return _done(request, question.deal_id, _("The deal may go on."))
    return _in_dialog(request, "manager/question/release.html", {"question": question}, refusal)


@needs("deals.see")
def colleagues(request: PageRequest) -> HttpResponse:
    """Suggestions while a name is typed: those who see deals."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    found = Person.objects.working().filter(role__in=roles.having("deals.see")).select_related("department")
    for part in typed.split():
        found = found.filter(Q(full_name__istartswith=part) | Q(full_name__icontains=f" {part}"))
    people = list(found.order_by("full_name", "pk")[:SUGGESTED])
    roles.read_along(people)
    shown = [
        {
            "id": one.pk,
            "name": one.full_name,
            "about": absent or (one.department.name if one.department else str(one.get_role_display())),
        }
        for one, absent in away.marked(people)
    ]
    return JsonResponse({"people": shown})


def _form(request: PageRequest, deal: Deal, refusal: Refused | None = None) -> HttpResponse:
    tomorrow = clock.local(clock.now() + timedelta(days=1)).date()
    typed: Mapping[str, Any] = request.POST if refusal else {}
    chosen = whole_numbers(request.POST.getlist("people")) if refusal else [deal.responsible_id or 0]
    context = {
        "deal": deal,
        "people": _offered(deal, chosen),
        "text": typed.get("text", ""),
        "day": typed.get("day", tomorrow.isoformat()),
        "hour": typed.get("hour", "12:00"),
        "is_blocking": "is_blocking" in typed,
        "request_id": typed.get("request_id") or uuid4(),
    }
    return _in_dialog(request, "manager/question/ask.html", context, refusal)


def _people_form(request: PageRequest, question: Question, deal: Deal, refusal: Refused | None = None) -> HttpResponse:
    asked = Asked.objects.filter(question=question).select_related("person")
    answered = {one.person_id for one in asked if one.answered_at}
    chosen = whole_numbers(request.POST.getlist("people")) if refusal else [one.person_id for one in asked]
    context = {
        "question": question,
        "people": [one for one in _offered(deal, chosen) if one["id"] not in answered],
        "answered": [one.person.full_name for one in asked if one.answered_at],
    }
    return _in_dialog(request, "manager/question/people.html", context, refusal)


def _offered(deal: Deal, chosen: Collection[int]) -> list[dict[str, Any]]:
    """Those who can probably answer, and those who were picked besides."""
    likely = questions.offered(deal)
    missing = set(chosen) - {person.pk for person in likely}
    people = [*likely, *rows.read(Person, "where id = any(%s) order by full_name", [list(missing)])]
    roles.read_along(people)
    return [
        {
            "id": person.pk,
            "name": person.full_name,
            "about": absent or person.get_role_display(),
            "chosen": person.pk in chosen,
        }
        for person, absent in away.marked(people)
    ]


def _in_dialog(
    request: PageRequest, template: str, context: dict[str, Any], refusal: Refused | None = None
) -> HttpResponse:
    context |= {"refusal": refusal, "faults": refusal.fields if refusal else {}, "list": "list" in request.GET}
    answer = render(request, template, context, status=refusal.status if refusal else 200)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#dialog", "innerHTML"
    return answer


def _done(request: PageRequest, deal_id: int, said: str) -> HttpResponse:
    """The deal's page draws its parts anew; the page of all questions hears of it by itself."""
    answer = HttpResponse("" if "list" in request.GET else parts.apart(request, deal_numbered(deal_id)))
    answer["HX-Trigger"] = json.dumps({"dialog:close": {}, "toast": {"message": said}})
    return answer


def _question(pk: int) -> Question:
    return get_object_or_404(Question, pk=min(pk, 2**63 - 1))


def _due_at(day: str | None, hour: str | None) -> datetime:
    found = moment(day, hour)
    if found is None:
        words = _("A day and an hour are needed here.")
        raise Refused(words, fields={"due_at": words})
    return found


def _request_id(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        return uuid4()
