"""A client agrees while the phone has no signal: it comes with what else was done there, in its order."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.agreements import agreeing
from svyazka.business.agreements.models import Agreement
from svyazka.business.sheets.models import FormKind
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site.kinds import Answer, Kind
from svyazka.kit.refusals import Refused

Outcome = Agreement.Outcome


def _agreement(action: Action, visit: Visit, by: Person) -> Answer:
    form = _form(action)
    if form is None:
        raise Refused(_("There is no such form."))
    shown = agreeing.read_shown(visit, form, action.data)
    request_id, at = action.pk, action.happened_at
    match action.data.get("outcome"):
        case Outcome.SIGNED:
            signature = agreeing.read_signature(action.data)
            made = agreeing.sign(
                visit, shown, signature, request_id=request_id, by=by, at=at, insists=bool(action.insists)
            )
        case Outcome.OFFERED:
            made = agreeing.offer(visit, shown, request_id=request_id, by=by, at=at, insists=bool(action.insists))
        case Outcome.THINKS:
            note = action.data.get("note")
            said = note if isinstance(note, str) else ""
            made = agreeing.think(visit, shown, note=said, request_id=request_id, by=by, at=at)
        case _:
            raise Refused(_("What the client said could not be read."))
    return {"agreement": made.pk, "number": made.title}


def _form(action: Action) -> FormKind | None:
    code = action.data.get("form")
    return FormKind.objects.filter(code=code).first() if isinstance(code, str) and "\x00" not in code else None


def _said(action: Action) -> str:
    form, given = _form(action), action.data.get("outcome")
    outcome = Outcome(given).label if given in Outcome.values else pgettext("agreement", "unknown")
    said = gettext("agreement with the client ({form}): {outcome}")
    return said.format(form=form.name if form else "—", outcome=outcome)


KINDS = (Kind("agreement", _("Agreement with the client"), _agreement, _said),)
