"""What an operator does with the call on his phone: passes it on, asks a colleague first, leaves him a task."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from svyazka.business.calls.dialling import on_a_call
from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import Do
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal_of
from svyazka.business.deals.work import ring_back, tasks
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused
from svyazka.workplaces.operator import call_card, call_people, calls
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number


@needs("calls.take", "POST")
def call_commands(request: PageRequest, call_id: int) -> HttpResponse:
    call = get_object_or_404(Call.objects.whole(), pk=call_id)
    do = request.POST.get("do", "")
    if do not in list(Do) or not (click := request.POST.get("click", "").replace("\x00", "")[:40]):
        raise Refused(_("That cannot be done with a call."))
    on_a_call.command(call, Do(do), colleague=_colleague(request), click=click, by=request.person)
    return calls.drawn(request, call)


@needs("calls.take", "POST")
def call_tasks(request: PageRequest, call_id: int) -> HttpResponse:
    """Whom the client wanted is not there: he rings back."""
    call = get_object_or_404(Call.objects.whole(), pk=call_id)
    colleague = _colleague(request)
    if colleague is None or call.client_id is None:
        raise Refused(_("Choose a colleague."))
    client = Client.objects.get(pk=call.client_id)
    deal = _deal(client, whole_number(request.POST.get("deal")))
    comment = " ".join(request.POST.get("comment", "").split())
    whom = ", ".join(filter(None, [client.name, call.client_number_readable]))
    what = _("Ring back: {client}").format(client=whom) + (f". {comment}" if comment else "")
    task = ring_back.leave(deal, to=colleague, what=what, by=request.person)
    answer = render(request, "operator/call_task_left.html", _left(task, call, colleague))
    answer["HX-Trigger"] = json.dumps({"call:task-left": {"card": f"call-{call.pk}"}})
    return answer


@needs("calls.take", "POST")
def call_task_removal(request: PageRequest, call_id: int, task_id: int) -> HttpResponse:
    """That click was a mistake."""
    task = get_object_or_404(Task, pk=task_id)
    tasks.remove(task, by=request.person)
    return HttpResponse()


@needs("calls.take")
def call_colleagues(request: PageRequest, call_id: int) -> HttpResponse:
    call = get_object_or_404(Call.objects.whole(), pk=call_id)
    typed = request.GET.get("q", "").replace("\x00", "")[:60]
    found = call_people.find(typed, call, request.person)
    context = {**call_card.doing(request.person, call), "rows": found, "typed": typed.strip()}
    return render(request, "operator/call_colleagues.html", context)


def _left(task: Task, call: Call, colleague: Person) -> dict[str, str]:
    return {
        "task": str(task.pk),
        "number": str(call.pk),
        "who": colleague.full_name,
        "what": task.what,
        "when": Short().moment(task.due_at),
    }


def _colleague(request: PageRequest) -> Person | None:
    number = whole_number(request.POST.get("to"))
    return Person.objects.working().filter(pk=number).first() if number else None


def _deal(client: Client, number: int | None) -> Deal | None:
    """The one that this colleague is responsible for, or the client's open one."""
    chosen = Deal.objects.filter(pk=number, client=client).still_open().first() if number else None
    return chosen or open_deal_of(client)
