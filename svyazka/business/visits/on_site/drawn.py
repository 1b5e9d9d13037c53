"""Drawing on a photo, by a phone without signal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from svyazka.business.staff.models import Person
from svyazka.business.visits import drawings
from svyazka.business.visits.models import Action, Visit, VisitPhoto
from svyazka.business.visits.on_site.kinds import Answer, Kind, SetBeside
from svyazka.business.visits.on_site.usual import which_photo
from svyazka.kit.refusals import Refused


def _drawing(action: Action, visit: Visit, by: Person) -> Answer:
    """On top of the version that he saw. What a colleague has drawn meanwhile is not painted over unasked."""
    photo = (
        VisitPhoto.objects.filter(visit=visit, **which_photo(action.data.get("photo"))).select_related("visit").first()
    )
    if photo is None:
        raise Refused(_("The photo that this was drawn on has not arrived, or was removed."))
    last = drawings.newest(photo)
    if last and last.by_id != by.pk and last.number != action.data.get("over") and not action.insists:
        raise SetBeside(_("{name} has drawn on this photo meanwhile").format(name=last.by))
    made = drawings.draw(photo, action.data.get("drawing"), by=by, at=action.happened_at)
    return {"photo": str(photo.request_id), "number": made.number}


def _said(action: Action) -> str:
    drawing = action.data.get("drawing")
    shapes = drawing.get("shapes") if isinstance(drawing, dict) else None
    count = len(shapes) if isinstance(shapes, list) else 0
    return ngettext("drawn on a photo: {count} thing", "drawn on a photo: {count} things", count).format(count=count)


KINDS = (Kind("drawing", _("Drawing on a photo"), _drawing, _said),)
