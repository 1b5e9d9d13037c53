"""A client agrees to what was measured: he has read it, and signs; or he thinks it over, or signs later by his link.

What he was shown is kept word for word. Where somebody has changed the form meanwhile, both are kept until somebody
decides; what holds is the last one that was signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.agreements import content as contents
from svyazka.business.agreements import links
from svyazka.business.agreements.models import Agreement
from svyazka.business.agreements.telling import tell
from svyazka.business.deals.held import hold
from svyazka.business.deals.models import Stage, Task
from svyazka.business.deals.work import tasks
from svyazka.business.sheets import forms, sheets
from svyazka.business.sheets.models import FormKind, FormVersion, Sheet
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit
from svyazka.business.visits.on_site.kinds import SetBeside
from svyazka.engines.sheets.answers import clean
from svyazka.engines.sheets.check import check
from svyazka.engines.sheets.digest import agreed, digest
from svyazka.engines.sheets.form import Form, Severity
from svyazka.kit import clock, strokes
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.kit.texts import storable

LONGEST_NAME, LONGEST_NOTE, LONGEST_BESIDES = 200, 300, 2_000
THOUGHT_OVER_WITHIN = timedelta(days=2)
LATE_IS_ASKED_WITHIN = timedelta(hours=1)
MOST_TOLD = 5  # differences
Outcome = Agreement.Outcome


class Closed(Refused):
    """It cannot be signed by link any more."""

    status = 409


@dataclass(frozen=True)
class Shown:
    """What stood on the glass: which version of the form, the answers, and all else that the client read."""

    written: FormVersion
    revision: int
    answers: Mapping[str, Any]
    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        return digest(self.answers)


@dataclass(frozen=True)
class Signature:
    """Whoever signs writes his name and draws it."""

    name: str
    strokes: strokes.Strokes


def read_shown(visit: Visit, form: FormKind, given: Mapping[str, Any]) -> Shown:
    """As a phone sends it."""
    number, content = contents.opened(given.get("seal"), visit, form)
    written = form.versions.get(number=number)
    answers, wrong = clean(forms.read_version(written), given.get("answers"))
    if wrong or digest(given.get("answers")) != given.get("digest"):
        raise _unreadable()
    revision, besides = given.get("revision"), given.get("besides") or ""
    if not isinstance(revision, int) or isinstance(revision, bool) or not 0 <= revision < 2**31:
        raise _unreadable()
    if not isinstance(besides, str):
        raise _unreadable()
    if len(besides) > LONGEST_BESIDES:
        raise Refused(_("This is too long."))
    whole = agreed(forms.read_version(written), answers)
    return Shown(written, revision, whole, {**content, "besides": storable(besides).strip()})


def of_sheet(sheet: Sheet, language: str) -> Shown:
    """As it stands now: the office shows it to the client."""
    whole = agreed(forms.read_version(sheet.written), sheet.answers)
    content = contents.of_visit(sheet.visit, sheet.form, language)
    return Shown(sheet.written, sheet.revision, whole, {**content, "besides": ""})


def read_signature(given: Mapping[str, Any]) -> Signature:
    name = given.get("name")
    if not isinstance(name, str):
        raise _unreadable()
    tidy = " ".join(storable(name).split())
    if not tidy:
        raise Refused(_("Write the name of whoever signs."))
    if len(tidy) > LONGEST_NAME:
        raise Refused(_("This name is too long."))
    if given.get("agrees") is not True:
        raise Refused(_("Without the client's “I agree” nothing is signed."))
    return Signature(tidy, strokes.read(given.get("strokes")))


@transaction.atomic
def sign(
    visit: Visit,
    shown: Shown,
    signature: Signature,
    *,
    request_id: UUID,
    by: Person,
    at: datetime | None = None,
    insists: bool = False,
) -> Agreement:
    """On the glass of the phone. Raises SetBeside where the house has the form otherwise by now, unless somebody
    insists."""
    hold(visit.deal_id)
    if already := _already(visit, request_id):
        return already
    sheet = _sheet(visit, shown)
    _insist_agreeable(shown)
    if not insists:
        insist_unchanged(sheet, shown)
        _insist_settled(sheet)
    made = _kept(visit, sheet, shown, request_id=request_id, by=by, at=at)
    _sign(made, signature, way=Agreement.Way.GLASS, at=made.shown_at)
    _take_the_place_of_others(made)
    made.save(force_insert=True)
    tell(made, "signed", by=by, at=at)
    return made


@transaction.atomic
def offer(
    visit: Visit, shown: Shown, *, request_id: UUID, by: Person, at: datetime | None = None, insists: bool = False
) -> Agreement:
    """He reads it once more by himself, and signs by his link."""
    hold(visit.deal_id)
    if already := _already(visit, request_id):
        return already
    sheet = _sheet(visit, shown)
    _insist_agreeable(shown)
    if not insists:
        insist_unchanged(sheet, shown)
        _insist_settled(sheet)
    made = _kept(visit, sheet, shown, request_id=request_id, by=by, at=at)
    made.outcome, made.letter, made.try_at = Outcome.OFFERED, Agreement.Letter.WAITING, clock.now()
    made.save(force_insert=True)
    tell(made, "offered", by=by, at=at)
    return made


@transaction.atomic
def think(
    visit: Visit, shown: Shown, *, note: str, request_id: UUID, by: Person, at: datetime | None = None
) -> Agreement:
    """He wants to think it over: somebody asks him again. What he was shown is kept, too."""
    hold(visit.deal_id)
    if already := _already(visit, request_id):
        return already
    made = _kept(visit, _sheet(visit, shown), shown, request_id=request_id, by=by, at=at)
    made.outcome, made.note = Outcome.THINKS, " ".join(storable(note).split())[:LONGEST_NOTE]
    made.save(force_insert=True)
    if visit.deal.is_open:
        with translation.override(settings.LANGUAGE_CODE):
            what = gettext("Ask the client: has he made up his mind? Agreement № {number}").format(number=made.title)
        # A phone without a signal may bring it days later.
        due_at = max(made.shown_at + THOUGHT_OVER_WITHIN, clock.now() + LATE_IS_ASKED_WITHIN)
        tasks.plan(visit.deal, what, due_at=due_at, kind=Task.Kind.CALL, by=by)
    tell(made, "thinks", by=by, at=at)
    return made


@transaction.atomic
def sign_by_link(agreement: Agreement, signature: Signature) -> Agreement:
    """What he was sent, and nothing else: where it has changed since, or nobody has decided between two answers, he
    hears of that and waits for another one. A second tap changes nothing."""
    current = links.held_agreement(agreement)
    if current.fingerprint != agreement.fingerprint:
        raise links.Revoked
    if current.is_signed:
        return current
    if why := why_closed(current):
        raise Closed(why)
    _sign(current, signature, way=Agreement.Way.LINK, at=clock.now())
    _take_the_place_of_others(current)
    current.save()
    tell(current, "signed_by_link", by=links.CLIENT)
    return current


def why_closed(agreement: Agreement) -> str:
    """Why it cannot be signed by link any more; empty, if it can."""
    if agreement.outcome != Outcome.OFFERED:
        return gettext("There is nothing to sign here.")
    if agreement.deal.stage.kind == Stage.Kind.LOST or agreement.visit.status == Visit.Status.CANCELLED:
        return gettext("This offer holds no more. Ring us.")
    later = Agreement.objects.filter(deal=agreement.deal_id, form=agreement.form_id, number__gt=agreement.number)
    if later.exclude(outcome=Outcome.THINKS).exists():
        return gettext("There is a newer version of this agreement. We have sent you its link, or ring us.")
    if changed_since(agreement):
        return gettext("Something was changed since we sent you this. We are going to send you a new link, or ring us.")
    if agreement.sheet.beside:
        return gettext("Two answers of ours contradict each other. We are finding out: come back later, or ring us.")
    return ""


def changed_since(agreement: Agreement) -> list[str]:
    """What stands otherwise in the form by now than what the client agreed to, line by line."""
    sheet, form = agreement.sheet, forms.read_version(agreement.written)
    now = agreed(form, sheet.answers)
    if digest(now) == agreement.digest:
        return []
    return sheets.differences(form, agreement.content["answers"], now)


def in_conflict(agreement: Agreement) -> list[str]:
    """What two people of ours have answered differently, and nobody has decided yet, line by line."""
    sheet = agreement.sheet
    return sheets.beside_in_words(forms.read_version(sheet.written), sheet.answers, sheet.beside)


def of_deal(deal_id: int) -> list[Agreement]:
    """The newest first."""
    related = ("form", "written", "sheet", "by", "visit__kind")
    return list(Agreement.objects.filter(deal=deal_id).select_related(*related).order_by("-number"))


def insist_unchanged(sheet: Sheet, shown: Shown) -> None:
    if sheet.written_id != shown.written.pk:
        raise ChangedMeanwhile
    form = forms.read_version(sheet.written)
    now = agreed(form, sheet.answers)
    if digest(now) != shown.digest:
        raise SetBeside(in_short(sheets.differences(form, shown.answers, now)))


def in_short(lines: Iterable[str]) -> str:
    told = list(lines)
    more = len(told) - MOST_TOLD
    rest = [ngettext("and {count} more", "and {count} more", more).format(count=more)] if more > 0 else []
    return "; ".join([*told[:MOST_TOLD], *rest])


def _already(visit: Visit, request_id: UUID) -> Agreement | None:
    return Agreement.objects.filter(request_id=request_id, visit=visit).first()


def _sheet(visit: Visit, shown: Shown) -> Sheet:
    found = Sheet.objects.filter(visit=visit, form=shown.written.form_id).select_related("written", "form").first()
    if found is None:
        raise Refused(_("Nothing has been filled in yet."))
    return found


def _insist_agreeable(shown: Shown) -> None:
    form: Form = forms.read_version(shown.written)
    stops = sum(one.severity == Severity.STOPS for one in check(form, shown.answers))
    if stops:
        said = ngettext(
            "{count} thing is missing or cannot be so.", "{count} things are missing or cannot be so.", stops
        )
        raise Refused(said.format(count=stops))


def _insist_settled(sheet: Sheet) -> None:
    if sheet.beside:
        raise Refused(_("Two people have answered differently: choose first what stands."))


def _kept(visit: Visit, sheet: Sheet, shown: Shown, *, request_id: UUID, by: Person, at: datetime | None) -> Agreement:
    last = Agreement.objects.filter(deal=visit.deal_id).aggregate(last=Max("number"))["last"] or 0
    return Agreement(
        request_id=request_id,
        deal_id=visit.deal_id,
        client_id=visit.client_id,
        visit=visit,
        sheet=sheet,
        form_id=sheet.form_id,
        written=shown.written,
        number=last + 1,
        revision=shown.revision,
        digest=shown.digest,
        content={**shown.content, "answers": shown.answers},
        language=shown.content["language"],
        shown_at=at or clock.now(),
        by=by,
        fingerprint=links.fingerprint_of(request_id),
    )


def _sign(agreement: Agreement, signature: Signature, *, way: Agreement.Way, at: datetime) -> None:
    """From here on the house makes the paper, and sends it."""
    agreement.outcome, agreement.way = Outcome.SIGNED, way
    agreement.name, agreement.strokes, agreement.signed_at = signature.name, signature.strokes, at
    agreement.code = _code(agreement)
    agreement.paper, agreement.letter = Agreement.Paper.WAITING, Agreement.Letter.WAITING
    agreement.try_at, agreement.tries, agreement.failed_at = clock.now(), 0, None
    agreement.is_current = True


def _code(agreement: Agreement) -> str:
    """Another one, whatever were changed of what was signed."""
    assert agreement.signed_at is not None
    whole = {
        "number": agreement.title,
        "content": agreement.content,
        "name": agreement.name,
        "strokes": agreement.strokes,
        "at": agreement.signed_at.isoformat(),
    }
    made = digest(whole)[:8].upper()
    return f"{made[:4]}-{made[4:]}"


def _take_the_place_of_others(agreement: Agreement) -> None:
    """The one before it is kept; what holds is this one."""
    before = Agreement.objects.filter(deal=agreement.deal_id, form=agreement.form_id, is_current=True)
    before.exclude(pk=agreement.pk).update(is_current=False)


def _unreadable() -> Refused:
    return Refused(_("What was shown to the client could not be read: show it to him once more."))
