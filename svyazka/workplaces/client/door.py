"""The door of a client's page: nobody logs in, the address itself opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from svyazka.business.agreements import links as agreement_links
from svyazka.business.agreements.models import Agreement
from svyazka.business.visits import links, window_links
from svyazka.business.visits.client_rules import rules
from svyazka.business.visits.models import VisitLink, WaitingOffer
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import open_to_all
from svyazka.workplaces.shared.language import KNOWN
from svyazka.workplaces.shared.log_in import address_of

Found = TypeVar("Found")
View = Callable[[HttpRequest, Found], HttpResponseBase]


def by_link(*methods: str) -> Callable[[View[VisitLink]], Any]:
    return _opened_by(links.find, methods)


def by_window_link(*methods: str) -> Callable[[View[WaitingOffer]], Any]:
    return _opened_by(window_links.find, methods)


def by_agreement_link(*methods: str) -> Callable[[View[Agreement]], Any]:
    return _opened_by(agreement_links.find, methods)


def _opened_by(find: Callable[..., Found | None], methods: tuple[str, ...]) -> Callable[[View[Found]], Any]:
    """A program that looks at addresses, of a mail server or a messenger, asks with GET and must change nothing."""

    def at_the_door(view: View[Found]) -> Any:
        @wraps(view)
        def opened(request: HttpRequest, token: str) -> HttpResponseBase:
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            with translation.override(language_of(request)):
                return _private(_answer(view, request, lambda: find(token, sender=address_of(request))))

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


def token_of(request: HttpRequest) -> str:
    """`/v/…/`: by which the page was opened."""
    return request.path.split("/")[2]


def back(request: HttpRequest, page: str, *, done: str = "") -> HttpResponse:
    """To the page as it is now; loading that anew does nothing again."""
    asked = {"done": done, "language": request.GET.get("language", "")}
    query = urlencode({name: value for name, value in asked.items() if value})
    own = reverse(page, args=[token_of(request)])
    answer = HttpResponseRedirect(f"{own}?{query}" if query else own)
    answer.status_code = 303
    return answer


def _answer(view: View[Found], request: HttpRequest, find: Callable[[], Found | None]) -> HttpResponseBase:
    found = None
    try:
        found = find()
        if found is None:
            return _closed(request, status=404)
        return view(request, found)
    except Refused as refusal:
        opens = found and not isinstance(refusal, agreement_links.Revoked)
        own = "/".join([*request.path.split("/")[:3], ""]) if opens else ""
        return _closed(request, said=str(refusal.message), own=own, status=refusal.status)


def _closed(request: HttpRequest, *, said: str = "", own: str = "", status: int) -> HttpResponse:
    """`own`: the page that opens all the same."""
    context = {
        "said": said,
        "own": own,
        "rules": rules(),
        "language": language_of(request),
        "languages": others(request),
    }
    return render(request, "client/closed.html", context, status=status)


def _private(answer: HttpResponseBase) -> HttpResponseBase:
    """Kept nowhere, found by nobody, and named to nobody as the page before."""
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
