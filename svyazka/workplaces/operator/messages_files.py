"""Files of messages, for whoever sees the thread: pictures small and large, sound in pieces, documents to be kept."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.encoding import escape_uri_path

from svyazka.business.conversations import files
from svyazka.business.conversations.models import Attachment
from svyazka.kit import file_kinds
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.sending import PIECE, piece_of, sent

# What a sender has put into it runs nowhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; sandbox"


@needs("queue.see")
def file(request: PageRequest, file_id: int) -> HttpResponseBase:
    """In the browser only what it shows without running anything; the rest is saved."""
    found = _kept(file_id)
    is_shown = found.type in file_kinds.SHOWN
    try:
        opened = files.open_file(found.stored)
    except FileNotFoundError as missing:
        raise Http404 from missing
    asked = request.headers.get("Range", "")
    answer = piece_of(opened, found.size or 0, asked) if asked else sent(opened.chunks(PIECE))
    answer["Accept-Ranges"] = "bytes"
    answer["Content-Type"] = found.type if is_shown else "application/octet-stream"
    way = "inline" if is_shown and "download" not in request.GET else "attachment"
    answer["Content-Disposition"] = f"{way}; filename*=UTF-8''{escape_uri_path(_name(found))}"
    return _guarded(answer)


@needs("queue.see")
def small(request: PageRequest, file_id: int) -> HttpResponseBase:
    """A picture as it stands in the thread; where it could not be made small, as it came."""
    found = _kept(file_id)
    if found.type not in file_kinds.PICTURES:
        raise Http404
    has_small = files.has_small(found)
    try:
        with files.open_file(files.small_of(found.stored) if has_small else found.stored) as opened:
            answer = HttpResponse(opened.read(), content_type="image/jpeg" if has_small else found.type)
    except FileNotFoundError as missing:
        raise Http404 from missing
    _guarded(answer)
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


def _kept(file_id: int) -> Attachment:
    return get_object_or_404(Attachment, pk=min(file_id, 2**63 - 1), state=Attachment.State.KEPT)


def _name(found: Attachment) -> str:
    return found.name or f"{found.kind}-{found.pk}"


def _guarded(answer: HttpResponseBase) -> HttpResponseBase:
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Content-Encoding"] = "identity"
    answer["Cache-Control"] = "private, no-store"
    return answer
