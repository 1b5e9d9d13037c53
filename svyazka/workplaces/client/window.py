"""A window that is kept for a client who waits: he takes it, or it does not suit him."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from svyazka.business.visits import by_client, client_texts, links
from svyazka.business.visits.client_rules import rules, span_of
from svyazka.business.visits.models import Visit, Waiting, WaitingOffer
from svyazka.kit import clock
from svyazka.workplaces.client.door import back, by_window_link, language_of, others, token_of

State = WaitingOffer.State


@by_window_link("GET")
def window(request: HttpRequest, offer: WaitingOffer) -> HttpResponse:
    return _page(request, offer, state=_state(offer))


@by_window_link("POST")
def taking(request: HttpRequest, offer: WaitingOffer) -> HttpResponse:
    if by_client.take_window(offer):
        return back(request, "client_window")
    return _page(request, offer, state="over", status=409)


@by_window_link("POST")
def removal(request: HttpRequest, offer: WaitingOffer) -> HttpResponse:
    by_client.decline_window(offer)
    return back(request, "client_window")


def _state(offer: WaitingOffer) -> str:
    if offer.state in (State.TAKEN, State.DECLINED):
        return offer.state
    return "open" if offer.state == State.OPEN and offer.expires_at > clock.now() else "over"


def _page(request: HttpRequest, offer: WaitingOffer, *, state: str, status: int = 200) -> HttpResponse:
    entry = offer.waiting
    visit = Visit.objects.filter(request_id=offer.request_id).first() if state == State.TAKEN else None
    context = {
        "offer": offer,
        "entry": entry,
        "state": state,
        "waits": entry.state == Waiting.State.OPEN and entry.deal.is_open,
        "until": client_texts.until(offer.expires_at),
        "span": span_of(offer.starts_at),
        "visit_url": links.known(visit) if visit else "",
        "rules": rules(),
        "language": language_of(request),
        "languages": others(request),
        "own": token_of(request),
    }
    return render(request, "client/window.html", context, status=status)
