"""What was found on site, in words and pictures."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from threading import Lock
from typing import IO, Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile, File
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from svyazka.business.clients import amend, history
from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import Actor, record
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.business.visits import booking
from svyazka.business.visits.models import Visit, VisitPhoto
from svyazka.business.visits.telling import about, concerned, of_history
from svyazka.kit import clock, jpeg
from svyazka.kit.refusals import Refused

LONGEST_REPORT = 5_000
LARGEST_FILE = 10 * 1024 * 1024
# A small file can unpack into gigabytes.
MOST_PIXELS = 60_000_000
LARGEST_SIDE = 2_000
MOST_PHOTOS = 200  # forty openings with several each
ENOUGH_PHOTOS = _("There are as many photos on this visit as we keep.")
# What Pillow says of a damaged file, each of its readers in its own way.
_NO_PICTURE = (
    UnidentifiedImageError,
    ArithmeticError,
    EOFError,
    LookupError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
# Unpacked, one picture takes up to half a gigabyte; several at once would take the machine.
_ONE_AT_A_TIME = Lock()
# What is written or photographed in one go is one line of the history.
IN_ONE_GO = timedelta(hours=1)
OVER = (Visit.Status.DONE, *Visit.OFF)


@transaction.atomic
def report(visit: Visit, text: str, *, by: Actor, at: datetime | None = None, is_held: bool = False) -> Visit:
    """What the engineer found and agreed, in his words. `at`: when he wrote it, where the phone had no signal then.
    `is_held`: it was read in this transaction, and is as it is now."""
    text = text.replace("\x00", "").strip()
    if len(text) > LONGEST_REPORT:
        raise Refused(_("This is too long."), fields={"text": _("This is too long.")})
    current = visit if is_held else booking.lock(visit)
    if text == current.report:
        return current
    changes = {"report": (current.report, text)}
    current.report = text
    current.version += 1
    with connection.cursor() as cursor:
        cursor.execute(_REPORT, [text, current.version, current.pk])
    record("visits.reported", about(current), by=by, changes=changes, people=concerned(current))
    _add_to_history(current, "reported", text=text, by=by, at=at)
    return current


_REPORT = "update visits_visit set report = %s, version = %s where id = %s"


def add_photo(
    visit: Visit, file: IO[bytes] | File[bytes], *, request_id: UUID, by: Person, at: datetime | None = None
) -> VisitPhoto:
    """Keeps a picture, without the place and the device that the phone wrote into it. Sent twice, it is kept once."""
    if already := VisitPhoto.objects.filter(request_id=request_id, visit=visit).first():
        return already
    # Before the locks: unpacking takes a while.
    picture = clean(file)
    return _add_photo(visit, picture, request_id=request_id, by=by, at=at)


@transaction.atomic
def _add_photo(visit: Visit, picture: bytes, *, request_id: UUID, by: Person, at: datetime | None) -> VisitPhoto:
    return keep_photo(booking.lock(visit), picture, request_id=request_id, by=by, at=at)


def keep_photo(current: Visit, picture: bytes, *, request_id: UUID, by: Person, at: datetime | None) -> VisitPhoto:
    """The same of a picture that is clean, on a visit that is held and as it is now."""
    if already := VisitPhoto.objects.filter(request_id=request_id, visit=current).first():
        return already
    there = current.photos.count()
    if there >= MOST_PHOTOS:
        raise Refused(ENOUGH_PHOTOS)
    photo = VisitPhoto(visit=current, by=by, request_id=request_id, at=min(at or clock.now(), clock.now()))
    # Nobody can guess it, and nothing of the original name remains.
    photo.file.save(f"{uuid4().hex}.jpg", ContentFile(picture), save=False)
    photo.save()
    changes = {"photo": (None, photo.pk)}
    record("visits.photographed", about(current), by=by, changes=changes, people=concerned(current))
    _add_to_history(current, "photos", count=there + 1, by=by, at=at)
    return photo


def to_be_seen(by: Person) -> QuerySet[VisitPhoto]:
    """By the office all; by whoever goes there those of the deals that he goes to: the installers see what was
    photographed when it was measured."""
    if roles.reach(by, "visits.see") is Reach.ALL:
        return VisitPhoto.objects.all()
    own = Visit.objects.exclude(status=Visit.Status.CANCELLED).with_person(by)
    return VisitPhoto.objects.filter(Q(visit__deal__in=own.values("deal")) | Q(by=by))


@transaction.atomic
def remove_photo(photo: VisitPhoto, *, by: Person) -> None:
    """One's own, taken by mistake, as long as the work goes on. A second tap changes nothing."""
    current = booking.lock(photo.visit)
    kept = current.photos.filter(pk=photo.pk).first()
    if kept is None:
        return
    if kept.by_id != by.pk:
        raise Refused(_("A colleague has taken this photo."))
    if current.status in OVER:
        raise Refused(_("The visit is over; its photos stay."))
    changes = {"photo": (kept.pk, None)}
    kept.delete()
    transaction.on_commit(partial(kept.file.delete, save=False))
    record("visits.photo_removed", about(current), by=by, changes=changes, people=concerned(current))
    _add_to_history(current, "photos", count=current.photos.count(), by=by)


def _add_to_history(
    visit: Visit, event: str, *, by: Actor, text: str = "", at: datetime | None = None, **more: Any
) -> None:
    """A line of its own, or in the place of what the same person has just written there."""
    data = {**of_history(visit, event), **more}
    at = at or clock.now()
    kind = Interaction.Kind.VISIT
    last = amend.Last(visit.client_id, kind, by, {"visit": visit.pk, "event": event}, at - IN_ONE_GO, at + IN_ONE_GO)
    if not amend.amend_last(last, data=data, text=text):
        history.add(visit.client_id, kind=kind, deal_id=visit.deal_id, text=text, data=data, at=at, by=by)


def clean(file: IO[bytes] | File[bytes]) -> bytes:
    """The same picture as a JPEG of at most 2,000 pixels, upright, with nothing besides the picture. What is all that
    already, as our page on the phone makes it, stays as it is to the byte."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        _refuse_photo()
    if jpeg.is_plain(content, largest_side=LARGEST_SIDE):
        return content
    try:
        with _ONE_AT_A_TIME, Image.open(BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as given:
            if given.width * given.height > MOST_PIXELS:
                _refuse_photo()
            given.thumbnail((LARGEST_SIDE, LARGEST_SIDE))  # first: a whole copy of the large one would be as large
            plain = _on_white(_upright(given))
    except (*_NO_PICTURE, Image.DecompressionBombError, OSError) as refusal:
        raise _no_photo() from refusal
    cleaned = BytesIO()
    plain.save(cleaned, "JPEG", quality=85, optimize=True)
    return cleaned.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    """As the camera says; where what it says is damaged, as it lies."""
    try:
        return ImageOps.exif_transpose(picture)
    except (struct.error, ValueError, TypeError, KeyError, ZeroDivisionError, SyntaxError):
        return picture


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
