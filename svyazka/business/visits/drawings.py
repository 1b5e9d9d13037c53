"""What was drawn on a photo: it lies over the photo, which stays as it was taken. Each change is another version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import record
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking
from svyazka.business.visits.models import PhotoDrawing, Visit, VisitPhoto
from svyazka.business.visits.telling import about, concerned
from svyazka.engines.drawings.read import Unfit, read
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

MOST_VERSIONS = 100
WHY: Mapping[str, Promise] = {
    "drawing_needed": _("This is no drawing."),
    "too_much": _("There is more in this drawing than can be kept."),
    "no_such_shape": _("There is something in this drawing that the house does not know. Reload the page."),
    "no_such_colour": _("There is a colour in this drawing that the house does not know. Reload the page."),
    "points_needed": _("A line of this drawing leads nowhere."),
    "measure_needed": _("A measure is a whole number of millimetres, up to 100 metres."),
    "text_needed": _("Words in a drawing have from 1 to 80 signs."),
}


@transaction.atomic
def draw(photo: VisitPhoto, given: Any, *, by: Person, at: datetime | None = None) -> PhotoDrawing:
    """In the place of what is drawn there by now; without anything it is wiped off. The same again changes nothing."""
    content = _read(given)
    visit = booking.lock(photo.visit)
    last = newest(photo)
    if (last and last.content == content) or (not last and not content["shapes"]):
        return last or PhotoDrawing(photo=photo, number=0, content=content, by=by, at=at or clock.now())
    number = last.number + 1 if last else 1
    if number > MOST_VERSIONS:
        raise Refused(_("This photo has been drawn on as often as we keep. Take another one."))
    made = PhotoDrawing.objects.create(photo=photo, number=number, content=content, by=by, at=at or clock.now())
    changes = {"drawing": (last.number if last else None, number)}
    record("visits.drawn", about(visit), by=by, changes=changes, people=concerned(visit))
    return made


def _read(given: Any) -> dict[str, Any]:
    try:
        return read(given)
    except Unfit as fault:
        raise Refused(WHY[fault.code]) from None


def newest(photo: VisitPhoto) -> PhotoDrawing | None:
    return photo.drawings.select_related("by").first()


def newest_of(photos: Iterable[VisitPhoto]) -> dict[int, PhotoDrawing]:
    """By the photo: one question, however many there are."""
    rows = PhotoDrawing.objects.filter(photo__in=[one.pk for one in photos])
    return {one.photo_id: one for one in rows.order_by("photo_id", "-number").distinct("photo_id")}


def versions_of(photos: Iterable[VisitPhoto]) -> dict[int, list[PhotoDrawing]]:
    """All that was ever drawn, by the photo, the newest first: one question, however many there are."""
    found: dict[int, list[PhotoDrawing]] = {}
    for one in PhotoDrawing.objects.filter(photo__in=[one.pk for one in photos]).order_by("photo_id", "-number"):
        found.setdefault(one.photo_id, []).append(one)
    return found


def of_visit(visit: Visit) -> dict[UUID, PhotoDrawing]:
    """By the number under which the phone sent the photo."""
    rows = PhotoDrawing.objects.filter(photo__visit=visit).select_related("photo")
    return {one.photo.request_id: one for one in rows.order_by("photo_id", "-number").distinct("photo_id")}


def list_versions(photo: VisitPhoto) -> list[PhotoDrawing]:
    return list(photo.drawings.select_related("by"))
