"""A client is answered out of his thread; notes for colleagues; what did not get there is sent once more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.conversations import files as store
from svyazka.business.conversations import messages
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.models import Message
from svyazka.business.deals.opening import open_deal_of
from svyazka.business.inbox import answering, fallback, replies, rules
from svyazka.business.inbox import threads as our
from svyazka.business.inbox.answering import AnsweredMeanwhile
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit
from svyazka.kit import clock, file_kinds
from svyazka.kit.refusals import Refused
from svyazka.workplaces.operator import messages_pane
from svyazka.workplaces.operator.messages_lines import size_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number, whole_numbers


@needs("requests.take", "POST")
def answer(request: PageRequest, client_id: int) -> HttpResponse:
    """Sent by the worker; the composer comes back empty. Whoever was not the first is told, and may send all the
    same."""
    client = _standing(client_id)
    account, _bar, user_id = request.POST.get("way", "").partition("|")
    if not user_id:
        raise Refused(_("Choose by which channel the answer goes."))
    seen = whole_number(request.POST.get("anyway")) or whole_number(request.POST.get("seen"))
    try:
        said = answering.answer(
            client,
            request.POST.get("text", ""),
            account=account,
            user_id=user_id,
            seen=seen,
            files=_attached(request.FILES.getlist("files")),
            answers=_answered(client, request.POST.get("answers")),
            subject=request.POST.get("subject", "")[:200],
            by=request.person,
        )
    except AnsweredMeanwhile as meanwhile:
        return _not_the_first(request, meanwhile)
    return _composer(request, client, seen=said.interaction_id, chosen=f"{account}|{user_id}")


@needs("requests.take", "POST")
def notes(request: PageRequest, client_id: int) -> HttpResponse:
    """For the colleagues: the client does not see it."""
    client = _standing(client_id)
    picked = whole_numbers(request.POST.getlist("mentions"))
    our.note(client.pk, request.POST.get("text", ""), picked=picked, by=request.person)
    return _renewed(request, client)


@needs("requests.take", "POST")
def again(request: PageRequest, message_id: int) -> HttpResponse:
    message, client = _said(message_id)
    messages.again(message, by=request.person)
    return _renewed(request, client)


@needs("requests.take", "POST")
def calling_off(request: PageRequest, message_id: int) -> HttpResponse:
    message, client = _said(message_id)
    messages.call_off(message, by=request.person)
    return _renewed(request, client)


@needs("requests.take", "GET", "POST")
def other_way(request: PageRequest, message_id: int) -> HttpResponse:
    """What did not get there, by a way of one's own choice."""
    message, client = _said(message_id)
    if request.method == "GET":
        ways = messages_pane.composer(client, request.person, seen="")["ways"]
        used = f"{message.account}|{message.user_id}"
        context = {"message": message, "ways": [one for one in ways if one.value != used], "client": client}
        return render(request, "operator/thread_other_way.html", context)
    account, _bar, user_id = request.POST.get("way", "").partition("|")
    if not user_id:
        raise Refused(_("Choose by which channel the answer goes."))
    fallback.by_other_way(message, account=account, user_id=user_id, by=request.person)
    answer = _renewed(request, client)
    if request.htmx:
        answer["HX-Trigger"] = json.dumps({"thread:said": None, "dialog:close": None})
    return answer


@needs("requests.take")
def quick_replies(request: PageRequest, client_id: int) -> HttpResponse:
    """Those that have what was typed behind the slash, as they will go out."""
    client = _standing(client_id)
    typed = request.GET.get("q", "").strip().lower()[:60]
    found = [one for one in replies.list_all() if typed in one.title.lower() or typed in one.text.lower()]
    values = values_of(client, request.person) if found else {}
    shown = [(one, *replies.filled(one.text, values)) for one in found[:20]]
    return render(request, "operator/thread_replies.html", {"replies": shown, "typed": typed})


@needs("requests.take", "POST")
def habit(request: PageRequest) -> HttpResponse:
    rules.choose(request.person, enter_sends=request.POST.get("enter") == "1")
    return HttpResponse(status=204) if request.htmx else redirect("threads")


def values_of(client: Client, person: Person) -> dict[str, str]:
    """What stands in the fields of a quick reply; three queries."""
    deal = open_deal_of(client)
    ahead = Visit.objects.filter(client=client, status__in=Visit.MOVABLE, starts_at__gte=clock.now())
    visit = ahead.order_by("starts_at").first()
    manager = Person.objects.filter(pk=deal.responsible_id).first() if deal and deal.responsible_id else None
    return {
        "name": client.name,
        "deal": str(deal.pk) if deal else "",
        "manager": manager.full_name if manager else "",
        "visit": Short().moment(visit.starts_at) if visit else "",
        "address": (deal.address if deal else "") or client.address,
        "me": person.full_name,
    }


def _attached(given: Sequence[UploadedFile[bytes]]) -> list[Attached]:
    """Looked at by their content; what is too much is refused before it is read."""
    if len(given) > store.MOST:
        words = format_lazy(_("Up to {most} files go with one message."), most=store.MOST)
        raise Refused(words, fields={"files": words})
    if sum(one.size or 0 for one in given) > settings.LARGEST_ATTACHMENT:
        words = format_lazy(_("Together the files may have up to {size}."), size=size_of(settings.LARGEST_ATTACHMENT))
        raise Refused(words, fields={"files": words})
    return [Attached(one.name or "", file_kinds.kind_of(one), one.read()) for one in given]


def _answered(client: Client, typed: str | None) -> Message | None:
    """The message of this client to which the answer belongs."""
    number = whole_number(typed)
    message = Message.objects.filter(pk=number).first() if number else None
    line = messages.line_of(message) if message else None
    return message if line and line.client_id == client.pk else None


def _said(message_id: int) -> tuple[Message, Client]:
    message = get_object_or_404(Message, pk=min(message_id, 2**63 - 1), is_ours=True)
    line = get_object_or_404(Interaction, pk=message.interaction_id, at=message.at)
    return message, _standing(line.client_id)


def _standing(client_id: int) -> Client:
    return survivor(get_object_or_404(Client, pk=client_id))


def _not_the_first(request: PageRequest, meanwhile: AnsweredMeanwhile) -> HttpResponse:
    """What was typed stays where it is; above it stands what the colleague has said."""
    if not request.htmx or request.htmx.boosted:
        raise meanwhile
    context: dict[str, Any] = {"name": meanwhile.name, "theirs": meanwhile.theirs, "number": str(meanwhile.theirs.pk)}
    answer = render(request, "operator/thread_meanwhile.html", context, status=meanwhile.status)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#meanwhile", "innerHTML"
    answer["HX-Trigger"] = "thread:said"
    return answer


def _composer(request: PageRequest, client: Client, *, seen: int, chosen: str) -> HttpResponse:
    if not request.htmx or request.htmx.boosted:
        return redirect("thread", client.pk)
    context = messages_pane.composer(client, request.person, seen=str(seen), chosen=chosen)
    answer = render(request, "operator/thread_composer.html", context)
    answer["HX-Trigger"] = "thread:said"
    return answer


def _renewed(request: PageRequest, client: Client) -> HttpResponse:
    """The thread asks for its lines anew by itself."""
    if not request.htmx or request.htmx.boosted:
        return redirect("thread", client.pk)
    return HttpResponse(status=204, headers={"HX-Trigger": "thread:said"})
