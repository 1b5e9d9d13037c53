"""A "no" that a person can do something with: as a page, or as a fragment where a fragment was asked for."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.kit.refusals import Refused


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return _say(request, refusal.status, str(refusal.message), [str(name) for name in refusal.missing])


def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _say(request, 400, _("The request could not be read. Reload the page and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _say(request, 403, _("Your role does not include this. Ask the administrator if you need it."))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _say(request, 403, _("The page was open for too long or came from elsewhere. Reload it and try again."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _say(request, 404, _("There is nothing at this address, or it is not yours to see."))


def broken(request: HttpRequest) -> HttpResponse:
    return _say(request, 500, _("Something broke on our side. It has been noted; please try again."))


def _say(request: HttpRequest, status: int, message: str, missing: list[str] | None = None) -> HttpResponse:
    if not hasattr(request, "LANGUAGE_CODE"):  # refused before anybody asked who it is: a foreign Host
        request.LANGUAGE_CODE = settings.LANGUAGE_CODE
    context = {"message": message, "missing": missing or [], "status": status}
    boosted_page = request.headers.get("HX-Boosted") == "true" and request.method == "GET"
    if request.headers.get("HX-Request") != "true" or boosted_page:
        return render(request, "shared/refusal.html", context, status=status)
    # Said in a toast; what the answer would have replaced stays as it is, with everything typed into it.
    answer = render(request, "shared/toast.html", {**context, "tone": "bad"}, status=status)
    answer["HX-Retarget"] = "#toasts"
    answer["HX-Reswap"] = "beforeend"
    return answer
