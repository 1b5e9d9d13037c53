"""The words to which clients agree. Whoever has agreed has agreed to the version of that day: versions are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.consents.models import ConsentText
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.kit.texts import storable

LONGEST = 10_000


def in_force(kind: str, at: datetime) -> ConsentText | None:
    return ConsentText.objects.filter(kind=kind, since__lte=at).order_by("-version").first()


def of_version(kind: str, version: int) -> ConsentText | None:
    return ConsentText.objects.filter(kind=kind, version=version).first()


def newest() -> dict[str, ConsentText]:
    found = ConsentText.objects.order_by("kind", "-version").distinct("kind").select_related("by")
    return {one.kind: one for one in found}


def list_versions(kind: str) -> list[ConsentText]:
    """The newest first."""
    return list(ConsentText.objects.filter(kind=kind).order_by("-version").select_related("by"))


def change(kind: str, given: Mapping[str, str], *, seen: int, by: Actor) -> None:
    """Another version from now on; the same words make none. `seen`: the version whose words were changed, 0 for none.
    Raises ChangedMeanwhile."""
    wanted = {code: text for code, typed in given.items() if (text := _tidy(typed))}
    _insist_sayable(wanted)
    try:
        with transaction.atomic():
            _add(kind, wanted, seen, by)
    except IntegrityError as refusal:  # of two at once
        raise ChangedMeanwhile from refusal


def _add(kind: str, wanted: Mapping[str, str], seen: int, by: Actor) -> None:
    last = ConsentText.objects.filter(kind=kind).order_by("-version").first()
    if (last.version if last else 0) != seen:
        raise ChangedMeanwhile
    if last and last.words == wanted:
        return
    version = seen + 1
    made = ConsentText.objects.create(kind=kind, version=version, words=wanted, since=clock.now(), by_id=by.actor_id)
    changes = {"consent": (None, kind), "version": (seen or None, version)}
    record("consents.text_changed", About("consent_text", made.pk), by=by, changes=changes)


def _insist_sayable(wanted: Mapping[str, str]) -> None:
    if "ru" not in wanted:
        said = _("Without words nobody knows what is agreed to.")
        raise Refused(said, fields={"ru": said})
    too_long = _("This is too long.")
    faults = {code: too_long for code, text in wanted.items() if len(text) > LONGEST}
    if faults:
        raise Refused(too_long, fields=faults)


def _tidy(typed: str) -> str:
    return storable(typed).replace("\r\n", "\n").strip()
