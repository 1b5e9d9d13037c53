"""The door of every page and endpoint: who may come in, and by which method."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django_htmx.middleware import HtmxDetails

from svyazka.business.staff import roles
from svyazka.business.staff.models import Person

P = ParamSpec("P")


class PageRequest(HttpRequest):
    """A request whose sender is known: what a view behind the door gets."""

    person: Person
    began_at: datetime  # what is committed later may be missing in the answer
    htmx: HtmxDetails


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def needs(right: str, *methods: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Lets in whoever has the right (staff/roles.py); `methods` are GET unless others are named."""
    if right not in roles.RIGHTS:
        raise KeyError(right)
    allowed = methods or ("GET",)

    def at_the_door(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person: Person | None = getattr(request, "person", None)
            if person is None:
                return to_login(request)
            if not roles.may(person, right):
                raise PermissionDenied
            if request.method not in allowed and not (request.method == "HEAD" and "GET" in allowed):
                return HttpResponseNotAllowed(allowed)
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        guarded.right = right  # type: ignore[attr-defined]
        guarded.methods = allowed  # type: ignore[attr-defined]
        return guarded

    return at_the_door


def open_to_all(view: Any) -> Any:
    """Log-in and the signs of life: nothing of the company's data."""
    view.right = None
    return view


def to_login(request: HttpRequest) -> HttpResponse:
    """A lost session leads to the log-in as a whole page, also out of a fragment, and back afterwards. Whoever had one
    is told why: the cookie that he showed opens nothing any more."""
    fragment = request.headers.get("HX-Request") == "true"
    back = request.headers.get("HX-Current-URL", "/") if fragment else request.get_full_path()
    asked = {"next": back} if request.method == "GET" or fragment else {}
    if request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        asked["ended"] = "1"
    address = "/login/" + (f"?{urlencode(asked)}" if asked else "")
    if fragment:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponse(status=302, headers={"Location": address})
