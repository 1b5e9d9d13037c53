"""What every company does on site: status, note, delay, photos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.business.visits import carry_out, delays, findings, not_done
from svyazka.business.visits.carry_out import STEPS
from svyazka.business.visits.models import Action, Visit, VisitPhoto
from svyazka.business.visits.on_site import in_hand
from svyazka.business.visits.on_site.kinds import Answer, Kind, SetBeside
from svyazka.kit import rows
from svyazka.kit.refusals import Refused

Status = Visit.Status
TAPPED = (Status.ON_WAY, Status.STARTED, Status.DONE)


def _status(action: Action, visit: Visit, by: Person) -> Answer:
    """A visit that has gone further meanwhile, by a colleague's phone, stays where it is. Where he has said that it
    could not be done, somebody decides which of the two counts."""
    wanted = _wanted(action)
    if wanted is None:
        raise Refused(_("There is no such status of a visit."))
    if visit.status == Status.NOT_DONE:
        if not action.insists:
            raise SetBeside(_said_of(visit))
        visit = not_done.take_back(visit, by=by)
    if visit.status == Status.CANCELLED and action.insists:
        if wanted == Status.ON_WAY:  # nobody goes there any more
            return {"status": visit.status}
        visit = carry_out.reinstate(visit, by=by, at=action.happened_at)
    if visit.status in STEPS and STEPS.index(Status(visit.status)) >= STEPS.index(wanted):
        return {"status": visit.status}
    changed = carry_out.set_status(visit, wanted, by=by, at=action.happened_at)
    return {"status": changed.status}


def _said_of(visit: Visit) -> str:
    return f"{visit.get_status_display()}: {visit.not_done.said}"


def _wanted(action: Action) -> Visit.Status | None:
    given = action.data.get("status")
    return Status(given) if given in TAPPED else None


def _said_status(action: Action) -> str:
    wanted = _wanted(action)
    return str(wanted.label) if wanted else ""


def _taking_back(action: Action, visit: Visit, by: Person) -> Answer:
    """Of the status that he saw; where it is another one by now, nobody knows what he would have done."""
    given = action.data.get("from")
    if given not in (*TAPPED, Status.NOT_DONE):
        raise Refused(_("There is no such status of a visit."))
    if visit.status != given and not action.insists:
        raise SetBeside(visit.get_status_display())
    if visit.status != given:
        return {"status": visit.status}
    back = carry_out.take_back(visit, by=by, at=action.happened_at)
    return {"status": back.status}


def _said_taking_back(action: Action) -> str:
    given = action.data.get("from")
    return gettext("mistaken: “{status}”").format(
        status=Status(given).label if given in (*TAPPED, Status.NOT_DONE) else ""
    )


def _note(action: Action, visit: Visit, by: Person) -> Answer:
    """In the place of what he saw, or of what he wrote himself before; never of what somebody else wrote meanwhile."""
    text = action.data.get("text")
    if not isinstance(text, str):
        raise Refused(_("The note could not be read."))
    text = text.replace("\r\n", "\n")
    if visit.report and visit.report != text.strip() and not action.insists and not _saw(action, visit):
        raise SetBeside(visit.report)
    findings.report(visit, text, by=by, at=action.happened_at, is_held=True)
    visit.noted_on = action.phone
    return None


def _saw(action: Action, visit: Visit) -> bool:
    if visit.noted_on == action.phone or action.seen.get("report") == in_hand.mark_of(visit.report):
        return True
    last = rows.read(Action, _LAST_NOTE, [visit.pk, action.person_id, action.phone])
    return bool(last) and last[0].data.get("text", "").replace("\r\n", "\n").strip() == visit.report


_LAST_NOTE = """
where visit_id = %s and person_id = %s and phone = %s and kind = 'note' and outcome = 'done'
order by came_at desc, number desc limit 1
"""


def _said_note(action: Action) -> str:
    return str(action.data.get("text", ""))


def _delay(action: Action, visit: Visit, by: Person) -> Answer:
    minutes = _whole(action.data.get("minutes"))
    if minutes is None:
        raise Refused(_("A number of minutes is needed here."))
    if action.insists and visit.status not in delays.UNDER_WAY:
        return None
    delays.say(visit, minutes, by=by, at=action.happened_at)
    return None


def _whole(given: Any) -> int | None:
    """A number, as a form writes it or as JSON does."""
    said = str(given) if isinstance(given, int | str) and not isinstance(given, bool) else ""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None


def _said_delay(action: Action) -> str:
    minutes = _whole(action.data.get("minutes")) or 0
    return ngettext("{n} minute later", "{n} minutes later", minutes).format(n=minutes)


def _photo(action: Action, visit: Visit, by: Person) -> Answer:
    if action.picture is None:
        raise Refused(_("The photo did not come along."))
    kept = findings.keep_photo(visit, action.picture, request_id=action.pk, by=by, at=action.happened_at)
    return {"photo": kept.pk}


def _said_photo(_action: Action) -> str:
    return gettext("a photo")


def _photo_removal(action: Action, visit: Visit, by: Person) -> Answer:
    """By its number, or by that of the action that brought it."""
    given = action.data.get("photo")
    rows = VisitPhoto.objects.filter(visit=visit)
    kept = rows.filter(**which_photo(given)).first()
    if kept is not None:  # a second tap: it has gone already
        findings.remove_photo(kept, by=by)
    return None


def which_photo(given: Any) -> dict[str, Any]:
    if number := _whole(given):
        return {"pk": number}
    try:
        return {"request_id": UUID(given)}
    except (ValueError, TypeError, AttributeError):
        raise Refused(_("There is no such photo.")) from None


def _said_photo_removal(_action: Action) -> str:
    return gettext("a photo is removed")


KINDS = (
    Kind("status", gettext_lazy("Status"), _status, _said_status, of_time=True),
    Kind("taking_back", gettext_lazy("Status taken back"), _taking_back, _said_taking_back, of_time=True),
    Kind("note", gettext_lazy("Note"), _note, _said_note, keeps_fresh=True),
    Kind("delay", gettext_lazy("Delay"), _delay, _said_delay, of_time=True),
    Kind("photo", gettext_lazy("Photo"), _photo, _said_photo, has_file=True, keeps_fresh=True),
    Kind("photo_removal", gettext_lazy("Photo removed"), _photo_removal, _said_photo_removal),
)
