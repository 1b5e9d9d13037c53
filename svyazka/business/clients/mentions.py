"""Colleagues who are named in a note: `@Mikhail Lebedev`. They hear of it.

Who was meant is kept by id, beside the name as it was written; shown is the name of today.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import rows
from svyazka.kit.refusals import Refused

MOST = 20
Mentions = dict[str, str]  # id → name as it was written


def find(text: str, *, picked: Collection[int] = (), right: str) -> Mentions:
    """Who is named in the text. Of several with one name it is whoever was `picked`, else those who may read it.
    Whoever has no such `right` would never see the note: said before anything is stored."""
    if "@" not in text:
        return {}
    named = rows.read(Person, "where position('@' || full_name in %s) > 0 order by id", [text])
    if not named:
        return {}
    written = {match[1] for match in _pattern({person.full_name for person in named}).finditer(text)}
    roles.read_along(named)
    found = [person for name in sorted(written) for person in _meant(name, named, picked, right)]
    if len(found) > MOST:
        raise _refusal(format_lazy(_("A note names {most} colleagues at most."), most=MOST))
    return {str(person.pk): person.full_name for person in found}


def parts(text: str, mentions: Mentions) -> list[tuple[str, int | None]]:
    """The text, cut at those who are named: what stands there, and whom it means."""
    if not mentions:
        return [(text, None)]
    ids = {written: int(number) for number, written in mentions.items()}
    cut = _pattern(ids).split(text)
    return [(part, ids[part] if place % 2 else None) for place, part in enumerate(cut) if part]


def _meant(name: str, named: Collection[Person], picked: Collection[int], right: str) -> list[Person]:
    called_so = [person for person in named if person.full_name == name]
    meant = [person for person in called_so if person.pk in picked] or [
        person for person in called_so if roles.may(person, right)
    ]
    for person in meant or called_so:
        _refuse_outsider(person, right)
    return meant


def _refuse_outsider(person: Person, right: str) -> None:
    if not person.is_active:
        raise _refusal(format_lazy(_("{name} does not work here any more."), name=person.full_name))
    if not roles.may(person, right):
        words = _("{name} does not see this history and would not read the note. Tell whoever plans the visits.")
        raise _refusal(format_lazy(words, name=person.full_name))


def _refusal(words: object) -> Refused:
    return Refused(words, fields={"text": words})


def _pattern(names: Collection[str]) -> re.Pattern[str]:
    """The longer name first: one may begin like another."""
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)@({either})(?!\w)")
