"""A form that is filled in without signal: edits come with what else was done on the phone, in its order."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.sheets import sheets
from svyazka.business.sheets.models import FormKind, Sheet
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site.kinds import Answer, Kind, SetBeside
from svyazka.kit.refusals import Refused


def _edits(action: Action, visit: Visit, by: Person) -> Answer:
    """What stands there by now the phone asks for, where somebody else was there, too."""
    form, version = _form(action), action.data.get("version")
    if form is None or isinstance(version, bool) or not isinstance(version, int) or not 0 < version < 2**31:
        raise Refused(_("There is no such form."))
    saved = sheets.save(visit, sheets.Sent(form, version, action.data.get("edits"), action.pk), by=by)
    return {"sheet": saved.pk, "revision": saved.revision, "beside": len(saved.beside)}


def _end(action: Action, visit: Visit, by: Person) -> Answer:
    """It comes behind the last edits of this phone. What somebody else has written meanwhile he has not seen."""
    sheet = Sheet.objects.filter(visit=visit, form=_form(action)).first()
    if sheet is None:
        raise Refused(_("Nothing has been filled in yet."))
    if not action.insists and _others_wrote(sheet, action):
        raise SetBeside(gettext("changed: {who}").format(who=sheet.by.full_name if sheet.by else "—"))
    sheets.finish(sheet, by=by, at=action.happened_at)
    return None


def _others_wrote(sheet: Sheet, action: Action) -> bool:
    """Behind what he saw there is something that did not come from this phone."""
    seen = action.data.get("revision")
    if isinstance(seen, bool) or not isinstance(seen, int) or not 0 <= seen <= sheet.revision:
        raise Refused(_("There is no such form."))
    rows = Action.objects.filter(visit=sheet.visit_id, kind="sheet", phone=action.phone, answer__sheet=sheet.pk)
    own = set(rows.values_list("answer__revision", flat=True))
    return not own.issuperset(range(seen + 1, sheet.revision + 1))


def _said_end(action: Action) -> str:
    form = _form(action)
    return form.name if form else "—"


def _form(action: Action) -> FormKind | None:
    code = action.data.get("form")
    return FormKind.objects.filter(code=code).first() if isinstance(code, str) and "\x00" not in code else None


def _said(action: Action) -> str:
    form, edits = _form(action), action.data.get("edits")
    count = len(edits) if isinstance(edits, list) else 0
    said = ngettext("{form}: {count} entry", "{form}: {count} entries", count)
    return said.format(form=form.name if form else "—", count=count)


KINDS = (
    Kind("sheet", _("Form filled in"), _edits, _said),
    Kind("sheet_end", _("Form complete"), _end, _said_end),
)
