"""Whoever has not written for a day is written to by a text that his messenger has approved: chosen, filled in, and
read as it goes out before it does."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client
from svyazka.business.conversations import reach, templates
from svyazka.business.conversations.models import ApprovedTemplate
from svyazka.business.conversations.reach import WayTo
from svyazka.business.inbox import answering, replies
from svyazka.business.inbox.answering import AnsweredMeanwhile
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable
from svyazka.workplaces.operator.messages_answer import values_of
from svyazka.workplaces.operator.messages_pane import value_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("requests.take", "GET", "POST")
def approved(request: PageRequest, client_id: int) -> HttpResponse:
    """Chosen and filled in, it is shown as the client will read it; sent, the dialog closes."""
    client = survivor(get_object_or_404(Client, pk=client_id))
    given = request.POST if request.method == "POST" else request.GET
    way = _way(client, given.get("way", ""))
    offered = [one for one in templates.list_of(way.account) if templates.can_be_sent(one)]
    known = values_of(client, request.person)
    chosen = _chosen(offered, given)
    values = _values(given, chosen, known)
    context = {"client": client, "way": way, "value": value_of(way), "offered": offered, "chosen": chosen}
    context |= _places(given, chosen, values, known)
    context["seen"] = whole_number(given.get("seen")) or ""
    if request.method == "GET":
        return render(request, "operator/thread_templates.html", context)
    try:
        _say(request, client, way, chosen, values)
    except AnsweredMeanwhile as meanwhile:
        context |= {"meanwhile": meanwhile, "seen": meanwhile.theirs.pk}
        return render(request, "operator/thread_templates.html", context, status=meanwhile.status)
    if not request.htmx:
        return redirect("thread", client.pk)
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"thread:said": None, "dialog:close": None})})


def _say(request: PageRequest, client: Client, way: WayTo, chosen: ApprovedTemplate | None, values: list[str]) -> None:
    if chosen is None:
        raise Refused(_("Choose a template."))
    template, text = templates.filled_in(way.account, chosen.name, chosen.language, values)
    seen = whole_number(request.POST.get("seen"))
    answering.answer(
        client, text, account=way.account, user_id=way.user_id, seen=seen, template=template, by=request.person
    )


def _way(client: Client, value: str) -> WayTo:
    for one in reach.ways_of(client.pk):
        if value_of(one) == value and one.by_template:
            return one
    raise Refused(_("No template can be sent to this client by this channel."))


def _chosen(offered: list[ApprovedTemplate], given: QueryDict) -> ApprovedTemplate | None:
    number = whole_number(given.get("template"))
    if number is None:
        return offered[0] if offered and "template" not in given else None
    return next((one for one in offered if one.pk == number), None)


def _values(given: QueryDict, chosen: ApprovedTemplate | None, known: dict[str, str]) -> list[str]:
    """With the client's own words in the fields; what is missing is empty."""
    if chosen is None:
        return []
    typed = [storable(one)[: templates.LONGEST_VALUE] for one in given.getlist("values")[: chosen.places]]
    return [" ".join(replies.filled(one, known)[0].split()) for one in typed]


def _places(
    given: QueryDict, chosen: ApprovedTemplate | None, values: list[str], known: dict[str, str]
) -> dict[str, Any]:
    if chosen is None:
        return {}
    typed = [*given.getlist("values"), *[""] * chosen.places][: chosen.places]
    return {
        "places": list(enumerate(typed, start=1)),
        "fields": [(value, replies.FIELDS[name]) for name, value in known.items() if value],
        "preview": templates.rendered(chosen, values),
    }
