"""What every answer carries, and what becomes of a verb's refusal."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import refusals

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:{tiles}; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'{further}; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class SafetyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        # Where a softphone of this page connects; no other page may use the microphone.
        further = getattr(request, "softphone_origin", "")
        # Where the map of this page comes from.
        tiles = getattr(request, "tiles_origin", "")
        policy = POLICY.format(further=f" {further}" if further else "", tiles=f" {tiles}" if tiles else "")
        answer.headers.setdefault("Content-Security-Policy", policy)
        answer.headers.setdefault("Permissions-Policy", f"microphone={'(self)' if further else '()'}")
        answer.headers.setdefault("X-Frame-Options", "DENY")
        if getattr(request, "person", None):
            answer.headers.setdefault("Cache-Control", "no-store, private")
        return answer

    def process_exception(self, request: HttpRequest, refusal: Exception) -> HttpResponse | None:
        return refusals.refused(request, refusal) if isinstance(refusal, Refused) else None
