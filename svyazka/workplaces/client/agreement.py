"""What a client is to agree to, on his own phone: he reads it, signs it, and gets the PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from svyazka.business.agreements import agreeing, links
from svyazka.business.agreements.models import Agreement
from svyazka.business.visits.client_rules import rules
from svyazka.kit import strokes
from svyazka.kit.refusals import Refused
from svyazka.workplaces.client.door import back, by_agreement_link, language_of, others, token_of
from svyazka.workplaces.shared import agreed


@by_agreement_link("GET", "POST")
def agreement(request: HttpRequest, found: Agreement) -> HttpResponse:
    if request.method != "POST":
        return _page(request, found)
    try:
        agreeing.sign_by_link(found, agreeing.read_signature(_signed(request)))
    except links.Revoked:
        raise  # while he was reading it
    except agreeing.Closed:
        return _page(request, found, status=409)
    except Refused as refusal:
        return _page(request, found, refusal=refusal, status=refusal.status)
    return back(request, "client_agreement", done="signed")


@by_agreement_link("GET")
def pdf(request: HttpRequest, found: Agreement) -> HttpResponseBase:
    return agreed.file_of(found)


def _signed(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    drawn = strokes.from_text(given.get("strokes") or "[]")
    return {"name": given.get("name", ""), "agrees": given.get("agrees") == "1", "strokes": drawn}


def _page(request: HttpRequest, found: Agreement, *, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
    shown = agreed.shown(found)
    context = {
        "shown": shown,
        "changes": [] if found.is_signed else shown.changes,
        "conflicts": [] if found.is_signed else agreeing.in_conflict(found),
        "closed": "" if found.is_signed else agreeing.why_closed(found),
        "refusal": refusal,
        "typed": request.POST.get("name") or found.client.name,
        "done": request.GET.get("done", ""),
        "has_pdf": found.paper == Agreement.Paper.MADE,
        "rules": rules(),
        "language": language_of(request),
        "languages": others(request),
        "own": token_of(request),
    }
    return render(request, "client/agreement.html", context, status=status)
