"""`/api/v1`: the addresses, each behind the door of programs, and the file that describes them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from django.utils import translation
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from svyazka.workplaces.api import clients, deals, refusals, requests
from svyazka.workplaces.api.door import View, behind_the_door, in_words
from svyazka.workplaces.shared.door import open_to_all

PLACE = "/api/v1"
api = NinjaAPI(
    title="Svyazka",
    version="1",
    description="Clients, deals and requests, for other programs. A key is made under Settings → API keys.",
    docs_url=None,
    openapi_url=None,
)
refusals.answer_for(api)
ROOMS = (requests, clients, deals)
for room in ROOMS:
    api.add_router("", room.router)


@open_to_all
def openapi(request: HttpRequest) -> HttpResponse:
    """Nothing of the company's: what programs may ask, and how."""
    with translation.override("en"):
        schema: OpenAPISchema = api.get_openapi_schema(path_prefix=f"{PLACE}/")
        return JsonResponse(schema)


def _guarded() -> list[URLPattern]:
    """Those of the library, in the order in which they were written down, but its own first page."""
    operations = [one for room in ROOMS for view in room.router.path_operations.values() for one in view.operations]
    patterns = [one for one in api.urls[0][:-1] if isinstance(one, URLPattern)]
    for pattern, one in zip(patterns, operations, strict=True):
        (key,) = one.auth_callbacks
        assert pattern.callback is not None
        pattern.name = f"api_{pattern.name}"  # the pages go by the plain names
        pattern.callback = behind_the_door(pattern.callback, dict.fromkeys(one.methods, key.right))
    return patterns


def nothing_here(request: HttpRequest) -> HttpResponse:
    return refusals.not_found()


def _nowhere() -> View:
    """Whatever else is asked below this address: by any method, and by everybody."""
    view = in_words(nothing_here)
    view.rights_by_key = {}  # type: ignore[attr-defined]
    return view


urlpatterns = [
    path("openapi.json", openapi, name="api_openapi"),
    *_guarded(),
    re_path("", _nowhere()),
]
