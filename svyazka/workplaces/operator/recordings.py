"""What was recorded of a call: the player, the sound itself in pieces, and the file for whoever may take it along."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.calls.models import Call, Recording
from svyazka.business.calls.recordings import keeping, listening, store
from svyazka.business.calls.recordings.of_call import Recorded, list_recordings, recorded
from svyazka.business.calls.recordings.source import trouble_of
from svyazka.business.intake import hear
from svyazka.business.staff import roles
from svyazka.workplaces.operator.wave import drawn
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.log_in import address_of
from svyazka.workplaces.shared.sending import piece_of, pieces_of, sent

State = Recording.State


@needs("recordings.listen")
def recording(request: PageRequest, call_id: int) -> HttpResponse:
    """The player, or in words why there is nothing to hear."""
    call = _call(call_id)
    recordings = list_recordings(call)
    if not hear.may_listen(request.person, call, recordings):
        return render(request, "operator/player.html", {"refused": hear.NotYours().message}, status=404)
    found = recorded(call, recordings)
    context = {
        "call": call,
        "ready": _player(call, found) if found.files else None,
        "notes": _notes(call, recordings),
        "is_awaited": any(one.state == State.AWAITED for one in recordings),
        "files": _files(request, found),
    }
    return render(request, "operator/player.html", context)


@needs("recordings.listen", "POST")
def listenings(request: PageRequest, call_id: int) -> JsonResponse:
    """Somebody begins to listen: written down, and the addresses of the sound are his for two hours."""
    call = _call(call_id)
    recordings = list_recordings(call)
    begun = hear.listen(call, recordings, by=request.person, address=address_of(request))
    files = [one for one in recordings if one.state == State.FETCHED]
    return JsonResponse({"sounds": {str(one.pk): reverse("sound", args=[call_id, begun.pk, one.pk]) for one in files}})


@needs("recordings.listen")
def sound(request: PageRequest, call_id: int, listening_id: int, recording_id: int) -> HttpResponse:
    call = _call(call_id)
    kept = _kept(call, recording_id)
    begun = listening.find(call, listening_id, request.person)
    if begun is None:
        raise Http404
    hear.insist(request.person, call, list_recordings(call))
    with _opened(kept) as file:
        answer = piece_of(file, kept.bytes, request.headers.get("Range", ""), "audio/mpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs("recordings.export")
def recording_file(request: PageRequest, call_id: int, recording_id: int) -> HttpResponseBase:
    """As a file, out of the house."""
    call = _call(call_id)
    kept = _kept(call, recording_id)
    hear.insist(request.person, call, list_recordings(call))
    file = _opened(kept)
    answer = sent(pieces_of(file))
    hear.listen(call, list_recordings(call), by=request.person, address=address_of(request), is_download=True)
    name = f"{call.started_at:%Y-%m-%d}-{call.pk}-{recording_id}.mp3"
    answer["Content-Type"] = "audio/mpeg"
    answer["Content-Length"] = str(kept.bytes)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Encoding"] = "identity"  # sound does not become smaller by being packed
    return answer


@needs("recordings.keep", "POST")
def recording_keeping(request: PageRequest, call_id: int) -> HttpResponse:
    keeping.keep(_call(call_id), request.POST.get("why", ""), by=request.person)
    return redirect("call", call_id)


@needs("recordings.keep", "POST")
def recording_release(request: PageRequest, call_id: int) -> HttpResponse:
    keeping.release(_call(call_id), by=request.person)
    return redirect("call", call_id)


def _call(call_id: int) -> Call:
    return get_object_or_404(Call.objects.whole(), pk=call_id)


def _kept(call: Call, recording_id: int) -> Recording:
    return get_object_or_404(Recording, pk=recording_id, call_id=call.pk, state=State.FETCHED)


def _opened(kept: Recording) -> Any:
    try:
        return store.open_file(kept.file)
    except FileNotFoundError as missing:
        raise Http404 from missing


def _player(call: Call, found: Recorded) -> dict[str, Any]:
    """Places as shares of the whole line, for the style sheet."""

    def share(milliseconds: int) -> str:
        return f"{milliseconds * 100 / max(found.length, 1):.3f}"

    return {
        "length": found.length,
        "seconds": found.length // 1000,
        "stretches": json.dumps([[one.begin, one.end, one.of, one.offset] for one in found.stretches]),
        "spoken": [
            {
                "of": one,
                "who": one.who or _("Phone outside"),
                "left": share(one.begin),
                "width": share(one.end - one.begin),
            }
            for one in found.spoken
        ],
        "held": [(share(begin), share(end - begin)) for begin, end in found.held],
        "passed_on": [share(at) for at in found.passed_on],
        "wave": drawn(found.waves),
    }


def _notes(call: Call, recordings: Sequence[Recording]) -> list[str]:
    """What is not here, and why; each reason once."""
    told = {
        State.AWAITED: _("The recording is being fetched from the PBX. It appears here by itself."),
        State.EMPTY: _("Nothing was recorded."),
        State.REMOVED: _("The recording was deleted: its time was over."),
    }
    if not recordings and call.state != Call.State.ENDED:
        return [_("The recording comes when the call is over.")]
    if not recordings:
        return [_("There is no recording of this call.")]
    notes = [_note(one, told) for one in recordings if one.state != State.FETCHED]
    return list(dict.fromkeys(notes))


def _note(one: Recording, told: dict[State, str]) -> str:
    if one.state == State.AWAITED and one.trouble:
        return " ".join((trouble_of(one.trouble), _("It is tried again by itself.")))
    return told.get(State(one.state)) or trouble_of(one.trouble)


def _files(request: PageRequest, found: Recorded) -> list[tuple[str, str]]:
    """Name and address of each, for whoever may take them along."""
    if not roles.may(request.person, "recordings.export"):
        return []
    urls = [reverse("recording_file", args=[one.call_id, one.pk]) for one in found.files.values()]
    if len(urls) == 1:
        return [(_("Download"), urls[0])]
    return [(_("Download part {number}").format(number=number), url) for number, url in enumerate(urls, start=1)]
