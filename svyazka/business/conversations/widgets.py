"""The form and the button that a site shows by one tag: what an administrator says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations import accounts
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.conversations.widget_script import FIELDS, SIDES, USUAL
from svyazka.business.journal.record import Actor, record
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LONGEST = {"title": 60, "intro": 300, "button": 40, "thanks": 300}
MUST_SAY = ("title", "button", "thanks")
MOST_PAGES = 50
HIGHEST = 400  # pixels from the edge of the window
_COLOR = re.compile(r"#[0-9a-f]{6}")
_PAGE = re.compile(r"/[^\s?#]{0,200}")


def of(account: ChannelAccount) -> dict[str, Any]:
    """As it is set up, or as it would begin."""
    return {**USUAL, **account.options.get("widget", {})}


@transaction.atomic
def change(account: ChannelAccount, given: Mapping[str, Any], *, by: Actor) -> ChannelAccount:
    account = ChannelAccount.objects.select_for_update().get(pk=account.pk)
    wanted = read(given)
    if account.kind != ChannelAccount.Kind.WEB_FORM:
        raise Refused(_("Only the form of a site can be shown by a tag."))
    if wanted["is_on"] and account.options.get("proof"):
        said = _("This form wants to be shown a secret, which no page can keep. Open another channel for the button.")
        raise Refused(said, fields={"is_on": said})
    if wanted != account.options.get("widget"):
        changes = {"is_on": (of(account)["is_on"], wanted["is_on"])}
        account.options = {**account.options, "widget": wanted}
        account.save(update_fields=["options"])
        record("conversations.widget_changed", accounts.about(account), by=by, changes=changes)
    return account


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Tidy, or refused in words beside each input."""
    faults: dict[str, Any] = {}
    fields = _fields(given, faults)
    wanted = {
        "is_on": bool(given.get("is_on")),
        "fields": fields,
        "texts": {code: _texts(given, code, faults) for code in ("ru", "en")},
        "color": _color(str(given.get("color", "")), faults),
        "side": given.get("side") if given.get("side") in SIDES else USUAL["side"],
        "lift": _lift(given.get("lift"), faults),
        "button": bool(given.get("button")),
        "call": bool(given.get("call")) and any(name == "phone" for name, _must in fields),
        "advertising": bool(given.get("advertising")),
        "pages": _pages(str(given.get("pages", "")), faults),
        "only": given.get("only") if given.get("only") in ("ru", "en") else "",
    }
    if faults:
        raise Refused(next(iter(faults.values())), fields=faults)
    return wanted


def _fields(given: Mapping[str, Any], faults: dict[str, Any]) -> list[list[Any]]:
    """`field_phone`: "no", "may" or "must"."""
    asked = [
        [name, given.get(f"field_{name}") == "must"] for name in FIELDS if given.get(f"field_{name}") in ("may", "must")
    ]
    if not any(name in ("phone", "email") and must for name, must in asked):
        faults["field_phone"] = _("Without a phone or an e-mail nobody can be answered: one of them must be asked for.")
    return asked


def _texts(given: Mapping[str, Any], code: str, faults: dict[str, Any]) -> dict[str, str]:
    said = {}
    for name, longest in LONGEST.items():
        text = " ".join(storable(str(given.get(f"{name}_{code}", ""))).split())
        if len(text) > longest:
            faults[f"{name}_{code}"] = _("This is too long.")
        if not text and name in MUST_SAY:
            faults[f"{name}_{code}"] = _("Visitors would see nothing here.")
        said[name] = text
    return said


def _color(typed: str, faults: dict[str, Any]) -> str:
    color = typed.strip().lower()
    if not _COLOR.fullmatch(color):
        faults["color"] = _("A colour is written like #1f5fd0")
    return color


def _lift(typed: Any, faults: dict[str, Any]) -> int:
    if isinstance(typed, int) and 0 <= typed <= HIGHEST:
        return typed
    faults["lift"] = _("From 0 to 400 pixels.")
    return 0


def _pages(typed: str, faults: dict[str, Any]) -> list[str]:
    pages = typed.split()
    if len(pages) > MOST_PAGES or not all(_PAGE.fullmatch(one) for one in pages):
        faults["pages"] = _("One page a line, like /prices or /catalogue/*; fifty at most.")
    return pages
