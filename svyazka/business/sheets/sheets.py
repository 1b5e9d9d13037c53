"""What was answered on site: saved bit by bit from the phone, finished, and told in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Field as DealField
from svyazka.business.journal.record import About, announce, record
from svyazka.business.sheets import forms, wording
from svyazka.business.sheets.models import FormKind, FormVersion, Sheet, SheetSave, SheetVersion
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking
from svyazka.business.visits.models import Visit
from svyazka.business.visits.telling import concerned, of_history
from svyazka.engines.sheets import edits
from svyazka.engines.sheets.answers import Refusal
from svyazka.engines.sheets.changes import changes as changes_between
from svyazka.engines.sheets.check import check
from svyazka.engines.sheets.edits import Beside, Edited
from svyazka.engines.sheets.form import Form, Severity, begun, standing
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

# What one person writes within this time is one version.
IN_ONE_GO = timedelta(minutes=30)
# So long a phone may go on trying to send the same once more.
REMEMBERED = timedelta(days=90)
MOST_BESIDE = 500


@dataclass(frozen=True)
class Sent:
    """What a phone sends: what was changed, on which version of the form, under a number of its own."""

    form: FormKind
    version: int
    edits: Any
    request_id: UUID


@transaction.atomic
def save(visit: Visit, sent: Sent, *, by: Person) -> Sheet:
    """On top of what others have saved meanwhile. Sent twice, it counts once; Refused: nothing of it is stored."""
    current = booking.lock(visit)
    if already := SheetSave.objects.filter(pk=sent.request_id).select_related("sheet").first():
        return _of_this_visit(already.sheet, current)
    sheet = Sheet.objects.filter(visit=current, form=sent.form).select_related("written").first()
    sheet = sheet or _begun(current, sent, by=by)
    form = forms.read_version(sheet.written)
    edited = _edited(form, sheet, sent)
    if edited.answers != sheet.answers or edited.beside or edited.settled:
        _store(sheet, current, form, edited, by=by)
    SheetSave.objects.create(request_id=sent.request_id, sheet=sheet, at=clock.now())
    return sheet


def _of_this_visit(sheet: Sheet, visit: Visit) -> Sheet:
    if sheet.visit_id != visit.pk:
        raise Refused(_("This was sent for another visit."))
    return sheet


def _begun(visit: Visit, sent: Sent, *, by: Person) -> Sheet:
    written = FormVersion.objects.filter(form=sent.form, number=sent.version).first()
    if written is None:
        raise ChangedMeanwhile
    answers = begun(forms.read_version(written))
    return Sheet.objects.create(visit=visit, form=sent.form, written=written, answers=answers, by=by, at=clock.now())


def _edited(form: Form, sheet: Sheet, sent: Sent) -> Edited:
    read, refused = edits.read(form, sent.edits)
    if refused:
        raise Refused(_in_words(refused))
    _insist_known(sheet, read)
    edited = edits.apply(form, sheet.answers, read)
    if next(edits.too_many(form, edited.answers), None) or len(sheet.beside) + len(edited.beside) > MOST_BESIDE:
        raise Refused(_("There are more rows than this form takes."))
    return edited


def _insist_known(sheet: Sheet, read: Sequence[edits.Edit]) -> None:
    """What made a row may have been refused, or be set beside: what is written in it is not to pass for stored."""
    there = {row["id"] for rows in sheet.answers.values() if isinstance(rows, list) for row in rows}
    known = there | {edit.row for edit in read if edit.do == "add"}
    if any(edit.row and edit.row not in known for edit in read):
        words = _(
            "The row that this belongs to has not arrived. See to what was not taken before, then send this again."
        )
        raise Refused(words)


def _in_words(refused: list[Refusal]) -> str:
    """Each of them once."""
    said = [f"{path[-1]}: {wording.refusal(code, str(path[-1]))}" for path, code in refused if path]
    return "; ".join(dict.fromkeys(said)) or wording.refusal("edits_needed")


def _store(sheet: Sheet, visit: Visit, form: Form, edited: Edited, *, by: Person) -> None:
    now = clock.now()
    sheet.answers = edited.answers
    sheet.beside = [*_left(sheet.beside, edited), *(_kept(one, by, now) for one in edited.beside)]
    _count(sheet, form)
    sheet.revision += 1
    sheet.by, sheet.at = by, now
    sheet.finished_at = sheet.finished_by = None
    sheet.save()
    _write_version(sheet, visit, by=by)
    announce("sheet", sheet.pk, people=concerned(visit), data={"visit": visit.pk, "deal": visit.deal_id})
    announce("sheet", sheet.pk, data={"visit": visit.pk, "deal": visit.deal_id})


def _count(sheet: Sheet, form: Form) -> None:
    found = [one.severity for one in check(form, sheet.answers)]
    sheet.stops, sheet.warns = found.count(Severity.STOPS), found.count(Severity.WARNS)


def _left(beside: list[dict[str, Any]], edited: Edited) -> list[dict[str, Any]]:
    chosen = set(edited.settled)
    return [one for one in beside if (one["section"], one["row"], one["field"]) not in chosen]


def _kept(one: Beside, by: Person, at: datetime) -> dict[str, Any]:
    return {
        "section": one.section,
        "row": one.row,
        "field": one.field,
        "value": one.value,
        "by": by.pk,
        "at": at.isoformat(),
    }


def _write_version(sheet: Sheet, visit: Visit, *, by: Person) -> None:
    """Into the last one, where the same person is still at it."""
    last = sheet.versions.first()
    if last and last.by_id == by.pk and not last.is_kept and last.at > sheet.at - IN_ONE_GO:
        last.answers = sheet.answers
        last.save(update_fields=["answers"])
        return
    number = last.number + 1 if last else 1
    SheetVersion.objects.create(sheet=sheet, number=number, answers=sheet.answers, by=by, at=sheet.at)
    record("sheets.written", about(sheet, visit), by=by, changes={"version": (number - 1 or None, number)})


def about(sheet: Sheet, visit: Visit) -> About:
    return About("sheet", sheet.pk, client_id=visit.client_id, deal_id=visit.deal_id)


@transaction.atomic
def finish(sheet: Sheet, *, by: Person, revision: int | None = None, at: datetime | None = None) -> Sheet:
    """It is whole: the version is kept as it is, and how many rows there are is known of the deal. `at`: when somebody
    said so, where the phone had no signal then."""
    visit = booking.lock(sheet.visit)
    current = Sheet.objects.select_related("written", "form").get(pk=sheet.pk)
    if current.finished_at:
        return current
    if revision is not None and current.revision != revision:
        raise ChangedMeanwhile
    _insist_whole(current)
    current.finished_at, current.finished_by = min(at or clock.now(), clock.now()), by
    current.save(update_fields=["finished_at", "finished_by"])
    last = current.versions.first()
    assert last is not None  # saved at least once
    SheetVersion.objects.filter(pk=last.pk).update(is_kept=True)
    counted = _counted(forms.read_version(current.written), current)
    if counted:
        facts.change(visit.deal, counted, by=by)
    record("sheets.finished", about(current, visit), by=by, changes={"version": (None, last.number)})
    announce("deal", visit.deal_id, data={"visit": visit.pk})
    data = {**of_history(visit, "measured"), "form": current.form.words, "rows": next(iter(counted.values()), "")}
    history.add(visit.client_id, kind=Interaction.Kind.VISIT, deal_id=visit.deal_id, data=data, at=at, by=by)
    return current


def _insist_whole(sheet: Sheet) -> None:
    if not sheet.revision:
        raise Refused(_("Nothing has been filled in yet."))
    if sheet.stops:
        said = ngettext(
            "{count} thing is missing or cannot be so.", "{count} things are missing or cannot be so.", sheet.stops
        )
        raise Refused(said.format(count=sheet.stops))
    if sheet.beside:
        raise Refused(_("Two people have answered differently: choose first what stands."))


def _counted(form: Form, sheet: Sheet) -> dict[str, str]:
    """Where the company still has such a field."""
    wanted = {
        section.rows.counts: str(len(standing(sheet.answers, section)))
        for section in form.sections
        if section.rows and section.rows.counts
    }
    known = DealField.objects.filter(code__in=wanted, of=DealField.Of.DEAL, is_active=True, is_computed=False)
    return {code: wanted[code] for code in known.values_list("code", flat=True)}


def of_visit(visit: Visit) -> dict[int, Sheet]:
    """By the form."""
    return {sheet.form_id: sheet for sheet in Sheet.objects.filter(visit=visit).select_related("written", "form")}


def revisions(visits: Iterable[int]) -> dict[tuple[int, str], tuple[int, bool]]:
    """How often each was saved, and whether it is whole: by visit and code of the form."""
    rows = Sheet.objects.filter(visit__in=list(visits))
    found = rows.values_list("visit", "form__code", "revision", "finished_at")
    return {(visit, code): (revision, bool(finished)) for visit, code, revision, finished in found}


def list_of_deal(deal_id: int) -> list[Sheet]:
    """The newest visit first."""
    rows = Sheet.objects.filter(visit__deal=deal_id).select_related("form", "written", "visit", "by")
    return list(rows.order_by("-visit__starts_at", "form__position"))


def list_versions(sheet: Sheet) -> list[SheetVersion]:
    return list(sheet.versions.select_related("by").order_by("-number"))


def differences(form: Form, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What changed, line by line: “2. Window, Width: 1200 / 1201 / 1200 mm → 1210 / 1210 / 1211 mm”."""
    return [_difference(form, one, before, after) for one in changes_between(form, before, after)]


