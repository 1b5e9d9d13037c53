"""What shows that a client was erased: the act, and the entries of the journal about it. Three years the company
has to be able to show both (order No. 179 of Roskomnadzor of 28 October 2022)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from svyazka import __version__
from svyazka.business.agreements import terms
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import About, record
from svyazka.business.personal_data import steps
from svyazka.business.personal_data.models import Erasure
from svyazka.business.staff.models import Person, Role
from svyazka.business.visits.client_rules import rules
from svyazka.kit import clock, paper
from svyazka.kit.erased import Fate
from svyazka.kit.refusals import Refused
from svyazka.kit.sheets import harmless

TEMPLATE = Path(__file__).with_name("act.typ")
KEPT_YEARS = 3
AT_ONCE = 200
CATEGORIES = {
    "Client": pgettext_lazy("erasure", "name and address"),
    "ContactPoint": pgettext_lazy("erasure", "phones, mail addresses, messengers"),
    "Interaction": pgettext_lazy("erasure", "correspondence and history"),
    "Call": pgettext_lazy("erasure", "numbers of calls"),
    "Recording": pgettext_lazy("erasure", "recordings of his voice"),
    "VisitPhoto": pgettext_lazy("erasure", "photos"),
    "Sheet": pgettext_lazy("erasure", "measurements of his home"),
    "Agreement": pgettext_lazy("erasure", "signature"),
}
EVENTS = {
    "personal_data.erasure_asked": pgettext_lazy("erasure", "destruction asked for"),
    "personal_data.erased": pgettext_lazy("erasure", "destroyed"),
    "personal_data.erasure_failed": pgettext_lazy("erasure", "stopped by a fault"),
}


def make(erasure: Erasure) -> None:
    """In the language of the house. Raises NoPaper. Made a second time, it takes the place of the first."""
    with translation.override(settings.LANGUAGE_CODE):
        act, log = paper.made(TEMPLATE.read_text(), in_words(erasure)), journal(erasure)
    _put(erasure.act, act, f"{erasure.pk}.pdf")
    _put(erasure.log, log, f"{erasure.pk}.csv")


def _put(place: FieldFile, content: bytes, name: str) -> None:
    """An attempt that was cut off has left one of this name."""
    place.storage.delete(f"erasures/{name}")
    place.save(name, ContentFile(content), save=False)


def take(erasure: Erasure, given: FieldFile, *, by: Person) -> File[bytes]:
    """Opened; each time stands in the journal."""
    try:
        content: File[bytes] | None = given.open("rb") if given else None
    except FileNotFoundError:
        content = None
    if content is None:
        raise Refused(_("This file is not there: it is not made yet, or its time of keeping is over."))
    record("personal_data.act_downloaded", About("client", erasure.client_id, client_id=erasure.client_id), by=by)
    return content


def forget_old() -> None:
    """When nobody has to show them any more. The row stays: its number is all that it says."""
    over = _years_ago(clock.now())
    old = Erasure.objects.filter(state=Erasure.State.DONE, ended_at__lt=over).exclude(act="", log="")
    for one in old.order_by("asked_at", "id")[:AT_ONCE]:
        one.act.delete(save=False)
        one.log.delete(save=False)
        one.save(update_fields=["act", "log"])


def _years_ago(now: datetime) -> datetime:
    return now - timedelta(days=366 * KEPT_YEARS)


def in_words(erasure: Erasure) -> dict[str, Any]:
    assert erasure.ended_at is not None
    who = erasure.asked_by
    facts = {
        _("Operator"): rules().company or _("name not entered"),
        _("Whose data"): subject(erasure),
        _("Categories of data"): ", ".join(str(said) for name, said in CATEGORIES.items() if erasure.counts.get(name)),
        _("Destroyed by"): f"{who.full_name}, {Role(who.role).label}",
        _("Information system"): _("Svyazka {version}, its database and its folder of files").format(
            version=__version__
        ),
        _("Way of destruction"): _(
            "Rows are removed from the database or overwritten with nothing, files are deleted from the disk; a later "
            "restore from an archive repeats it before anybody can log in"
        ),
        _("Reason"): f"{erasure.get_ground_display()}{f' ({erasure.word})' if erasure.word else ''}",
        _("Asked for"): moment(erasure.asked_at),
        _("Destroyed"): moment(erasure.ended_at),
    }
    return {
        "language": settings.LANGUAGE_CODE,
        "title": _("Act of destruction of personal data № {number}").format(number=erasure.pk),
        "company": rules().company,
        "details": terms.details(),
        "facts": [{"name": name, "text": str(text)} for name, text in facts.items()],
        "categories": [{"name": name, "fate": fate, "rows": rows} for name, fate, rows in _categories(erasure)],
        "kept": sorted({str(steps.WHY[one.why]) for one in steps.TABLES if one.why}),
        "signed": who.full_name,
        "words": {
            "categories": _("Categories of data that were destroyed"),
            "category": _("Category"),
            "fate": _("What was done with it"),
            "rows": _("Records"),
            "kept": _("What is left, without anything that says who he was"),
            "media": _("Paper and other tangible media: none in this system."),
            "signature": _("Signature of whoever has destroyed them"),
            "page": _("Page {n} of {all}"),
        },
    }


def subject(erasure: Erasure) -> str:
    """By a number: a name in the act would be what was to be erased."""
    said = _("client № {number}").format(number=erasure.client_id)
    others = ", ".join(f"№ {number}" for number in erasure.numbers if number != erasure.client_id)
    return _("{client} (with {others}, merged into him)").format(client=said, others=others) if others else said


def moment(at: datetime) -> str:
    return f"{formats.date_format(clock.local(at), 'j E Y')}, {clock.local(at):%H:%M}"


def _categories(erasure: Erasure) -> Iterator[tuple[str, str, str]]:
    fates = {one.name: one.fate for one in steps.TABLES}
    """In the order in which they were done: the database keeps none of its own."""
    for name in dict.fromkeys(step.name for step in steps.ALL):
        if rows := erasure.counts.get(name):
            yield steps.title(name), str(steps.FATES[fates.get(name, Fate.REMOVED)]), str(rows)


def journal(erasure: Erasure) -> bytes:
    """What the order asks for: whose data, which categories, which system, why, when; and the entries themselves."""
    assert erasure.ended_at is not None
    written = StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow(
        [_("When"), _("Event"), _("Who"), _("Whose data"), _("Category"), _("Records"), _("System"), _("Reason")]
    )
    for entry in _entries(erasure):
        who = erasure.asked_by.full_name if entry.by_id == erasure.asked_by_id else entry.actor
        lines.writerow([_at(entry.at), EVENTS[entry.verb], harmless(who), subject(erasure), "", "", "", ""])
    for name, fate, rows in _categories(erasure):
        whose = [harmless(erasure.asked_by.full_name), subject(erasure)]
        lines.writerow(
            [_at(erasure.ended_at), fate, *whose, name, rows, f"Svyazka {__version__}", erasure.get_ground_display()]
        )
    return written.getvalue().encode("utf-8-sig")


def _entries(erasure: Erasure) -> Iterator[Entry]:
    within = Entry.objects.filter(client_id=erasure.client_id, at__gte=erasure.asked_at, verb__in=EVENTS)
    return within.order_by("at", "id").iterator()


def _at(at: datetime) -> str:
    return f"{clock.local(at):%d.%m.%Y %H:%M:%S}"
