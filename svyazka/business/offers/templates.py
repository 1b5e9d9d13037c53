"""Templates of offers: the company's own words with fields in them, which columns the lines have, its logo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from svyazka.business.journal.names import Names
from svyazka.business.journal.record import Actor
from svyazka.business.offers.content import COLUMNS, TEXTS, insist_known_fields
from svyazka.business.offers.models import OfferTemplate
from svyazka.kit import texts
from svyazka.kit.refusals import ChangedMeanwhile, Refused

TEMPLATES = Names(OfferTemplate, about="offer_template", verb="offers.template", is_ordered=True)
LONGEST = {"heading": 600, "before": 4_000, "after": 10_000, "letter": 2_000}
MOST_DAYS = 365
LARGEST_LOGO = 200 * 1024
MOST_PIXELS = 4_000_000
_NEEDED = ("name", "sum")
_KINDS = {"PNG": "png", "JPEG": "jpg"}


@dataclass(frozen=True)
class Wish:
    """A template as somebody has typed it. Each text: language → words."""

    valid_days: int = 14
    columns: Sequence[str] = ("number", "name", "quantity", "unit", "price", "discount", "vat_rate", "sum")
    heading: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    letter: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        named = {name: _tidy(getattr(self, name)) for name in TEXTS}
        return {"valid_days": self.valid_days, "columns": [one for one in COLUMNS if one in self.columns], **named}


def offered() -> list[OfferTemplate]:
    return list(OfferTemplate.objects.filter(is_active=True))


@transaction.atomic
def add(name: Mapping[str, str], *, heading: str = "", by: Actor) -> OfferTemplate:
    """With the columns that most have; its words are written afterwards."""
    made = TEMPLATES.new(name)
    made.heading = _tidy({"ru": heading[: LONGEST["heading"]]})
    made.columns = list(Wish().columns)
    return TEMPLATES.enter(made, by=by)


@transaction.atomic
def change(
    template: OfferTemplate, name: Mapping[str, str], wish: Wish, *, by: Actor, version: int | None = None
) -> OfferTemplate:
    """Offers that were made before keep their words."""
    insist_sound(wish)
    current = TEMPLATES.held(template)
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    TEMPLATES.call(current, name)
    for column, value in wish.values().items():
        setattr(current, column, value)
    current.version += 1
    current.save()
    TEMPLATES.record("changed", current, by=by, changes={}, note=current.name)
    return current


@transaction.atomic
def set_logo(template: OfferTemplate, picture: bytes | None, *, by: Actor) -> None:
    """None takes it away. What it is stands in its content, not in its name."""
    kind = _kind_of(picture) if picture else ""
    current = TEMPLATES.held(template)
    current.logo, current.logo_kind = picture or None, kind
    current.version += 1
    current.save()
    TEMPLATES.record("changed", current, by=by, changes={"logo": (None, kind)}, note=current.name)


def insist_sound(wish: Wish) -> None:
    for name in TEXTS:
        for language, text in getattr(wish, name).items():
            if len(text) > LONGEST[name]:
                said = _("This is too long: {most} signs at most.").format(most=LONGEST[name])
                raise Refused(said, fields={f"{name}_{language}": said})
            insist_known_fields(text, f"{name}_{language}")
    if not 1 <= wish.valid_days <= MOST_DAYS:
        raise _at_fault("valid_days", _("An offer holds from one day to {most}.").format(most=MOST_DAYS))
    if any(name not in wish.columns for name in _NEEDED):
        raise _at_fault("columns", _("What it is and its sum have to stand in an offer."))


def _kind_of(picture: bytes) -> str:
    if len(picture) > LARGEST_LOGO:
        raise _at_fault("logo", _("The logo may have {most} KB at most.").format(most=LARGEST_LOGO // 1024))
    try:
        with Image.open(BytesIO(picture), formats=list(_KINDS)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _at_fault("logo", _("This picture is too large."))
            opened.load()
            return _KINDS[str(opened.format)]
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as fault:
        raise _at_fault("logo", _("The logo has to be a picture: PNG or JPEG.")) from fault


def _tidy(given: Mapping[str, str]) -> dict[str, str]:
    clean = {language: texts.storable(said).replace("\r\n", "\n").strip() for language, said in given.items()}
    return {language: said for language, said in clean.items() if said}


def _at_fault(name: str, words: str) -> Refused:
    return Refused(words, fields={name: words})
