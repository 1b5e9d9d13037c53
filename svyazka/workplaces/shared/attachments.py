"""A file that came with a message, or went with one: shown where a browser can, else to be saved."""

from __future__ import annotations

from django.core.files.base import File
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from svyazka.business.conversations import files
from svyazka.business.conversations.models import Attachment
from svyazka.kit import file_kinds
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.sending import piece_of, pieces_of, sent

KEPT_BY_BROWSER = "private, max-age=86400, immutable"


@needs("clients.see")
def attachment(request: PageRequest, pk: int) -> HttpResponseBase:
    """Sound and pictures of any length come in pieces, for players."""
    kept = get_object_or_404(Attachment, pk=pk, state=Attachment.State.KEPT)
    is_shown = kept.type in file_kinds.SHOWN
    type_ = kept.type if is_shown else file_kinds.UNKNOWN
    file = _opened(kept.stored)
    if asked := request.headers.get("Range", ""):
        with file:
            answer: HttpResponseBase = piece_of(file, kept.size or 0, asked, type_)
    else:
        answer = sent(pieces_of(file))
        answer["Content-Type"] = type_
        answer["Content-Length"] = str(kept.size)
        answer["Accept-Ranges"] = "bytes"
    is_asked_for = "download" in request.GET
    answer["Content-Disposition"] = content_disposition_header(not is_shown or is_asked_for, _name(kept)) or ""
    return _harmless(answer)


@needs("clients.see")
def attachment_small(request: PageRequest, pk: int) -> HttpResponseBase:
    kept = get_object_or_404(Attachment, pk=pk, state=Attachment.State.KEPT)
    with _opened(files.small_of(kept.stored)) as file:
        return _harmless(HttpResponse(file.read(), content_type="image/jpeg"))


def _opened(stored: str) -> File[bytes]:
    try:
        return files.open_file(stored)
    except FileNotFoundError as missing:
        raise Http404 from missing


def _harmless(answer: HttpResponseBase) -> HttpResponseBase:
    """Whatever somebody outside has sent: nothing in it runs here."""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = KEPT_BY_BROWSER
    return answer


def _name(kept: Attachment) -> str:
    return kept.name or f"{kept.kind}-{kept.pk}{_ENDINGS.get(kept.type, '')}"


_ENDINGS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3", "video/mp4": ".mp4", "application/pdf": ".pdf",
}  # fmt: skip
