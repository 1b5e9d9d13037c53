"""Work on site: on the way, started, done; what was found there, in words and pictures."""

from __future__ import annotations

from io import BytesIO
from threading import Lock
from typing import IO
from uuid import UUID, uuid4

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from svyazka.business.journal.record import Actor, record
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking
from svyazka.business.visits.models import Visit, VisitPhoto
from svyazka.business.visits.telling import Event, about, concerned, tell
from svyazka.kit.refusals import ChangedMeanwhile, Refused

# A visit goes through these only forward; a step that nobody tapped may be passed over.
STEPS = (Visit.Status.PLANNED, Visit.Status.ON_WAY, Visit.Status.STARTED, Visit.Status.DONE)
_EVENTS: dict[str, Event] = {
    Visit.Status.ON_WAY: "on_way",
    Visit.Status.STARTED: "started",
    Visit.Status.DONE: "done",
}
LONGEST_REPORT = 5_000
LARGEST_FILE = 10 * 1024 * 1024
# A small file can unpack into gigabytes.
MOST_PIXELS = 60_000_000
LARGEST_SIDE = 2_000
MOST_PHOTOS = 50
# Unpacked, one picture takes up to half a gigabyte; several at once would take the machine.
_ONE_AT_A_TIME = Lock()


@transaction.atomic
def set_status(visit: Visit, status: Visit.Status, *, by: Actor, version: int | None = None) -> Visit:
    """On the way, started, done. A second tap changes nothing. When it is done, the deal goes on."""
    current = booking.lock(visit)
    if current.status == status:
        return current
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    if current.status == Visit.Status.CANCELLED:
        raise Refused(_("The visit has been cancelled."))
    if status not in STEPS or STEPS.index(status) < STEPS.index(Visit.Status(current.status)):
        raise Refused(_("A visit only goes forward: on the way, started, done."))
    before, current.status = current.status, status
    current.version += 1
    current.save()
    tell(current, _EVENTS[status], by=by, changes={"status": (before, status)})
    if status == Visit.Status.DONE:
        current.deal = booking.carry_on(current.deal, current.kind.done_stage, by=by)
    return current


@transaction.atomic
def report(visit: Visit, text: str, *, by: Actor) -> Visit:
    """What the engineer found and agreed, in his words."""
    text = text.replace("\x00", "").strip()
    if len(text) > LONGEST_REPORT:
        raise Refused(_("This is too long."), fields={"text": _("This is too long.")})
    current = booking.lock(visit)
    if text == current.report:
        return current
    changes = {"report": (current.report, text)}
    current.report = text
    current.version += 1
    current.save()
    record("visits.reported", about(current), by=by, changes=changes, people=concerned(current))
    return current


def add_photo(visit: Visit, file: IO[bytes] | File[bytes], *, request_id: UUID, by: Person) -> VisitPhoto:
    """Keeps a picture, without the place and the device that the phone wrote into it. Sent twice, it is kept once."""
    if already := VisitPhoto.objects.filter(request_id=request_id, visit=visit).first():
        return already
    # Before the locks: unpacking takes a while.
    picture = _clean(file)
    return _keep(visit, picture, request_id=request_id, by=by)


@transaction.atomic
def _keep(visit: Visit, picture: bytes, *, request_id: UUID, by: Person) -> VisitPhoto:
    current = booking.lock(visit)
    if already := VisitPhoto.objects.filter(request_id=request_id, visit=current).first():
        return already
    if current.photos.count() >= MOST_PHOTOS:
        raise Refused(_("There are as many photos on this visit as we keep."))
    photo = VisitPhoto(visit=current, by=by, request_id=request_id)
    # Nobody can guess it, and nothing of the original name remains.
    photo.file.save(f"{uuid4().hex}.jpg", ContentFile(picture), save=False)
    photo.save()
    changes = {"photo": (None, photo.pk)}
    record("visits.photographed", about(current), by=by, changes=changes, people=concerned(current))
    return photo


def _clean(file: IO[bytes] | File[bytes]) -> bytes:
    """The same picture as a JPEG of at most 2,000 pixels, upright, with nothing besides the picture."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        _refuse_photo()
    try:
        with _ONE_AT_A_TIME, Image.open(BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as given:
            if given.width * given.height > MOST_PIXELS:
                _refuse_photo()
            given.thumbnail((LARGEST_SIDE, LARGEST_SIDE))  # first: a whole copy of the large one would be as large
            plain = _on_white(ImageOps.exif_transpose(given))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as refusal:
        raise _no_photo() from refusal
    cleaned = BytesIO()
    plain.save(cleaned, "JPEG", quality=85, optimize=True)
    return cleaned.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        plain = picture.convert("RGB")
        plain.info.clear()
        return plain
    white = Image.new("RGB", picture.size, "white")
    layered = picture.convert("RGBA")
    white.paste(layered, mask=layered.getchannel("A"))
    return white


def _refuse_photo() -> None:
    raise _no_photo()


def _no_photo() -> Refused:
    message = _("This is no photo we can keep: JPEG, PNG or WebP, up to 10 MB.")
    return Refused(message, fields={"photo": message})