def _difference(form: Form, one: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    section = form.section(one.section)
    assert section is not None
    row = row_called(section, one.row, before if one.what == "removed" else after)
    if one.what == "added":
        return _("{row}: added").format(row=row)
    if one.what == "removed":
        return _("{row}: removed").format(row=row)
    values = " → ".join(wording.said(section, one.field, value) for value in (one.before, one.after))
    name = wording.named(section, one.field)
    return f"{row}, {name}: {values}" if row else f"{name}: {values}"


def beside_in_words(form: Form, answers: Mapping[str, Any], beside: Iterable[Mapping[str, Any]]) -> list[str]:
    """Answers of those who came second: “2. Window, Width: 1210 mm”."""
    told = []
    for one in beside:
        section = form.section(one["section"])
        if section is None:
            continue
        row = row_called(section, one["row"], answers)
        name = wording.named(section, one["field"]) if one["field"] else _("removed by somebody")
        value = wording.said(section, one["field"], one["value"]) if one["field"] else ""
        told.append(": ".join(part for part in (", ".join(part for part in (row, name) if part), value) if part))
    return told


def row_called(section: Any, name: str | None, answers: Mapping[str, Any]) -> str:
    rows: Iterable[Any] = standing(answers, section) if section.rows else ()
    found = ((number, row) for number, row in enumerate(rows, 1) if row["id"] == name)
    return next((wording.row_name(section, row["kind"], number) for number, row in found), "")


def forget_old_saves() -> None:
    SheetSave.objects.filter(at__lt=clock.now() - REMEMBERED).delete()
