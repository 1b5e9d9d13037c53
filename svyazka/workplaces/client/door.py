"""The door of a client's page: nobody logs in, the address itself opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from svyazka.business.visits import links
from svyazka.business.visits.client_rules import rules
from svyazka.business.visits.models import VisitLink
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import open_to_all
from svyazka.workplaces.shared.language import KNOWN
from svyazka.workplaces.shared.log_in import address_of

View = Callable[[HttpRequest, VisitLink], HttpResponse]


def by_link(*methods: str) -> Callable[[View], Any]:
    """A program that looks at addresses, of a mail server or a messenger, asks with GET and must change nothing."""

    def at_the_door(view: View) -> Any:
        @wraps(view)
        def opened(request: HttpRequest, token: str) -> HttpResponse:
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            with translation.override(language_of(request)):
                return _private(_answer(view, request, token))

        # Whoever could forge a request would have to know the address, and with it he may do all of this anyway.
        return csrf_exempt(open_to_all(opened))

    return at_the_door


def language_of(request: HttpRequest) -> str:
    """The company's, until the client chooses another one."""
    chosen = request.GET.get("language", "")
    return chosen if chosen in KNOWN else settings.LANGUAGE_CODE


def others(request: HttpRequest) -> list[tuple[str, str]]:
    """To change over to."""
    return [(code, name) for code, name in settings.LANGUAGES if code != language_of(request)]


def _answer(view: View, request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = links.find(token, sender=address_of(request))
        if link is None:
            return _closed(request, status=404)
        return view(request, link)
    except Refused as refusal:
        return _closed(request, said=str(refusal.message), status=refusal.status)


def _closed(request: HttpRequest, *, said: str = "", status: int) -> HttpResponse:
    context = {"said": said, "rules": rules(), "language": language_of(request), "languages": others(request)}
    return render(request, "client/closed.html", context, status=status)


def _private(answer: HttpResponse) -> HttpResponse:
    """Kept nowhere, found by nobody, and named to nobody as the page before."""
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
