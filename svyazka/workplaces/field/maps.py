"""In which app the way to a client opens: chosen once, on the phone that has the app."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.visits.directions import APPS
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs

COOKIE = "svyazka_maps"
A_YEAR = 365 * 24 * 3600
NAMES = {
    "": gettext_lazy("As the company has it"),
    "yandex": gettext_lazy("Yandex Maps"),
    "navigator": gettext_lazy("Yandex Navigator"),
    "2gis": gettext_lazy("2GIS"),
    "google": gettext_lazy("Google Maps"),
    "apple": gettext_lazy("Apple Maps"),
    "geo": gettext_lazy("The phone asks each time"),
}


@needs("visits.carry_out", "POST")
def maps_app(request: PageRequest) -> HttpResponse:
    app = request.POST.get("app", "")
    if app and app not in APPS:
        raise Refused(_("Choose one of the apps."))
    answer = redirect("field_day")
    answer.set_cookie(COOKIE, app, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    messages.success(request, _("Saved."))
    return answer


def chosen(request: HttpRequest) -> str:
    found = request.COOKIES.get(COOKIE, "")
    return found if found in APPS else ""


def apps(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """Each with its name, and whether it is the one."""
    here = chosen(request)
    return [(code, str(name), code == here) for code, name in NAMES.items()]
