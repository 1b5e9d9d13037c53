"""What is drawn under the pins, and where the company works."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.places.models import Background
from svyazka.kit import addresses
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LONGEST = 300


def background() -> Background:
    return Background.objects.filter(pk=1).first() or Background(pk=1)


@transaction.atomic
def change(*, tiles: str, credit: str, centre: str, by: Actor) -> Background:
    """`tiles`: empty, and maps show only what is placed. `centre`: as maps give a point to the clipboard."""
    Background.objects.get_or_create(pk=1)
    known = Background.objects.select_for_update().get(pk=1)
    before = _said(known)
    known.tiles, known.credit = _tiles(tiles), _credit(credit)
    known.lat, known.lon = _centre(centre)
    after = _said(known)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if changes:
        known.save()
        record("places.background_changed", About("background", known.pk), by=by, changes=changes)
    return known


def said_centre(known: Background) -> str:
    return f"{known.lat}, {known.lon}" if known.lat is not None and known.lon is not None else ""


def origin_of_tiles(known: Background) -> str:
    """Where pictures of the map come from: the page's policy has to let them in."""
    parts = urlsplit(known.tiles)
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}" if known.tiles else ""


def _tiles(typed: str) -> str:
    tiles = storable(typed).strip()
    try:
        parts = urlsplit(tiles)
        is_pattern = parts.scheme in ("http", "https") and all(f"{{{one}}}" in parts.path for one in "zxy")
        is_plain = not any(sign in parts.netloc for sign in " ;,'\"@") and bool(parts.hostname)
    except ValueError:
        is_pattern = is_plain = False
    if tiles and not (is_pattern and is_plain and len(tiles) <= LONGEST):
        words = _("Tiles are an address with {z}, {x} and {y} in it, like https://tiles.example.com/{z}/{x}/{y}.png")
        raise Refused(words, fields={"tiles": words})
    return tiles


def _credit(typed: str) -> str:
    credit = " ".join(storable(typed).split())
    if len(credit) > 200:
        raise Refused(_("This is too long."), fields={"credit": _("This is too long.")})
    return credit


def _centre(typed: str) -> tuple[float, float] | tuple[None, None]:
    if not typed.strip():
        return None, None
    found = addresses.point(typed)
    if found is None:
        words = _("A point is written like 55.75124, 37.61842: first the latitude, then the longitude.")
        raise Refused(words, fields={"centre": words})
    return found


def _said(known: Background) -> dict[str, str]:
    return {"tiles": known.tiles, "credit": known.credit, "centre": said_centre(known)}
