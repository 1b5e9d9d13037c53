"""Clients: found by a contact or by what stands on their page, looked at, and whose something is."""

from __future__ import annotations

from typing import cast

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from svyazka.business.clients import search
from svyazka.business.clients.identify import survivor
from svyazka.business.clients.matching.recognise import record_of
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.matching.whose import decide_on
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.clients.search import Hit
from svyazka.business.deals.found import Found, look_up
from svyazka.business.journal.record import seen
from svyazka.kit import clock, emails, phones
from svyazka.kit.refusals import Refused
from svyazka.workplaces.api import who
from svyazka.workplaces.api.door import Key, Program
from svyazka.workplaces.api.shapes import (
    ClientLine,
    ClientPage,
    Contact,
    Given,
    Kind,
    Line,
    Number,
    OneClient,
    PageNumber,
    Who,
    Whose,
    page,
    refusals,
)

PAGE = 20
MOST_CANDIDATES = 5
router = Router(tags=["clients"])


class Wanted(Given):
    phone: Line = ""
    email: Line = ""
    q: Line = ""
    page: PageNumber = 1


@router.get("/clients", auth=Key("clients.see"), response={200: ClientPage, **refusals()})
def find(request: Program, asked: Query[Wanted]) -> ClientPage:
    """By exactly one of: a whole phone, an e-mail address, or `q` as in the search of the pages."""
    if [asked.phone, asked.email, asked.q].count("") != 2:
        raise Refused(_("Ask by one of these: phone, email, q."))
    most = asked.page * PAGE + 1
    numbers = _by_words(asked.q, most) if asked.q else _by_contact(asked.phone, asked.email, most)
    shown, next_page = page(numbers, asked.page, PAGE)
    lines = [_line(one) for one in look_up([Hit("client", number) for number in shown])]
    return ClientPage(clients=lines, next_page=next_page)


def _by_words(typed: str, most: int) -> list[int]:
    # Deals are found beside them, and both get room.
    return [hit.object_id for hit in search.find(typed, limit=2 * most) if hit.kind == "client"][:most]


def _by_contact(phone: str, email: str, most: int) -> list[int]:
    try:
        kind, value = ("phone", phones.normalise(phone)) if phone else ("email", emails.normalise(email))
    except phones.NotAPhone:
        words = _("This is no phone number.")
        raise Refused(words, fields={"phone": words}) from None
    except emails.NotAnEmail:
        words = _("This is no e-mail address.")
        raise Refused(words, fields={"email": words}) from None
    having = ContactPoint.objects.filter(value=value, kind=kind, account="", client__merged_into=None)
    return list(having.order_by("client_id").values_list("client_id", flat=True)[:most])


def _line(found: Found) -> ClientLine:
    return ClientLine(
        id=found.client_id,
        name=found.title,
        address=found.address,
        phones=list(found.phones),
        open_deal=found.deal_id,
        stage=found.stage if found.deal_id else "",
    )


@router.post("/clients/whose", auth=Key("clients.see"), response={200: Whose, **refusals(400, 413)})
def whose(request: Program, given: Who) -> Whose:
    """Whose a request with this in it would be, and why. Nothing is stored."""
    known = Known(given.name, given.address, given.company, given.inn)
    decision = decide_on(record_of(who.read(given).contacts, known, clock.now().date()))
    candidates = who.likely(decision.likely[:MOST_CANDIDATES])
    return Whose(decision=decision.kind, client=decision.client, candidates=candidates)


@router.get("/clients/{client_id}", auth=Key("clients.see"), response={200: OneClient, **refusals(404)})
def client(request: Program, client_id: Path[Number]) -> OneClient:
    """Of one who was merged, that of the one he is now."""
    found = survivor(get_object_or_404(Client, pk=client_id))
    seen(found.pk, by=request.person)
    points = found.contact_points.order_by("pk")
    return OneClient(
        id=found.pk,
        asked_for=client_id,
        kind=cast(Kind, found.kind),
        name=found.name,
        address=found.address,
        contacts=[Contact(kind=one.kind, value=one.shown or one.value) for one in points],
    )
