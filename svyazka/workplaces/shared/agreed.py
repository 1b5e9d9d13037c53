"""What was agreed on with a client, for reading: word for word as he saw it, with its sketches and his signature."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import formats
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from svyazka.business.agreements import agreeing, delivering, papers
from svyazka.business.agreements.models import Agreement
from svyazka.business.conversations.client_channel import of_kind
from svyazka.business.sheets import forms
from svyazka.business.sheets.tables import Cell, Line, tables
from svyazka.business.visits import drawings
from svyazka.business.visits.models import PhotoDrawing, VisitPhoto
from svyazka.kit import clock, strokes
from svyazka.workplaces.shared import shots
from svyazka.workplaces.shared.shots import Shot
from svyazka.workplaces.shared.svg import drawn

Outcome, Letter = Agreement.Outcome, Agreement.Letter


@dataclass(frozen=True)
class Photos:
    """By the number of the phone, with all that was ever drawn on them."""

    by_number: Mapping[str, VisitPhoto]
    versions: Mapping[int, Sequence[PhotoDrawing]]


NO_PHOTOS = Photos({}, {})


@dataclass(frozen=True)
class Fact:
    name: str
    text: str
    photos: tuple[Shot, ...] = ()


@dataclass(frozen=True)
class Opening:
    """One of the rows, or all of a plain section."""

    name: str
    sketch: SafeString | None
    facts: list[Fact]


@dataclass(frozen=True)
class Part:
    name: str
    is_repeated: bool
    openings: list[Opening]


@dataclass(frozen=True)
class Shown:
    agreement: Agreement
    state: str
    tone: str
    parts: list[Part]
    at: datetime
    strokes: SafeString | None
    changes: list[str]  # not agreed: what stands otherwise in the form by now

    @property
    def content(self) -> dict[str, Any]:
        whole: dict[str, Any] = self.agreement.content
        return whole


def day_of(at: datetime) -> str:
    return formats.date_format(clock.local(at), "j E Y")


def photos_of(agreements: Iterable[Agreement]) -> Photos:
    """Two questions, however many there are."""
    found = list(VisitPhoto.objects.filter(visit__in={one.visit_id for one in agreements}))
    return Photos({str(one.request_id): one for one in found}, drawings.versions_of(found))


def shown(agreement: Agreement, photos: Photos = NO_PHOTOS) -> Shown:
    """With the photos for those of the house only, as they were drawn on when the client was shown it."""
    read = tables(forms.read_version(agreement.written), agreement.content["answers"])
    shots_of = partial(_shots, photos, at=agreement.shown_at if agreement.is_signed else None)
    parts = [
        Part(one.name, one.is_repeated, [_opening(line, shots_of) for line in one.lines])
        for one in read
        if one.lines and one.columns
    ]
    return Shown(
        agreement=agreement,
        state=state(agreement),
        tone=tone(agreement),
        parts=parts,
        at=datetime.fromisoformat(agreement.content["at"]),
        strokes=drawn(strokes.svg(agreement.strokes)) if agreement.strokes else None,
        changes=agreeing.changed_since(agreement),
    )


def _shots(photos: Photos, numbers: Iterable[str], *, at: datetime | None) -> tuple[Shot, ...]:
    known = [photos.by_number[one] for one in numbers if one in photos.by_number]
    return tuple(shot for one in known for shot in shots.as_agreed(one, photos.versions.get(one.pk, ()), at))


def state(agreement: Agreement) -> str:
    if agreement.is_signed and not agreement.is_current:
        return _("replaced by a newer one")
    return str(agreement.get_outcome_display())


def tone(agreement: Agreement) -> str:
    if agreement.is_signed:
        return "good" if agreement.is_current else ""
    return "warn"


def letter(agreement: Agreement) -> tuple[str, str]:
    """How it goes to the client, in words, and how that is to be taken."""
    tones = {Letter.SENT: "good", Letter.FAILED: "bad", Letter.BY_HAND: "warn"}
    if agreement.paper == Agreement.Paper.FAILED:
        return _("the PDF could not be made"), "bad"
    return str(agreement.get_letter_display()), tones.get(Letter(agreement.letter), "")


def sent_by(agreement: Agreement) -> str:
    """By what it went: “E-mail, vera@example.ru”."""
    if agreement.letter != Letter.SENT or agreement.channel not in settings.CLIENT_CHANNELS:
        return ""
    channel = of_kind(agreement.channel)
    return f"{channel.title}, {agreement.address}" if channel.shows_address else str(channel.title)


def ways(agreement: Agreement) -> list[str]:
    """By what it would go to the client just now, and what comes that way; the first is tried first."""
    found = [of_kind(way.channel) for way in delivering.ways_for(agreement)]
    return [f"{channel.title} ({_brought(agreement, takes_files=channel.takes_files)})" for channel in found]


def _brought(agreement: Agreement, *, takes_files: bool) -> str:
    if not agreement.is_signed:
        return _("the link, to sign")
    if not takes_files:
        return _("the link to the PDF")
    return _("the PDF itself") if agreement.link_revoked_at or not settings.ADDRESS else _("the PDF and the link")


def file_of(agreement: Agreement) -> HttpResponse:
    """The PDF itself, whole: in pieces it would hold a thread while a phone reads it."""
    if agreement.paper != Agreement.Paper.MADE:
        raise Http404
    try:
        with agreement.file.open("rb") as file:
            answer = HttpResponse(file.read(), content_type="application/pdf")
    except FileNotFoundError as missing:
        raise Http404 from missing
    answer["Content-Disposition"] = content_disposition_header(False, papers.file_name(agreement)) or "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _opening(line: Line, shots_of: Callable[[Iterable[str]], tuple[Shot, ...]]) -> Opening:
    sketch = papers.sketch_of(line.cells)
    facts = [_fact(cell, shots_of) for cell in line.cells]
    return Opening(line.name, drawn(sketch) if sketch else None, [one for one in facts if one.text or one.photos])


def _fact(cell: Cell, shots_of: Callable[[Iterable[str]], tuple[Shot, ...]]) -> Fact:
    if cell.photos:
        return Fact(cell.name, "", shots_of(cell.photos))
    return Fact(cell.name, "" if cell.text == "—" else cell.text)
