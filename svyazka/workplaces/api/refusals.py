"""A "no" as JSON: what is wrong in words, and at which field."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from svyazka.kit.refusals import Refused

log = logging.getLogger("django.request")
# By what the reader of bodies calls them; a number in one of them is the bound.
_FAULTS: dict[str, Promise] = {
    "missing": gettext_lazy("This is missing."),
    "extra_forbidden": gettext_lazy("There is no such field here."),
    "string_type": gettext_lazy("This has to be a text."),
    "string_unicode": gettext_lazy("This text holds what is no letter."),
    "string_too_long": gettext_lazy("This is too long: {bound} letters at most."),
    "string_too_short": gettext_lazy("This is empty."),
    "list_type": gettext_lazy("This has to be a list."),
    "too_long": gettext_lazy("These are too many: {bound} at most."),
    "int_parsing": gettext_lazy("This has to be a whole number."),
    "int_parsing_size": gettext_lazy("This has to be a whole number."),
    "int_type": gettext_lazy("This has to be a whole number."),
    "int_from_float": gettext_lazy("This has to be a whole number."),
    "greater_than_equal": gettext_lazy("This is too small: {bound} at least."),
    "less_than_equal": gettext_lazy("This is too large: {bound} at most."),
    "literal_error": gettext_lazy("One of these: {bound}."),
}
_BOUNDS = ("max_length", "ge", "le", "expected")


def answer_for(api: NinjaAPI) -> None:
    """Whatever an endpoint raises is answered from here on."""
    api.exception_handler(Refused)(refused)
    api.exception_handler(ValidationError)(not_valid)
    api.exception_handler(AuthenticationError)(lambda request, _error: without_key())
    api.exception_handler(HttpError)(lambda request, _error: say(400, _("The body is not JSON that can be read.")))
    api.exception_handler(PermissionDenied)(lambda request, _error: forbidden())
    api.exception_handler(Http404)(lambda request, _error: not_found())
    api.exception_handler(Exception)(broken)


def say(status: int, message: str, fields: Mapping[str, str] | None = None) -> HttpResponse:
    error = {"message": message, "fields": dict(fields or {})}
    return JsonResponse({"error": error}, status=status, json_dumps_params={"ensure_ascii": False})


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    fields = {name: str(words) for name, words in refusal.fields.items()}
    answer = say(refusal.status, str(refusal.message), fields)
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if seconds := getattr(refusal, "seconds", 0):
        answer.headers["Retry-After"] = str(seconds)
    return answer


def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, str] = {}
    for fault in error.errors:
        fields.setdefault(_place(fault["loc"]), _in_words(fault))
    return say(422, _("Something in the request cannot be right."), fields)


def _place(steps: Sequence[object]) -> str:
    """`("body", "given", "phones", 0)` → `phones.0`; of the whole body nothing is left."""
    _part, *named = map(str, steps)
    return ".".join(named[1:] if named[:1] in (["given"], ["asked"]) else named)


def _in_words(fault: Mapping[str, Any]) -> str:
    template = _FAULTS.get(fault["type"])
    if template is None:
        return _("This cannot be read.")
    given = fault.get("ctx", {})
    bound = next((given[name] for name in _BOUNDS if name in given), "")
    return str(template).format(bound=str(bound).replace(" or ", ", "))


def without_key() -> HttpResponse:
    answer = say(401, _("A key is missing: send it as “Authorization: Bearer …”."))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def forbidden() -> HttpResponse:
    return say(403, _("The person whom this key acts as may not do this."))


def not_found() -> HttpResponse:
    return say(404, _("There is nothing of this number, or nothing at this address."))


def not_allowed(methods: Iterable[str]) -> HttpResponse:
    allowed = ", ".join(sorted(methods))
    answer = say(405, _("This address takes: {methods}.").format(methods=allowed))
    answer.headers["Allow"] = allowed
    return answer


def too_large(kilobytes: int) -> HttpResponse:
    return say(413, _("The request is too large: {size} KB at most.").format(size=kilobytes))


def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("api_failed", exc_info=error)
    return say(500, _("Something broke on our side. It has been noted; please try again."))
