"""Where phones send what was done on them: any number of times, and each thing counts once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from svyazka.business.visits import findings
from svyazka.business.visits.on_site import sent, take
from svyazka.business.visits.on_site.sent import Sent, Unread
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("visits.carry_out", "GET", "POST")
def sync(request: PageRequest) -> HttpResponse:
    """GET: who is logged in here, what a request has to show, and what time it is. POST: actions, in their order."""
    if request.method != "POST":
        return _answer(request, token=get_token(request))
    try:
        clock_of_phone, actions = sent.read_batch(request.body)
    except RequestDataTooBig:
        return _refused(413, _("Too much at once."))
    except Refused as refusal:
        return _refused(refusal.status, str(refusal.message))
    outcomes = take.take_all(actions, by=request.person, clock_of_phone=clock_of_phone)
    return _answer(request, outcomes=outcomes)


@needs("visits.carry_out", "POST")
def photos(request: PageRequest) -> HttpResponse:
    """Actions, in their order, and the pictures of some: each file under the id of its action."""
    try:
        clock_of_phone, actions = _with_files(request)
    except Refused as refusal:
        return _refused(refusal.status, str(refusal.message))
    # One byte more than is taken: it is refused then.
    pictures = {name: files[0].read(findings.LARGEST_FILE + 1) for name, files in request.FILES.lists()}
    outcomes = take.take_all(actions, by=request.person, clock_of_phone=clock_of_phone, pictures=pictures)
    return _answer(request, outcomes=outcomes)


def _with_files(request: PageRequest) -> tuple[datetime, list[Sent | Unread]]:
    if "batch" in request.POST:
        return sent.read_batch(request.POST["batch"])
    # A page that was open before the house was renewed sends one, with its photo.
    clock_of_phone, one = sent.read_one(request.POST.get("action", ""), request.POST.get("clock", ""))
    if "photo" in request.FILES:
        request.FILES.setlist(str(one.id), request.FILES.getlist("photo"))
        del request.FILES["photo"]
    return clock_of_phone, [one]


def _answer(request: PageRequest, **more: Any) -> HttpResponse:
    return _json({"now": clock.now().isoformat(), "person": request.person.pk, **more})


def _refused(status: int, words: str) -> HttpResponse:
    return _json({"words": words}, status=status)


def _json(value: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(value, status=status, json_dumps_params={"ensure_ascii": False})
