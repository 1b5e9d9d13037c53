"""The page of a deal: what to do now, what is known, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from svyazka.business.clients import history
from svyazka.business.deals.family import Member, family_of
from svyazka.business.deals.models import Deal, Field
from svyazka.business.files import seeing
from svyazka.business.notices import reading
from svyazka.business.staff.sessions import SessionStore
from svyazka.workplaces.manager import parts
from svyazka.workplaces.manager.departments import other_names
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import counted, files, suspected, timeline
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("deals.see")
def deal(request: PageRequest, pk: int) -> HttpResponse:
    found = deal_numbered(pk)
    if cast(SessionStore, request.session).unread:
        reading.read_of_deal(request.person, pk)
    context = parts.all_of(request, found)
    context |= history_of(found, family=context["family"]) | suspected.of_client(found.client_id)
    may_add = seeing.may_add(request.person, deal=found)
    context["files"] = files.panel("deal", found.pk, found.client_id, may_add=may_add)
    return render(request, "manager/deal.html", context)


@needs("deals.see")
def deal_parts(request: PageRequest, pk: int) -> HttpResponse:
    """Everything but the history, for a page that is open while somebody else changes the deal."""
    return HttpResponse(parts.apart(request, deal_numbered(pk)))


@needs("deals.see")
def deal_counted(request: PageRequest, pk: int, code: str) -> HttpResponse:
    return counted.how(request, Field.Of.DEAL, deal_numbered(pk).pk, code)


@needs("deals.see")
def deal_history(request: PageRequest, pk: int) -> HttpResponse:
    before = timeline.read_before(request.GET.get("before", ""))
    return render(request, "shared/timeline.html", history_of(deal_numbered(pk), before=before))


def history_of(
    deal: Deal, before: history.Before | None = None, *, family: Sequence[Member] | None = None
) -> dict[str, Any]:
    """Of its whole family: what one department notes is read in all."""
    others = other_names(deal, family or family_of(deal))
    return {
        "history": timeline.page(history.of_deals(list(others), before=before), of=others),
        "history_url": reverse("deal_history", args=[deal.pk]),
    }
