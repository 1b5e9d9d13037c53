"""A form that is filled in without signal: edits come with what else was done on the phone, in its order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from svyazka.business.sheets import sheets
from svyazka.business.sheets.models import FormKind
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site.kinds import Answer, Kind
from svyazka.kit.refusals import Refused


def _edits(action: Action, visit: Visit, by: Person) -> Answer:
    """What stands there by now the phone asks for, where somebody else was there, too."""
    form, version = _form(action), action.data.get("version")
    if form is None or isinstance(version, bool) or not isinstance(version, int) or not 0 < version < 2**31:
        raise Refused(_("There is no such form."))
    saved = sheets.save(visit, sheets.Sent(form, version, action.data.get("edits"), action.pk), by=by)
    return {"sheet": saved.pk, "revision": saved.revision, "beside": len(saved.beside)}


def _form(action: Action) -> FormKind | None:
    code = action.data.get("form")
    return FormKind.objects.filter(code=code).first() if isinstance(code, str) and "\x00" not in code else None


def _said(action: Action) -> str:
    form, edits = _form(action), action.data.get("edits")
    count = len(edits) if isinstance(edits, list) else 0
    said = ngettext("{form}: {count} entry", "{form}: {count} entries", count)
    return said.format(form=form.name if form else "—", count=count)


KINDS = (Kind("sheet", _("Form filled in"), _edits, _said),)
