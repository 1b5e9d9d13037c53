"""What is wrong with a telephone system, in words: asked for by a page, looked into by the listener."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls import links
from svyazka.business.calls.models import Call, Examination, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import Do
from svyazka.business.calls.setting_up.guide import Diagnosis, Finding, Step, Weight, guide_of
from svyazka.business.calls.setting_up.phones import people_on
from svyazka.business.journal import bell
from svyazka.business.journal.record import About, announce, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock

PATIENCE = timedelta(seconds=20)  # by then a listener that runs has answered
KEPT = timedelta(days=30)
LOOKED_AT = 1000  # the latest calls and commands of all systems

_OWN: dict[str, Diagnosis] = {
    "off": Diagnosis(Weight.WARNING, _("The system is switched off here."), _("Switch it on."), Step.ACCESS),
    "up": Diagnosis(Weight.GOOD, _("The PBX is connected and lets us in.")),
    "down": Diagnosis(Weight.FAULT, "{trouble}", "", Step.ACCESS),
    "not_tried": Diagnosis(
        Weight.FAULT,
        _("Nobody has tried to connect yet."),
        _("The listener looks for new systems every ten seconds. If this stays, start it: svyazka listen."),
    ),
    "nobody_looks": Diagnosis(
        Weight.FAULT,
        _("The listener has not answered."),
        _("See whether svyazka listen is running, and what its log says."),
    ),
    "call_heard": Diagnosis(Weight.GOOD, _("The last call was told of at {at}.")),
    "no_call_heard": Diagnosis(
        Weight.WARNING, _("No call of this system is among the latest ones."), _("Make a test call."), Step.TRIAL
    ),
    "nobody_has_a_phone": Diagnosis(
        Weight.FAULT, _("Nobody of the staff has a phone here."), _("Say whose phone is which."), Step.PHONES
    ),
    "asking_first_had_no_effect": Diagnosis(
        Weight.FAULT,
        _("“Ask first” was accepted, and nothing happened."),
        _("The PBX plays a prompt before it dials: see whether its prompts are installed, and what “Transfer” needs."),
        Step.PARTS,
    ),
}


@dataclass(frozen=True)
class Asked:
    """What the listener has to look into; `extensions`: of our people."""

    number: int
    pbx_code: str
    extensions: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """A finding in words."""

    weight: Weight
    words: str
    remedy: str
    step: Step | None


@transaction.atomic
def ask(pbx: Pbx, *, by: Person) -> Examination:
    """Whoever asks while somebody looks gets the same answer."""
    Pbx.objects.select_for_update().get(pk=pbx.pk)
    now = clock.now()
    running = Examination.objects.filter(pbx_id=pbx.pk, done_at=None, asked_at__gt=now - PATIENCE).last()
    if running is not None:
        return running
    examination = Examination.objects.create(pbx_id=pbx.pk, pbx_code=pbx.code, person_id=by.pk, asked_at=now)
    record("calls.pbx_examined", About("pbx", pbx.pk), by=by, note=pbx.code)
    transaction.on_commit(partial(bell.ring, bell.PHONES))
    return examination


@transaction.atomic
def take(pbx_codes: Collection[str]) -> list[Asked]:
    """What was asked of these systems and nobody looks into yet. Whoever takes it does it."""
    since = clock.now() - PATIENCE
    asked = Examination.objects.filter(taken_at=None, asked_at__gt=since, pbx_code__in=pbx_codes)
    rows = list(asked.select_for_update(skip_locked=True).order_by("pk")[:20])
    Examination.objects.filter(pk__in=[row.pk for row in rows]).update(taken_at=clock.now())
    return [Asked(row.pk, row.pbx_code, _extensions(row.pbx_id)) for row in rows]


def _extensions(pbx_id: int) -> tuple[str, ...]:
    pbx = Pbx.objects.filter(pk=pbx_id).first()
    return tuple(person.extension for person in people_on(pbx)) if pbx else ()


@transaction.atomic
def done(number: int, findings: Sequence[Finding]) -> None:
    row = Examination.objects.select_for_update().filter(pk=number, done_at=None).first()
    if row is None:
        return
    row.findings = [{"what": one.what, "about": dict(one.about)} for one in findings]
    row.done_at = clock.now()
    row.save(update_fields=["findings", "done_at"])
    announce("pbx", row.pbx_id)


def forget_old() -> None:
    Examination.objects.filter(asked_at__lt=clock.now() - KEPT).delete()


def latest(pbx: Pbx) -> Examination | None:
    return Examination.objects.filter(pbx_id=pbx.pk).order_by("-pk").first()


def is_running(examination: Examination | None) -> bool:
    return bool(examination and examination.done_at is None and clock.now() - examination.asked_at < PATIENCE)


def said(pbx: Pbx, examination: Examination | None) -> list[Said]:
    """All that is known by now, what is worst first: how the link stands, what the listener found, what calls show."""
    diagnoses = {**_OWN, **guide_of(pbx.driver).diagnoses}
    found = [*_of_link(pbx), *_of_examination(pbx, examination), *_of_calls(pbx)]
    order = list(Weight)
    spoken = [_in_words(diagnoses[one.what], one.about) for one in found if one.what in diagnoses]
    return sorted(spoken, key=lambda one: order.index(one.weight))


def _in_words(diagnosis: Diagnosis, about: Mapping[str, str]) -> Said:
    words, remedy = str(diagnosis.words).format(**about), str(diagnosis.remedy).format(**about)
    return Said(diagnosis.weight, words, remedy, diagnosis.step)


def _of_link(pbx: Pbx) -> Iterator[Finding]:
    if not pbx.is_active:
        yield Finding("off")
    elif links.is_up(pbx):
        yield Finding("up")
    elif pbx.trouble:
        yield Finding("down", {"trouble": links.trouble_of(pbx)})
    else:
        yield Finding("not_tried")


def _of_examination(pbx: Pbx, examination: Examination | None) -> Iterator[Finding]:
    if examination is None or is_running(examination):
        return
    if examination.done_at is None:
        yield from [Finding("nobody_looks")] if links.is_up(pbx) or not pbx.trouble else []
        return
    # What was found on a link that was lost meanwhile says nothing any more.
    if links.is_up(pbx):
        yield from (Finding(one["what"], one["about"]) for one in examination.findings)


def _of_calls(pbx: Pbx) -> Iterator[Finding]:
    if pbx.is_active and not people_on(pbx):
        yield Finding("nobody_has_a_phone")
    if not links.is_up(pbx):
        return
    at = last_call_at(pbx)
    yield Finding("call_heard", {"at": f"{clock.local(at):%d.%m %H:%M}"}) if at else Finding("no_call_heard")
    newest = PhoneCommand.objects.order_by("-pk")[:LOOKED_AT].values("pk")
    asked_first = PhoneCommand.objects.filter(pk__in=newest, pbx_code=pbx.code, do=Do.CONSULT).order_by("-pk").first()
    if asked_first and asked_first.trouble == "no_effect":
        yield Finding("asking_first_had_no_effect")


def last_call_at(pbx: Pbx) -> datetime | None:
    newest = Call.objects.order_by("-started_at", "-pk")[:LOOKED_AT].values_list("pbx_code", "started_at")
    return next((at for code, at in newest if code == pbx.code), None)
