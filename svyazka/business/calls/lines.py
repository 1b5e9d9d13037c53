"""Our own telephone numbers, and the source that people who ring them come from."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import PhoneLine
from svyazka.business.clients.models import Source
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import phones
from svyazka.kit.refusals import Refused


def add(*, number: str, name: str, source: Source | None, by: Actor) -> PhoneLine:
    line = PhoneLine(number=_number(number), name=_name(name), source=source)
    try:
        with transaction.atomic():
            line.save(force_insert=True)
            record(
                "calls.line_added", About("line", line.pk), by=by, changes={"number": ("", line.number)}, note=line.name
            )
    except IntegrityError as conflict:
        words = _("This number stands in the list already.")
        raise Refused(words, fields={"number": words}) from conflict
    return line


@transaction.atomic
def change(line: PhoneLine, *, name: str, source: Source | None, by: Actor) -> PhoneLine:
    line = PhoneLine.objects.select_for_update().get(pk=line.pk)
    changes = {}
    if (name := _name(name)) != line.name:
        changes["name"] = (line.name, name)
    if source != line.source:
        changes["source"] = (str(line.source or ""), str(source or ""))
    if changes:
        line.name, line.source = name, source
        line.save(update_fields=["name", "source"])
        record("calls.line_changed", About("line", line.pk), by=by, changes=changes)
    return line


@transaction.atomic
def remove(line: PhoneLine, *, by: Actor) -> None:
    """Calls to it stay; they only have no source any more."""
    record("calls.line_removed", About("line", line.pk), by=by, changes={"number": (line.number, "")}, note=line.name)
    line.delete()


def _number(typed: str) -> str:
    try:
        return phones.normalise(typed)
    except phones.NotAPhone as refusal:
        words = _("This is no telephone number.")
        raise Refused(words, fields={"number": words}) from refusal


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name:
        words = _("Give it a name that colleagues will recognise.")
        raise Refused(words, fields={"name": words})
    return name
