"""The door of programs: a key in the header, the right of whoever it acts as; and answers in words, always as JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja.security import HttpBearer

from svyazka.business.staff import api_keys, roles
from svyazka.business.staff.models import ApiKey, Person
from svyazka.workplaces.api import refusals
from svyazka.workplaces.shared.language import KNOWN
from svyazka.workplaces.shared.log_in import address_of

LARGEST = 256 * 1024  # bytes of one request
View = Callable[..., HttpResponse]


class Program(HttpRequest):
    """A request with a key that opens: what an endpoint gets."""

    auth: ApiKey
    person: Person


class Key(HttpBearer):
    """Lets in whoever has the right (staff/roles.py); a cookie says nothing here."""

    def __init__(self, right: str) -> None:
        super().__init__()
        if right not in roles.RIGHTS:
            raise KeyError(right)
        self.right = right

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        key = api_keys.let_in(token, address=address_of(request))
        if not roles.may(key.person, self.right):
            raise PermissionDenied
        request.person = key.person  # type: ignore[attr-defined]
        return key


def behind_the_door(view: View, rights: dict[str, str]) -> View:
    """`rights`: what is needed, by method."""

    @wraps(view)
    def guarded(request: HttpRequest, **given: Any) -> HttpResponse:
        request.person = None  # type: ignore[attr-defined]
        if request.method not in rights:
            return refusals.not_allowed(rights)
        if _size_of(request) > LARGEST:
            return refusals.too_large(LARGEST // 1024)
        answer = view(request, **given)
        answer.headers["Cache-Control"] = "no-store, private"
        answer.headers["Vary"] = "Authorization, Accept-Language"
        return answer

    spoken = in_words(guarded)
    spoken.rights_by_key = rights  # type: ignore[attr-defined]
    return spoken


def in_words(view: View) -> View:
    """In the caller's language. No cookie counts here: nobody's browser can be made to send a key."""

    @wraps(view)
    def spoken(request: HttpRequest, **given: Any) -> HttpResponse:
        with translation.override(_language_of(request)):
            return view(request, **given)

    spoken.csrf_exempt = True  # type: ignore[attr-defined]
    return spoken


def _size_of(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdecimal() else 0


def _language_of(request: HttpRequest) -> str:
    """The first of the caller's languages that we speak; else Russian."""
    for part in request.headers.get("Accept-Language", "")[:200].lower().split(","):
        code = part.partition(";")[0].strip().partition("-")[0]
        if code in KNOWN:
            return code
    return "ru"
