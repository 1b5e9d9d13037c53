"""The terms of the company: what a client reads before he signs. What was signed keeps its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.agreements.models import Letterhead, Terms
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.sheets.models import FormKind
from svyazka.kit import words
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LONGEST, LONGEST_DETAILS = 10_000, 600


def of(form: FormKind) -> dict[str, str]:
    found = Terms.objects.filter(form=form).first()
    return dict(found.words) if found else {}


def every() -> list[Any]:
    """Of all forms: whoever keeps them in mind sees by that whether any has changed."""
    return list(Terms.objects.order_by("pk").values_list("form", "words"))


@transaction.atomic
def change(form: FormKind, given: Mapping[str, str], *, by: Actor) -> None:
    """In each language; a language without words has the other's."""
    wanted = {code: text for code, typed in given.items() if (text := tidy(typed))}
    for code, text in wanted.items():
        if len(text) > LONGEST:
            said = _("This is too long.")
            raise Refused(said, fields={code: said})
    known = Terms.objects.select_for_update().filter(form=form).first() or Terms(form=form)
    if known.words == wanted:
        return
    known.words = wanted
    known.save()
    record("agreements.terms_changed", About("sheet_form", form.pk), by=by, note=words.to_store(form.words))


def details() -> str:
    """What stands under the company's name on its papers."""
    found = Letterhead.objects.filter(pk=1).first()
    return found.details if found else ""


@transaction.atomic
def change_details(typed: str, *, by: Actor) -> None:
    wanted = tidy(typed)
    if len(wanted) > LONGEST_DETAILS:
        said = _("This is too long.")
        raise Refused(said, fields={"details": said})
    if wanted != details():
        Letterhead.objects.update_or_create(pk=1, defaults={"details": wanted})
        record("agreements.letterhead_changed", About("letterhead", 1), by=by)


def tidy(typed: str) -> str:
    """As paragraphs: no spaces at the ends of lines, one empty line at most."""
    lines = [line.rstrip() for line in storable(typed).replace("\r\n", "\n").strip().split("\n")]
    kept = [line for place, line in enumerate(lines) if line or lines[place - 1]]
    return "\n".join(kept)
